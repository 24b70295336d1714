/** Files with more than one trace, and programs that use regions in ways that Go's own reader refuses. */
import { describe, expect, test } from "vitest";
import { Summarizer } from "../../src/analyses/index.js";
import { EventKind, releaseOf } from "../../src/exectrace/index.js";
import { plainWidth } from "../../src/render/style.js";
import { summaryTables } from "../../src/render/trace/summary.js";
import { bytesOf, feedAll, readerOf } from "../analyses/traces.js";
import { errorOf } from "../support/exectrace/error-of.js";

const ascii = (text: string) => new TextEncoder().encode(text);

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe.each(["go1.22-workload", "go1.26-workload"])("%s, and beside it", (name) => {
  const bytes = bytesOf(name);
  const { length } = bytes;
  const behind = (more: Uint8Array, size: number) => errorOf(pieces(new Uint8Array([...bytes, ...more]), size));

  test.each([1 << 20, 997, 7])("text, another trace, or neither, in pieces of %i bytes", (size) => {
    for (const text of ["PASS\n", "PASS\nok  \texample.com/shop\t0.31s\n"]) {
      const error = behind(ascii(text), size);
      expect(error).toMatchObject({ problem: "several", offset: length });
      expect(error.message).toContain(`text follows the trace, from byte ${length} on: "PASS`);
      expect(error.advice).toContain(`head -c ${length} FILE`);
    }
    const second = behind(bytes, size);
    expect(second.message).toBe(`the file holds more than one trace: a second begins at byte ${length}`);
    expect(second.advice).toContain(`tail -c +${length + 1} FILE`);
    expect(behind(new Uint8Array([200, 201, 202]), size)).toMatchObject({ problem: "corrupt", offset: length });
  });

  test("text before it", () => {
    const error = errorOf(pieces(new Uint8Array([...ascii("hello from the program\n"), ...bytes]), 1 << 16));
    expect(error.message).toBe("the trace begins at byte 23: something precedes it");
    expect(error.advice).toContain("tail -c +24 FILE");
  });
});

test("Go 1.24 writes the header of 1.23", () => {
  expect([22, 23, 25, 26].map(releaseOf)).toEqual(["1.22", "1.23 or 1.24", "1.25", "1.26"]);
});

function summarize(name: string) {
  const reader = readerOf(`cases/${name}`);
  const summarizer = new Summarizer(reader);
  feedAll(reader, (e) => summarizer.feed(e));
  return summarizer.finish();
}

function tablesOf(name: string): string {
  const style = { colour: false, width: undefined, widthOf: plainWidth, top: 20 };
  return [...summaryTables({ path: "a.trace", warning: undefined }, summarize(name), style)].join("");
}

test("regions that cross, or end on another goroutine: the trace, with a note", () => {
  const reader = readerOf("cases/region-crossed");
  const ends: string[] = [];
  feedAll(reader, (e) => {
    if (e.kind === EventKind.RegionEnd) ends.push(`${e.name} on ${e.goroutine}`);
  });
  expect(ends).toEqual(["r1 on 1", "r2 on 1", "r3 on 10"]);
  const { regions, regionMisuses } = summarize("region-crossed");
  const durations = Object.fromEntries(regions.map(({ type, durations: { count }, cut }) => [type, [count, cut]]));
  expect(durations).toEqual({ r1: [1, 0], r2: [1, 0], r3: [0, 1] });
  expect(regionMisuses).toEqual([
    { region: "r1", goroutine: 1, how: "order", count: 1 },
    { region: "r3", goroutine: 10, how: "elsewhere", count: 1 },
  ]);
  const text = tablesOf("region-crossed");
  expect(text).toContain('note: region "r1" of goroutine 1 ended before one that began within it\n');
  expect(text).toContain('note: region "r3" ended on goroutine 10, where it had not begun');
});

test("a task may have an empty name", () => {
  const text = tablesOf("empty-task-name");
  expect(text).toMatch(/\(empty name\)\n/);
  expect(text).not.toContain("began before the trace");
});
