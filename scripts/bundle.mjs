// After tsc: bundles the command into dist/bin (loading some hundred small modules would cost more than most commands
// take), and copies the grammar, so that users install no package with an install script.
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { noticesText } from "./lib-notices.mjs";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
rmSync(at("dist/bin"), { recursive: true, force: true });
const command = await build({
  entryPoints: [at("src/cli/main.ts"), at("src/cli/toolexec.ts")],
  outdir: at("dist/bin"),
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  metafile: true,
  absWorkingDir: at("."),
  // What is short is read sooner; names stay, for traces of the stack.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  logLevel: "warning",
});
// Libraries of the older kind call `require`, through one function.
const requiring = readdirSync(at("dist/bin")).filter((name) =>
  /\btypeof require\b/.test(readFileSync(at(`dist/bin/${name}`), "utf8")),
);
if (requiring.length !== 1) throw new Error(`${requiring.length} files call require`);
const define = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';
const caller = at(`dist/bin/${requiring[0]}`);
writeFileSync(caller, `${define}\n${readFileSync(caller, "utf8")}`);
for (const name of ["gotrace.cjs", "start.cjs"]) copyFileSync(at(`src/cli/${name}`), at(`dist/bin/${name}`));
for (const name of ["gotrace.cjs", "main.js"]) chmodSync(at(`dist/bin/${name}`), 0o755);
// Files that libraries look for beside themselves.
copyFileSync(at("node_modules/web-tree-sitter/web-tree-sitter.wasm"), at("dist/bin/web-tree-sitter.wasm"));
copyFileSync(at("node_modules/open/xdg-open"), at("dist/bin/xdg-open"));
chmodSync(at("dist/bin/xdg-open"), 0o755);
mkdirSync(at("grammar"), { recursive: true });
copyFileSync(at("node_modules/tree-sitter-go/tree-sitter-go.wasm"), at("grammar/tree-sitter-go.wasm"));

// The page of findings: script and style in the template, and a policy under which nothing else can run or be loaded.
const parts = await build({
  entryPoints: [at("src/page/main.ts"), at("templates/page.css")],
  outdir: at("dist/bin"),
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: "es2022",
  write: false,
  metafile: true,
  absWorkingDir: at("."),
  logLevel: "warning",
});
const part = (extension) => parts.outputFiles.find((file) => file.path.endsWith(extension)).text.trim();
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const [script, style] = [part(".js"), part(".css")];
if (/<\/|<!--/.test(script)) throw new Error("the page's script would end its element");
const policy = (scripts, more) =>
  `default-src 'none'; script-src ${scripts}${hash(script)}; style-src ${hash(style)}; img-src data:; ${more}base-uri 'none'; form-action 'none'`;
const template = readFileSync(at("templates/page.html"), "utf8");
const writePage = (name, scripts, more, alive) => {
  const fill = { GOTRACE_POLICY: policy(scripts, more), GOTRACE_STYLE: style, GOTRACE_SCRIPT: script };
  const page = template.replace(/GOTRACE_(POLICY|STYLE|SCRIPT)/g, (word) => fill[word]);
  if (!page.includes("<body>")) throw new Error("the page's template has another form");
  writeFileSync(at(`dist/bin/${name}`), page.replace("<body>", `<body>${alive}`));
};
// A file that loads nothing; and the page that 'gotrace view' serves, which tells the server that it is shown.
const alive = '\n    <script src="alive.js"></script>';
writePage("page.html", "", "", "");
writePage("page-served.html", "'self' ", "connect-src 'self'; ", alive);
copyFileSync(at("templates/alive.js"), at("dist/bin/alive.js"));

// Speedscope as its package has it; its page also tells the server of 'gotrace view' that it is shown.
cpSync(at("node_modules/speedscope/dist/release"), at("dist/bin/speedscope"), { recursive: true });
copyFileSync(at("templates/alive.js"), at("dist/bin/speedscope/alive.js"));
const viewer = readFileSync(at("dist/bin/speedscope/index.html"), "utf8");
if (!viewer.includes("<body>")) throw new Error("Speedscope's page has another form");
writeFileSync(at("dist/bin/speedscope/index.html"), viewer.replace("<body>", `<body>${alive}`));

// Parts of AssemblyScript's library are compiled into the core of the reader of execution traces.
const copied = ["assemblyscript", "open", "speedscope", "tree-sitter-go", "web-tree-sitter"];
const metafiles = [command.metafile, parts.metafile];
writeFileSync(at("dist/metafiles.json"), JSON.stringify(metafiles));
writeFileSync(
  at("dist/bin/THIRD_PARTY_NOTICES.txt"),
  noticesText(
    at("."),
    metafiles,
    copied.map((name) => `node_modules/${name}`),
  ),
);
