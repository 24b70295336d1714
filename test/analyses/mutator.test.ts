import fc from "fast-check";
import { expect, test } from "vitest";
import { MutatorCurve } from "../../src/analyses/index.js";

type Change = readonly [time: number, util: number];

function curveOf(changes: readonly Change[], end: number, windows: readonly number[]): number[] {
  const curve = new MutatorCurve(windows);
  for (const [time, util] of changes) curve.change(time, util);
  return curve.finish(end).map((one) => one.utilization);
}

/** The minimum by trying every window that has an edge on a change or an end. */
function slow(changes: readonly Change[], end: number, window: number): number {
  const begin = changes[0][0];
  const length = Math.min(window, end - begin);
  const integral = (to: number) => {
    let sum = 0;
    for (const [i, [time, util]] of changes.entries()) {
      const next = Math.min(changes[i + 1]?.[0] ?? end, to);
      if (next > time) sum += util * (next - time);
    }
    return sum;
  };
  const edges = [begin, end - length, ...changes.flatMap(([time]) => [time, time - length])];
  const places = edges.filter((edge) => edge >= begin && edge + length <= end);
  return Math.min(...places.map((edge) => (integral(edge + length) - integral(edge)) / length));
}

test("the numbers of Go's TestMMU", () => {
  const changes: Change[] = [0, 1, 2, 3, 4].map((second) => [second * 1e9, second % 2 === 0 ? 1 : 0]);
  const seconds = [0.001, 1, 2, 3, 4, 5, 6];
  const found = curveOf(
    changes,
    5e9,
    seconds.map((one) => one * 1e9),
  );
  for (const [i, want] of [0, 0, 0.5, 1 / 3, 0.5, 3 / 5, 3 / 5].entries()) expect(found[i]).toBeCloseTo(want, 12);
});

test("one pass finds what trying all windows finds", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.constantFrom(0, 0.25, 0.5, 0.75, 1)), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 300 }), (list, last) => {
      let time = 100;
      const changes = list.map(([length, util]): Change => {
        time += length;
        return [time, util];
      });
      const windows = [1, 7, 50, 300, 2000, 1e6];
      const found = curveOf(changes, time + last, windows);
      for (const [i, window] of windows.entries()) expect(found[i]).toBeCloseTo(slow(changes, time + last, window), 9);
    }),
  );
});

test("long traces: what no window can reach any more is forgotten, and nothing else", () => {
  const changes = Array.from({ length: 20000 }, (_, i): Change => [i * 10, i % 3 === 0 ? 0 : (i % 7) / 7]);
  const windows = [15, 100, 1000];
  const found = curveOf(changes, 2e5, windows);
  for (const [i, window] of windows.entries())
    expect(found[i]).toBeCloseTo(slow(changes.slice(0, 600), 6e3, window), 9);
});
