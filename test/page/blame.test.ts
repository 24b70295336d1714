import { expect, test } from "vitest";
import { ByteReader, ByteWriter } from "../../src/base/varint.js";
import type { Blamed } from "../../src/calltree/index.js";
import { blameOf } from "../../src/page/calls/blame.js";
import { readBlame, writeBlame } from "../../src/page/data/blame-pairs.js";

const pair = (waiter: number, culprit: number, time: number, more: Partial<Blamed> = {}): Blamed => ({
  ...{ waiter, culprit, time, longest: time, waits: 1, state: 2, reason: "sync", starts: false, via: "", cause: "" },
  ...more,
});

/** By node of the tree: its function, and its number in the page. Node 3 is left out. */
const func = Int32Array.of(-1, 10, 11, 12, 11);
const number = Int32Array.of(0, 1, 2, -1, 3);
const pageFunc = Int32Array.of(-1, 10, 11, 11);

function packed(pairs: readonly Blamed[], most?: number) {
  const writer = new ByteWriter();
  writeBlame(writer, { pairs, minimum: 5 }, func, number, most);
  return readBlame(new ByteReader(writer.bytes()), pageFunc);
}

test("pairs keep their paths; where the page has none, their functions", () => {
  const { pairs, minimum } = packed([
    pair(2, 4, 100),
    pair(3, 2, 50, { starts: true }),
    pair(1, 0, 20, { state: 6, via: "net/http.(*conn).readLoop", cause: "network" }),
  ]);
  expect(minimum).toBe(5);
  expect(pairs.map(({ waiter, culprit }) => [waiter, culprit])).toEqual([
    [
      { node: 2, func: 11 },
      { node: 3, func: 11 },
    ],
    [
      { node: 0, func: 12 },
      { node: 2, func: 11 },
    ],
    [
      { node: 1, func: 10 },
      { node: 0, func: -1 },
    ],
  ]);
  expect(pairs.map(({ state, starts, via, cause, time }) => [state, starts, via, cause, time])).toEqual([
    [2, false, "", "", 100],
    [2, true, "", "", 50],
    [6, false, "net/http.(*conn).readLoop", "network", 20],
  ]);
});

test("of too many pairs those with least time are summed by function", () => {
  const { pairs } = packed([pair(2, 1, 100), pair(2, 1, 40), pair(4, 1, 30, { longest: 20, waits: 2 })], 1);
  expect(pairs).toMatchObject([
    { waiter: { node: 2 }, time: 100 },
    { waiter: { node: 0, func: 11 }, culprit: { node: 0, func: 10 }, time: 70, longest: 40, waits: 3 },
  ]);
});

test("a function waits in its callees on the same goroutine, and not in goroutines that it started", () => {
  // 10 calls 11; 11 starts a goroutine with 11.
  const paths = { func: pageFunc, parent: Int32Array.of(-1, 0, 1, 2), edge: Uint8Array.of(0, 0, 0, 1) };
  const blame = packed([pair(2, 4, 100), pair(4, 1, 30), pair(0, 1, 7)]);
  const part = { process: { states: { blame }, paths }, section: undefined, has: () => true } as never;
  const sums = (func: number, side: "waiter" | "culprit") =>
    blameOf(part, func, side).map(({ other, inner, time }) => [other, inner, time]);
  expect(sums(10, "waiter")).toEqual([[11, 11, 100]]);
  expect(sums(11, "waiter")).toEqual([
    [11, 11, 100],
    [10, 11, 30],
  ]);
  expect(sums(10, "culprit")).toEqual([
    [11, 10, 30],
    [-1, 10, 7],
  ]);
});
