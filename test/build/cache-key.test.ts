/** Versions of gotrace that might store different things share nothing in the cache. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { filesOn, repository } from "../e2e/support.js";
import { main } from "../support/bundle.js";

const { cacheKey } = await import(join(repository, "scripts/lib-cache-key.mjs"));

test("the key changes with whatever src/build imports, and with the grammar", async () => {
  const root = mkdtempSync(join(tmpdir(), "gotrace-key-"));
  try {
    const change = (path: string, text: string) => filesOn({ [path]: text }, root);
    const grammar = "node_modules/tree-sitter-go/tree-sitter-go.wasm";
    change("src/build/rewrite.ts", 'export { shape } from "../base/shape.js";\n');
    change("src/base/shape.ts", "export const shape = 1;\n");
    change("src/cli/main.ts", "export const words = 1;\n");
    change(grammar, "one");
    const keys = [await cacheKey(root)];
    for (const path of ["src/base/shape.ts", grammar, "src/build/rewrite.ts"]) {
      change(path, "export const shape = 2;\n");
      keys.push(await cacheKey(root));
    }
    expect(new Set(keys).size).toBe(4);
    change("src/cli/main.ts", "export const words = 2;\n");
    expect(await cacheKey(root)).toBe(keys.at(-1));
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("the command has the key of its sources", async () => {
  const key = await cacheKey(repository);
  const bin = dirname(main);
  const texts = readdirSync(bin).filter((name) => name.endsWith(".js"));
  expect(texts.some((name) => readFileSync(join(bin, name), "utf8").includes(`"${key}"`))).toBe(true);
});
