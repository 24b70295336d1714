// Measures rewriting over the .go files of GOROOT/src (or DIR), compared with only parsing them. Needs Go.
//   node scripts/bench-rewrite.mjs [DIR]
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Language, Parser } from "web-tree-sitter";
import "./typescript.mjs";

const { loadInstrumenter } = await import("../src/instrument/index.ts");

const root = process.argv[2] ?? join(execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim(), "src");
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".go"))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path, source: readFileSync(path) }));
const bytes = files.reduce((sum, { source }) => sum + source.length, 0);
const rss = () => `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB RSS`;
console.log(`${files.length} files, ${(bytes / 1e6).toFixed(1)} MB, ${rss()} with all files read`);

function measure(name, work) {
  const started = process.cpuUsage();
  const marks = [];
  files.forEach(({ path, source }, index) => {
    work(source, path);
    if (index % Math.ceil(files.length / 4) === 0) marks.push(rss());
  });
  const { user, system } = process.cpuUsage(started);
  const rate = bytes / (user + system);
  console.log(`${name}: ${rate.toFixed(2)} MB per second of CPU; ${marks.join(", ")}`);
  return rate;
}

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(fileURLToPath(new URL("../grammar/tree-sitter-go.wasm", import.meta.url))));
const instrumenter = await loadInstrumenter();
const options = { runtimePath: "gotrace.internal/rt", generated: true, mode: "hooks" };
const parse = (source) => parser.parse(source.toString("utf8")).delete();
const rewrite = (source, path) => instrumenter.instrument(source, path, options);
// Warm up both with the first few files.
for (const { source, path } of files.slice(0, 200)) {
  parse(source);
  rewrite(source, path);
}
const parsing = measure("parse only", parse);
const rewriting = measure("rewrite", rewrite);
console.log(`rewrite / parse only: ${(rewriting / parsing).toFixed(2)}`);
