// Runs Go's cover tool on original files and on their rewritten form with markers. The blocks (positions, statement counts)
// must be the same, and after expandMarkers the output must parse. Needs Go.
//   node scripts/sweep-cover.mjs [GO [EVERY [DIR]]]      GO: the go command; every EVERYth file of DIR (default GOROOT/src)
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "./typescript.mjs";

const { expandMarkers, loadInstrumenter } = await import("../src/instrument/index.ts");

const [go = "go", every = "20", dir] = process.argv.slice(2);
const env = { ...process.env, GOTOOLCHAIN: "local" };
const ask = (...args) => execFileSync(go, args, { encoding: "utf8", env }).trim();
const root = dir ?? join(ask("env", "GOROOT"), "src");
const cover = ask("tool", "-n", "cover");
const gofmt = join(ask("env", "GOROOT"), "bin", "gofmt");
const directory = mkdtempSync(join(tmpdir(), "gotrace-cover-"));
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".go"))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((_, index) => index % Number(every) === 0);

/** The tool's output, and the table of blocks in it. */
function run(file) {
  const { status, stdout } = spawnSync(cover, ["-mode=set", "-var=V", file], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) return null;
  const table = stdout.lastIndexOf("\nvar V = struct {");
  return { text: stdout, blocks: stdout.slice(table).replaceAll(file, "FILE") };
}

try {
  const instrumenter = await loadInstrumenter();
  let compared = 0;
  let blocks = 0;
  let bad = 0;
  const complain = (file, message) => {
    bad++;
    console.log(`${file}: ${message}`);
  };
  for (const file of files) {
    const options = { runtimePath: "gotrace.internal/rt", generated: true, mode: "markers" };
    const { text } = instrumenter.instrument(readFileSync(file), file, options);
    const original = run(file);
    if (text === null || original === null) continue;
    const path = join(directory, "m.go");
    writeFileSync(path, text);
    const marked = run(path);
    compared++;
    blocks += original.blocks.split("\n").length;
    if (marked === null) complain(file, "the cover tool fails on the rewritten file");
    else if (marked.blocks !== original.blocks) complain(file, "blocks differ");
    else {
      const expanded = expandMarkers(marked.text);
      if (/gotrace:/.test(expanded)) complain(file, "a marker is left");
      writeFileSync(path, expanded);
      const parsed = spawnSync(gofmt, ["-e", "-l", path], { encoding: "utf8" });
      if (parsed.status !== 0) complain(file, parsed.stderr);
    }
  }
  console.log(`${ask("version")}: ${compared} files, ${blocks} lines of blocks compared; bad ${bad}`);
  process.exitCode = bad === 0 ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
