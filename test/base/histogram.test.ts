import fc from "fast-check";
import { expect, test } from "vitest";
import { Histogram } from "../../src/base/histogram.js";

const values = fc.array(
  fc.oneof(
    fc.nat(300),
    fc.nat(),
    fc.maxSafeNat(),
    fc.constantFrom(0, 63, 64, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1),
  ),
  { minLength: 1, maxLength: 300 },
);

function filled(list: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of list) histogram.record(value);
  return histogram;
}

test("quantiles are off by at most 1/128 of the value, and exact below 128", () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, q) => {
      const sorted = [...list].sort((a, b) => a - b);
      const exact = sorted[Math.max(Math.ceil(q * list.length), 1) - 1];
      const found = filled(list).quantile(q);
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact < 128 ? 0 : exact / 128);
    }),
  );
});

test("count, min and max are exact; buckets hold every value once", () => {
  fc.assert(
    fc.property(values, (list) => {
      const histogram = filled(list);
      expect(histogram.count).toBe(list.length);
      expect(histogram.min).toBe(list.reduce((a, b) => Math.min(a, b)));
      expect(histogram.max).toBe(list.reduce((a, b) => Math.max(a, b)));
      let end = -1;
      for (const { low, high, count } of histogram.buckets()) {
        expect(low).toBeGreaterThan(end);
        expect(list.filter((value) => value >= low && value <= high)).toHaveLength(count);
        end = high;
      }
    }),
  );
});

test("merging is recording all", () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const merged = filled(a);
      merged.merge(filled(b));
      const whole = filled([...a, ...b]);
      expect([...merged.buckets()]).toEqual([...whole.buckets()]);
      expect([merged.count, merged.min, merged.max]).toEqual([whole.count, whole.min, whole.max]);
    }),
  );
});

test("an empty one has zeros", () => {
  expect(new Histogram().quantile(0.5)).toBe(0);
  expect(new Histogram().mean).toBe(0);
});
