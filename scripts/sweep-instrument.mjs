// Rewrites every .go file below some directories (by default src and test of GOROOT) in both modes, and checks each rewritten
// file against its original with go/parser. Prints the files and declarations that were left out although go/parser accepts
// the original. Needs Go.
//   node scripts/sweep-instrument.mjs [DIR…]
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "./typescript.mjs";

const { expandMarkers, loadInstrumenter } = await import("../src/instrument/index.ts");
const { tableDeclaration } = await import("../src/instrument/snippets.ts");

const goroot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
const roots = process.argv.length > 2 ? process.argv.slice(2) : [join(goroot, "src"), join(goroot, "test")];
const checker = fileURLToPath(new URL("sweep-check", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "gotrace-sweep-"));

function* goFiles(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* goFiles(path);
    else if (entry.name.endsWith(".go") && statSync(path).isFile()) yield path;
  }
}

try {
  const instrumenter = await loadInstrumenter();
  const manifest = [];
  let bytes = 0;
  let unequal = 0;
  for (const root of roots) {
    for (const path of goFiles(root)) {
      const source = readFileSync(path);
      bytes += source.length;
      const options = { runtimePath: "gotrace.internal/rt", generated: true, mode: "hooks" };
      const result = instrumenter.instrument(source, path, options);
      const markers = instrumenter.instrument(source, path, { ...options, mode: "markers" });
      const expanded = (markers.text === null ? "" : expandMarkers(markers.text)).replace(/\/\*line :\d+:\d+\*\//g, "");
      if (expanded !== (result.text ?? "").replace(/\/\*line :\d+:\d+\*\//g, "")) {
        unequal++;
        console.log(`${path}: expanded markers are not the hooks`);
      }
      let rewritten = "";
      if (result.text !== null) {
        const folder = join(directory, String(manifest.length >> 10));
        mkdirSync(folder, { recursive: true });
        rewritten = join(folder, `${manifest.length}.go`);
        writeFileSync(rewritten, `${result.text}\nvar ${tableDeclaration(result.table)}\n`);
      }
      const { functions, spawns, skipped, fileReason: reason } = result;
      const gaps = result.grammarGaps.map(({ name, line, reason }) => `${line}: ${name} left out: ${reason}`);
      const entry = { original: path, rewritten, functions, spawns, skipped: skipped.length, gaps, reason };
      manifest.push(JSON.stringify(entry));
    }
  }
  console.log(`${(bytes / 1e6).toFixed(1)} MB, ${unequal} files whose modes differ`);
  const list = join(directory, "manifest");
  writeFileSync(list, manifest.join("\n"));
  execFileSync("go", ["run", ".", list], { cwd: checker, stdio: "inherit" });
} finally {
  rmSync(directory, { recursive: true, force: true });
}
