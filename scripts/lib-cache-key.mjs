// The part of gotrace's cache keys that identifies gotrace itself: a digest of the code that decides what is stored.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const GRAMMAR = "node_modules/tree-sitter-go/tree-sitter-go.wasm";

/** A digest of all modules of src/build, of everything that they import (packages included), and of the grammar. */
export async function cacheKey(root) {
  const entryPoints = readdirSync(join(root, "src/build"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `src/build/${name}`);
  const { metafile } = await build({
    entryPoints,
    outdir: join(root, "dist/bin"),
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    metafile: true,
    absWorkingDir: root,
    logLevel: "warning",
  });
  const hash = createHash("sha256");
  for (const path of [...Object.keys(metafile.inputs), GRAMMAR].sort()) {
    const contents = readFileSync(join(root, path));
    hash.update(`${path}\0${contents.length}\0`).update(contents);
  }
  return hash.digest("hex").slice(0, 24);
}
