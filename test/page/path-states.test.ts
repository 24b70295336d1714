import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader, ByteWriter } from "../../src/base/varint.js";
import { readRecording, STATES } from "../../src/calltree/index.js";
import { busyStates } from "../../src/page/calls/part-states.js";
import { readPathStates, writePathStates } from "../../src/page/data/path-states.js";
import { readPaths, writePaths } from "../../src/page/data/paths.js";
import { run } from "../calltree/program.js";
import { changingStays } from "../export/stays.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 300, size: "max" });
/** Beyond this, times are in no known state. */
const END = 2e5;

/** A tree with states, and the same as the page reads it; every `keep`th leaf is left out of the page. */
function packed(choices: readonly number[], step: number, keep: number) {
  const recording = readRecording(memorySource(run(choices).bytes)).withStates(() => changingStays(40, step, END));
  const { tree } = recording.forest.processes[0];
  const number = new Int32Array(tree.size).fill(-1);
  number[0] = 0;
  let count = 1;
  for (let node = 1; node < tree.size; node++) {
    const isLeaf = tree.end[node] === node + 1;
    if (number[tree.parent[node]] >= 0 && !(isLeaf && node % keep === 0)) number[node] = count++;
  }
  const writer = new ByteWriter();
  writePaths(writer, tree, number, count);
  if (tree.states) writePathStates(writer, tree, tree.states, number, count);
  const reader = new ByteReader(writer.bytes());
  const paths = readPaths(reader);
  return { tree, number, paths, states: readPathStates(reader, paths) };
}

const of = (columns: readonly (Float64Array | undefined)[], node: number) =>
  STATES.map((_, state) => columns[state]?.[node] ?? 0);
const sum = (times: readonly number[]) => times.reduce((a, b) => a + b, 0);

test("the parts of every path add up to its times, and are those of the tree to the nanosecond", () => {
  fc.assert(
    fc.property(programs, fc.constantFrom(311, 1000), fc.constantFrom(2, 3, 1e9), (choices, step, keep) => {
      const { tree, number, paths, states } = packed(choices, step, keep);
      for (let node = 1; node < tree.size; node++) {
        const at = number[node];
        if (at <= 0) continue;
        expect(sum(of(states.self, at))).toBe(paths.self[at]);
        expect(sum(of(states.total, at))).toBe(paths.total[at]);
        const off = STATES.flatMap((_, state) => [
          of(states.self, at)[state] - (tree.states?.self[state]?.[node] ?? 0),
          of(states.total, at)[state] - (tree.states?.total[state]?.[node] ?? 0),
        ]);
        expect(Math.max(...off.map(Math.abs))).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 25 },
  );
});

test("waiting for work is taken from the longest waits, on the whole path", () => {
  const column = (...times: number[]) => Float64Array.of(...times);
  const [running, , lock, , channel] = STATES.keys();
  const at = (columns: Readonly<Record<number, Float64Array>>) => STATES.map((_, state) => columns[state]);
  const states = {
    self: at({ [running]: column(0, 5, 1), [lock]: column(0, 0, 20), [channel]: column(0, 0, 100) }),
    total: at({ [running]: column(0, 6, 1), [lock]: column(0, 20, 20), [channel]: column(0, 100, 100) }),
  };
  const parent = Int32Array.of(-1, 0, 1);
  const { self, total } = busyStates(states, { parent } as never, [[1, 2, 110]]);
  expect([self[channel], self[lock], self[running]]).toEqual([column(0, 0, 0), column(0, 0, 10), column(0, 5, 1)]);
  expect([total[channel], total[lock], total[running]]).toEqual([column(0, 0, 0), column(0, 10, 10), column(0, 6, 1)]);
  expect(busyStates(states, { parent } as never, [])).toBe(states);
});
