import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { hooks, instrument, without } from "./helpers.js";

const every = 150;

// A sample, with the same checker; scripts/sweep-instrument.mjs covers the whole of GOROOT.
test("a sample of Go's own sources: go/parser sees the original plus hooks in each function and go statement", () => {
  const goroot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  const files = readdirSync(join(goroot, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".go"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path, index) => index % every === 0 && !path.includes("testdata"));
  const directory = mkdtempSync(join(tmpdir(), "gotrace-corpus-"));
  try {
    const manifest = files.map((original, index) => {
      const source = readFileSync(original, "utf8");
      const result = instrument(source, { ...hooks, generated: true }, original);
      expect(result.fileReason).toBeUndefined();
      expect(result.grammarGaps).toEqual([]);
      const { functions, spawns, skipped, text } = result;
      const rewritten = text === null ? "" : join(directory, `${index}.go`);
      if (text !== null) {
        writeFileSync(rewritten, text);
        expect(without(text)).toBe(source);
      }
      return JSON.stringify({ original, rewritten, functions, spawns, skipped: skipped.length });
    });
    const list = join(directory, "manifest");
    writeFileSync(list, manifest.join("\n"));
    const checker = fileURLToPath(new URL("../../scripts/sweep-check", import.meta.url));
    const { stdout, stderr } = spawnSync("go", ["run", ".", list], { cwd: checker, encoding: "utf8" });
    expect(stdout + stderr).toMatch(/^\d+ files, 0 of them no Go .* bad 0\n$/);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
