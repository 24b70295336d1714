import fc from "fast-check";
import { expect, test } from "vitest";
import { exactParts } from "../../src/base/exact-parts.js";

test("parts are whole, add up to the whole, and are off by one at most", () => {
  const parts = fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(parts, (list) => {
      const whole = Math.round(list.reduce((sum, part) => sum + part, 0));
      const rounded = exactParts(whole, list);
      expect(rounded.reduce((sum, part) => sum + part, 0)).toBe(whole);
      for (const [i, part] of list.entries()) {
        expect(Number.isInteger(rounded[i])).toBe(true);
        expect(rounded[i]).toBeGreaterThanOrEqual(0);
        expect(Math.abs(rounded[i] - part)).toBeLessThanOrEqual(1 + 1e-3);
      }
    }),
  );
});

test("what the parts lack goes to the last one; what is too much is taken from the largest", () => {
  expect(exactParts(100, [10, 20, 0])).toEqual([10, 20, 70]);
  expect(exactParts(5, [2, 9, 1])).toEqual([2, 2, 1]);
});
