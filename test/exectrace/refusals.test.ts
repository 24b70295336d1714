/**
 * Files that are not traces, or are old, new, cut off or damaged: the reader's messages, and the events before them.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { EventKind, TraceReader } from "../../src/exectrace/index.js";
import { errorOf } from "../support/exectrace/error-of.js";
import { forEachEvent } from "../support/exectrace/for-each-event.js";
import { traceText } from "../support/exectrace/to-text.js";

const golden = (name: string) =>
  new Uint8Array(gunzipSync(readFileSync(resolve(import.meta.dirname, `../../testdata/exectrace/${name}.trace.gz`))));
const ascii = (text: string) => new TextEncoder().encode(text);

describe("headers", () => {
  test.each([
    ["go 1.21 trace\0\0\0", "old", /Go 1\.21.*1\.22 and later/],
    ["go 1.5 trace\0\0\0\0", "old", /Go 1\.5;/],
    ["go 1.27 trace\0\0\0", "new", /Go 1\.27.*up to Go 1\.26/],
    ["", "foreign", /empty/],
    ["go 1.2", "foreign", /not an execution trace/],
    ["package main\n\nfunc main() {}", "foreign", /not an execution trace/],
  ] as const)("%j", (header, problem, message) => {
    const error = errorOf([ascii(header)]);
    expect(error.problem).toBe(problem);
    expect(error.message).toMatch(message);
    expect(error.advice).toMatch(/\S/);
  });

  test("a call trace is told to be one", () => {
    expect(errorOf([ascii("gotrace\n\x03\0\0\0\0\0\0\0")]).advice).toMatch(/`gotrace report`/);
  });

  test("a compressed trace is told to be one", () => {
    expect(errorOf([new Uint8Array([0x1f, 0x8b, ...new Uint8Array(30)])]).advice).toMatch(/gunzip/);
  });
});

describe.each(["go1.22-workload", "go1.25-workload", "go1.26-workload"])("%s cut off", (name) => {
  const bytes = golden(name);
  const whole = [...traceText(new TraceReader([bytes]))];
  const syncs = whole.filter((line) => line.includes(" Sync ")).length;

  // Steps of a prime number give cuts within batches, within heads of batches, and between batches.
  test("complete generations are delivered, and the rest is told to be lost", () => {
    let most = 0;
    for (let length = 17; length < bytes.length; length += 997) {
      const reader = new TraceReader([bytes.subarray(0, length)]);
      const lines = [...traceText(reader)];
      const { warning } = reader;
      expect(lines).not.toContain("refused");
      expect(warning && warning.offset + warning.lostBytes).toBe(length);
      expect(lines.at(-1)).toBe(`cut generation=${warning?.generation} lost=${warning?.lostBytes}`);
      // The last Sync, which always comes, is left out; if no generation is complete, it is the only event.
      const sound = lines.slice(0, -2);
      if (sound.length > 1) expect(sound).toEqual(whole.slice(0, sound.length));
      most = Math.max(most, lines.filter((line) => line.includes(" Sync ")).length);
    }
    expect(syncs).toBeGreaterThan(2);
    expect(most).toBeGreaterThanOrEqual(syncs - 1);
  });

  test("a header alone holds no events", () => {
    const reader = new TraceReader([bytes.subarray(0, 16)]);
    while (reader.next());
    expect(reader.warning?.reason).toMatch(/no events/);
  });
});

test("damage is told with its place; events before it are delivered", () => {
  const bytes = golden("go1.26-workload");
  const whole = [...traceText(new TraceReader([bytes]))];
  const at = Math.floor(bytes.length * 0.7);
  bytes.fill(0xff, at, at + 40);
  const error = errorOf([bytes]);
  expect(error.problem).toBe("corrupt");
  expect(error.offset).toBeGreaterThan(16);
  expect(error.offset).toBeLessThanOrEqual(at + 40);
  const lines = [...traceText(new TraceReader([bytes]))];
  expect(lines.at(-1)).toBe("refused");
  expect(lines.slice(0, 100)).toEqual(whole.slice(0, 100));
});

test("chunks may come asynchronously", async () => {
  const bytes = golden("go1.25-workload");
  const chunks = async function* () {
    for (let at = 0; at < bytes.length; at += 3000) yield bytes.subarray(at, at + 3000);
  };
  let events = 0;
  let last = 0;
  const reader = await forEachEvent(chunks(), ({ kind, time }) => {
    events++;
    if (kind === EventKind.Sync) last = time;
  });
  const expected = [...traceText(new TraceReader([bytes]))].filter((line) => !/^stack|^start/.test(line));
  expect(events).toBe(expected.length);
  expect(reader.bytesRead).toBe(bytes.length);
  // In a trace of some milliseconds, the wall clock advanced by as much as the trace's.
  expect(reader.wallTime(last)! - reader.wallTime(0)!).toBe(BigInt(last));
});

test("equal stacks of different generations are one", () => {
  const reader = new TraceReader([golden("go1.26-workload")]);
  const seen = new Map<string, number>();
  for (let event = reader.next(); event; event = reader.next()) {
    if (event.stack === 0) continue;
    const text = JSON.stringify(reader.stacks.frames(event.stack));
    expect(seen.get(text) ?? event.stack).toBe(event.stack);
    seen.set(text, event.stack);
  }
  expect(seen.size).toBe(new Set(seen.values()).size);
  expect(seen.size).toBeGreaterThan(20);
});
