// Makes dist/bin, the command as users get it. It is bundled, because loading some hundred small modules would take longer
// than most commands. It contains the grammar and everything else read at run time, so that users need not install packages
// that have install scripts.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import buildCores from "./build-core.mjs";
import { digestOf, isFresh, publish, writeDigest } from "./lib-bundle.mjs";
import { cacheKey } from "./lib-cache-key.mjs";
import { bundleCommand } from "./lib-command.mjs";
import { exclusively } from "./lib-exclusively.mjs";
import { noticesText } from "./lib-notices.mjs";

const self = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path) => readFileSync(`${root}${path}`);

/** Makes dist/bin, unless it is up to date. */
export async function bundleIfStale() {
  await exclusively(root, async () => {
    await buildCores();
    if (!isFresh(root)) await bundle();
  });
}

/** Makes dist/bin; call it through {@link exclusively}. A command that runs meanwhile finds each file whole, old or new. */
export async function bundle() {
  // Taken first, so that a change during the build makes the result stale.
  const digest = digestOf(root);
  const [command, page] = await Promise.all([cacheKey(root).then((key) => bundleCommand(root, key)), bundlePage()]);
  const files = new Map([...command.files, ...page.files, ...filesToRead()]);
  const metafiles = [command.metafile, page.metafile];
  // Parts of AssemblyScript's library are compiled into the cores of the readers.
  const copied = ["assemblyscript", "open", "speedscope", "tree-sitter-go", "web-tree-sitter"];
  const packages = copied.map((name) => `node_modules/${name}`);
  files.set("THIRD_PARTY_NOTICES.txt", noticesText(root, metafiles, packages));
  publish(`${root}dist/bin`, files, ["gotrace.cjs", "main.js", "xdg-open"]);
  publish(
    `${root}grammar`,
    new Map([["tree-sitter-go.wasm", read("node_modules/tree-sitter-go/tree-sitter-go.wasm")]]),
  );
  writeDigest(root, digest, metafiles);
}

/** The page: the template with script and style, and a content security policy that forbids everything else. */
async function bundlePage() {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${root}src/page/main.ts`, `${root}templates/page.css`],
    outdir: `${root}dist/bin`,
    bundle: true,
    minify: true,
    charset: "utf8",
    format: "iife",
    target: "es2022",
    write: false,
    metafile: true,
    absWorkingDir: root,
    logLevel: "warning",
  });
  const part = (extension) => outputFiles.find((file) => file.path.endsWith(extension)).text.trim();
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const [script, style] = [part(".js"), part(".css")];
  if (/<\/|<!--/.test(script)) throw new Error("the page's script would end its element");
  const policy = (scripts, more) =>
    `default-src 'none'; script-src ${scripts}${hash(script)}; style-src ${hash(style)}; img-src data:; ${more}base-uri 'none'; form-action 'none'`;
  const template = read("templates/page.html").toString();
  const pageOf = (scripts, more, alive) => {
    const fill = { GOTRACE_POLICY: policy(scripts, more), GOTRACE_STYLE: style, GOTRACE_SCRIPT: script };
    const page = template.replace(/GOTRACE_(POLICY|STYLE|SCRIPT)/g, (word) => fill[word]);
    return withScript(page, alive);
  };
  const files = new Map([
    // A file that loads nothing, and the page of 'gotrace view', which tells the server while it is shown.
    ["page.html", pageOf("", "", "")],
    ["page-served.html", pageOf("'self' ", "connect-src 'self'; ", ALIVE)],
  ]);
  return { files, metafile };
}

const ALIVE = '\n    <script src="alive.js"></script>';

function withScript(page, script) {
  if (!page.includes("<body>")) throw new Error("a page has no <body> to begin with a script");
  return page.replace("<body>", `<body>${script}`);
}

/** Files that the command and its libraries read from their own directory. */
function* filesToRead() {
  for (const name of ["gotrace.cjs", "start.cjs"]) yield [name, read(`src/cli/${name}`)];
  yield ["web-tree-sitter.wasm", read("node_modules/web-tree-sitter/web-tree-sitter.wasm")];
  yield ["xdg-open", read("node_modules/open/xdg-open")];
  yield ["alive.js", read("templates/alive.js")];
  // Speedscope's files from its package; its page also tells the server of 'gotrace view' while it is shown.
  const release = "node_modules/speedscope/dist/release";
  for (const name of readdirSync(`${root}${release}`)) yield [`speedscope/${name}`, read(`${release}/${name}`)];
  yield ["speedscope/alive.js", read("templates/alive.js")];
  yield ["speedscope/index.html", withScript(read(`${release}/index.html`).toString(), ALIVE)];
}

if (process.argv[1] === self) {
  await exclusively(root, async () => {
    await buildCores();
    await bundle();
  });
}
