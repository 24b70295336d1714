/** Things that must make no difference: the length of encoded numbers, and other readers at work. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { TraceReader } from "../../src/exectrace/index.js";
import { traceText } from "../support/exectrace/to-text.js";
import { randomBelow } from "./mutate.js";
import { withLongNumbers } from "./rewrite.js";

const golden = (name: string) =>
  new Uint8Array(gunzipSync(readFileSync(resolve(import.meta.dirname, `../../testdata/exectrace/${name}.trace.gz`))));
const textOf = (bytes: Uint8Array) => [...traceText(new TraceReader([bytes]))];

test.each(["go1.22-workload", "go1.25-allocfree", "go1.26-workload"])("%s with longer numbers", (name) => {
  const bytes = golden(name);
  const longer = withLongNumbers(bytes, randomBelow(7));
  expect(longer.length).toBeGreaterThan(bytes.length + 2000);
  expect(textOf(longer)).toEqual(textOf(bytes));
});

test("several readers at the same time", () => {
  const traces = ["go1.22-workload", "go1.26-workload", "go1.26-one-proc"].map(golden);
  const texts = traces.map((bytes) => traceText(new TraceReader([bytes])));
  const lines: string[][] = traces.map(() => []);
  for (let open = texts.length; open > 0; ) {
    open = 0;
    texts.forEach((text, i) => {
      const { done, value } = text.next();
      if (done) return;
      lines[i].push(value);
      open++;
    });
  }
  expect(lines).toEqual(traces.map(textOf));
});
