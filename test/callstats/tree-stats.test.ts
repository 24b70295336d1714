import fc from "fast-check";
import { expect, test } from "vitest";
import { Durations } from "../../src/base/durations.js";
import { type FunctionStats, StatsMeter, treeStats } from "../../src/callstats/index.js";
import { readRecording } from "../../src/calltree/index.js";
import { packDurations, unpackDurations } from "../../src/calltree/packed-durations.js";
import { run } from "../calltree/program.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { visit } from "./brute.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 600, size: "max" });
const byName = (a: FunctionStats, b: FunctionStats) => (a.name < b.name ? -1 : 1);

test("the statistics of trees are those of a walk, to the last bit", () => {
  fc.assert(
    fc.property(fc.array(programs, { minLength: 1, maxLength: 2 }), (runs) => {
      const sources = runs.map((choices) => memorySource(run(choices).bytes));
      const build = { isPlain: false, collectsDurations: true };
      const recording = readRecording(sources, { build });
      const meter = new StatsMeter(recording.forest, { spread: true });
      visit(recording, meter.visitor);
      const found = treeStats(recording.forest, { spread: true });
      expect(found?.sort(byName)).toEqual(meter.rows().sort(byName));
      const [sums, plain] = [new StatsMeter(recording.forest, { spread: false }), readRecording(sources)];
      visit(recording, sums.visitor);
      expect(treeStats(plain.forest, { spread: false })?.sort(byName)).toEqual(sums.rows().sort(byName));
    }),
    { numRuns: 60 },
  );
});

test("without durations, trees do not know enough", () => {
  const recording = readRecording(memorySource(run([1, 2, 3, 4, 5]).bytes));
  expect(treeStats(recording.forest, { spread: true })).toBeUndefined();
});

test("durations may be collected in parts, in any order, and packed", () => {
  const times = fc.array(
    fc.oneof(fc.nat(100), fc.nat(1 << 30), fc.nat({ max: 2 ** 43 })).map((parts) => parts / 8),
    {
      maxLength: 300,
    },
  );
  fc.assert(
    fc.property(times, fc.nat(300), (values, cut) => {
      const record = (list: readonly number[]) => {
        const durations = new Durations();
        for (const value of list) durations.record(value);
        return durations;
      };
      const parts = record(values.slice(cut).reverse());
      parts.merge(record(values.slice(0, cut)));
      expect(parts.spread()).toEqual(record(values).spread());
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const { stddev } = parts.spread();
      if (values.length > 0) expect(stddev).toBeCloseTo(Math.sqrt(squares / values.length), 4 - Math.log10(mean + 1));
    }),
  );
  const [[func, durations]] = [
    ...unpackDurations(
      packDurations([
        { func: 7, count: 2, min: 1, max: 3, sum: 32, squares: [640, 0], values: Float64Array.of(3, 1), octaves: [] },
      ]),
    ),
  ];
  expect(func).toBe(7);
  expect(durations.spread()).toMatchObject({ min: 1, mean: 2, p50: 1, max: 3, stddev: 1 });
});
