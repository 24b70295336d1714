import fc from "fast-check";
import { expect, test } from "vitest";
import { grown, NumberMap } from "../../src/base/columns.js";

test("a number map answers as a Map does", () => {
  const key = fc.oneof(fc.nat(40), fc.maxSafeNat(), fc.constantFrom(2 ** 32, 2 ** 33, 2 ** 48 - 1));
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.integer())), (pairs) => {
      const map = new NumberMap();
      const model = new Map<number, number>();
      for (const [key, value] of pairs) {
        map.set(key, value);
        model.set(key, value);
      }
      expect(map.size).toBe(model.size);
      for (const [key, value] of model) expect(map.get(key, -7)).toBe(value);
      expect(map.get(12345.0, -7)).toBe(model.get(12345) ?? -7);
    }),
  );
});

test("a column grows by copying, and only when it must", () => {
  const column = new Int32Array([1, 2, 3]);
  expect(grown(column, 3)).toBe(column);
  const larger = grown(column, 4, -1);
  expect([...larger.subarray(0, 5)]).toEqual([1, 2, 3, -1, -1]);
});
