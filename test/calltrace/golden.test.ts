import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fromText, toText } from "../../src/calltrace/index.js";

const directory = join(import.meta.dirname, "../../testdata/format");
const golden = join(directory, "golden.gotrace");

// runtime-go's tests write and check the same bytes: this holds the two tables of the format together.
test("the trace that runtime-go writes reads as golden.txt", async () => {
  const bytes = readFileSync(golden);
  const text = toText(bytes);
  await expect(text).toMatchFileSnapshot(join(directory, "golden.txt"));
  expect(text).not.toContain("patch ");
  expect(Buffer.compare(fromText(text), bytes)).toBe(0);
});
