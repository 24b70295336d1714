// After tsc: bundles the command into dist/bin (loading some hundred small modules would cost more than most commands
// take), and copies the grammar, so that users install no package with an install script.
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
rmSync(at("dist/bin"), { recursive: true, force: true });
await build({
  entryPoints: [at("src/cli/main.ts"), at("src/cli/toolexec.ts")],
  outdir: at("dist/bin"),
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  logLevel: "warning",
});
chmodSync(at("dist/bin/main.js"), 0o755);
mkdirSync(at("grammar"), { recursive: true });
copyFileSync(at("node_modules/tree-sitter-go/tree-sitter-go.wasm"), at("grammar/tree-sitter-go.wasm"));
copyFileSync(at("node_modules/tree-sitter-go/LICENSE"), at("grammar/LICENSE"));
// Parts of AssemblyScript's library are compiled into the core of the reader of execution traces.
for (const name of ["LICENSE", "NOTICE"]) {
  copyFileSync(at(`node_modules/assemblyscript/${name}`), at(`dist/bin/assemblyscript.${name}`));
}

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
copyFileSync(at("node_modules/speedscope/LICENSE"), at("dist/bin/speedscope/LICENSE"));
copyFileSync(at("templates/alive.js"), at("dist/bin/speedscope/alive.js"));
const viewer = readFileSync(at("dist/bin/speedscope/index.html"), "utf8");
if (!viewer.includes("<body>")) throw new Error("Speedscope's page has another form");
writeFileSync(at("dist/bin/speedscope/index.html"), viewer.replace("<body>", `<body>${alive}`));
