import fc from "fast-check";
import { expect, test } from "vitest";
import { Line } from "../../src/base/line.js";

test("points on a line give its slope, wherever the line is", () => {
  const number = fc.integer({ min: -1000, max: 1000 });
  fc.assert(
    fc.property(number, number, fc.uniqueArray(number, { minLength: 2, maxLength: 20 }), (slope, offset, xs) => {
      const line = new Line();
      for (const x of xs) line.add(1e9 + x, slope * x + offset);
      expect(line.slope).toBeCloseTo(slope, 5);
      expect(line).toMatchObject({ count: xs.length, firstX: 1e9 + xs[0], lastY: slope * xs.at(-1)! + offset });
    }),
  );
});

test("one point, or several at one place, have no slope", () => {
  const line = new Line();
  expect(line.slope).toBe(0);
  line.add(1, 2);
  line.add(1, 3);
  expect(line.slope).toBe(0);
});
