/**
 * Compares traces recorded by real Go releases with the events that golang.org/x/exp/trace read from them
 * (testdata/exectrace/README.md).
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { TraceReader } from "../../src/exectrace/index.js";
import { eventText, traceText } from "../support/exectrace/to-text.js";

const folder = resolve(import.meta.dirname, "../../testdata/exectrace");
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".trace.gz"))
  .map((name) => name.slice(0, -".trace.gz".length));

test("there is a trace of every format", () => {
  expect(names.map((name) => name.slice(0, 6)).sort()).toEqual(
    expect.arrayContaining(["go1.22", "go1.23", "go1.24", "go1.25", "go1.26"]),
  );
});

test.each(names)("%s: all events as golang.org/x/exp/trace has them", (name) => {
  const bytes = gunzipSync(readFileSync(resolve(folder, `${name}.trace.gz`)));
  const expected = gunzipSync(readFileSync(resolve(folder, `${name}.txt.gz`))).toString();
  const lines = [...traceText(new TraceReader([bytes]))];
  expect(`${lines.join("\n")}\n`).toBe(expected);
});

test.each([1, 7, 50, 1000])("chunks of %i bytes make no difference", (size) => {
  const bytes = gunzipSync(readFileSync(resolve(folder, "go1.25-workload.trace.gz")));
  const chunks = function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const whole = [...traceText(new TraceReader([bytes]))];
  expect([...traceText(new TraceReader(chunks()))]).toEqual(whole);
});

test.each(names)("%s: events decoded at once are the same", (name) => {
  const bytes = gunzipSync(readFileSync(resolve(folder, `${name}.trace.gz`)));
  const [viewed, decoded] = [new TraceReader([bytes]), new TraceReader([bytes])];
  for (let event = viewed.next(); event; event = viewed.next()) {
    const same = decoded.nextDecoded()!;
    expect(eventText(same, decoded)).toBe(eventText(event, viewed));
    expect([same.stack, same.transitionStack, same.type]).toEqual([event.stack, event.transitionStack, event.type]);
  }
  expect(decoded.nextDecoded()).toBe(undefined);
});
