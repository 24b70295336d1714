import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fromText } from "../support/calltrace/from-text.js";
import { toText } from "../support/calltrace/to-text.js";

const directory = join(import.meta.dirname, "../../testdata/format");

// runtime-go's tests write and check the bytes of golden.gotrace, so this keeps the two tables of the format in step.
// Traces of earlier releases must stay readable.
for (const name of ["golden", "golden-ring", "golden-0.1.0"]) {
  test(`${name}.gotrace reads as ${name}.txt`, async () => {
    const bytes = readFileSync(join(directory, `${name}.gotrace`));
    const text = toText(bytes);
    await expect(text).toMatchFileSnapshot(join(directory, `${name}.txt`));
    expect(text).not.toContain("patch ");
    expect(Buffer.compare(fromText(text), bytes)).toBe(0);
  });
}
