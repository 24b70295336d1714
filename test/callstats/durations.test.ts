import fc from "fast-check";
import { expect, test } from "vitest";
import { Durations, EXACT_CALLS } from "../../src/base/durations.js";

function plain(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const rank = (q: number) => sorted[Math.ceil(q * sorted.length) - 1];
  return { mean, stddev: Math.sqrt(variance), min: sorted[0], max: sorted.at(-1)!, rank };
}

function filled(values: readonly number[]) {
  const durations = new Durations();
  for (const value of values) durations.record(value);
  return durations.spread();
}

test("as computed from all values at once: exact while they are few, else percentiles within 1/128", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 1, maxLength: 300 }), (values) => {
      const spread = filled(values);
      const exact = plain(values);
      expect([spread.min, spread.max]).toEqual([exact.min, exact.max]);
      expect(Math.abs(spread.mean - exact.mean)).toBeLessThanOrEqual(1e-9 * exact.mean);
      expect(Math.abs(spread.stddev - exact.stddev)).toBeLessThanOrEqual(1e-6 * (exact.stddev + exact.mean));
      for (const [q, value] of [
        [0.5, spread.p50],
        [0.9, spread.p90],
        [0.95, spread.p95],
        [0.99, spread.p99],
      ] as const) {
        const error = values.length <= EXACT_CALLS ? 0 : Math.max(1, exact.rank(q) / 128);
        expect(Math.abs(value - exact.rank(q))).toBeLessThanOrEqual(error);
      }
    }),
  );
});

test("order of the numbers", () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1e9 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(values, (list) => {
      const { min, mean, p50, p90, p95, p99, max } = filled(list);
      expect([min, p50, p90, p95, p99, max]).toEqual([min, p50, p90, p95, p99, max].sort((a, b) => a - b));
      expect(mean).toBeGreaterThanOrEqual(min);
      expect(mean).toBeLessThanOrEqual(max);
      expect(min).toBeGreaterThanOrEqual(0);
    }),
  );
});

test("nothing is all zeros", () => {
  expect(new Set(Object.values(new Durations().spread()))).toEqual(new Set([0]));
});
