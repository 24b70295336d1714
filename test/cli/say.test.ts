import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

test("what gotrace says of itself goes to standard error through say.ts alone", () => {
  const folder = resolve(import.meta.dirname, "../../src/cli");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const others = files.filter(
    (name) => name !== "say.ts" && /stderr\.write\(\s*[`"']gotrace/.test(readFileSync(join(folder, name), "utf8")),
  );
  expect(others).toEqual([]);
});
