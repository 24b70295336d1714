import fc from "fast-check";
import { expect, test } from "vitest";
import { SparseColumn } from "../../src/base/sparse.js";

test("reads as a Map with the same entries", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60)), (unsorted) => {
      const keys = unsorted.sort((a, b) => a - b);
      const map = new Map(keys.map((key) => [key, key * 1.5 + 1]));
      const column = new SparseColumn(Int32Array.from(map.keys()), Float64Array.from(map.values()));
      expect(column.size).toBe(map.size);
      expect([...column]).toEqual([...map]);
      expect([...column.keys()]).toEqual([...map.keys()]);
      expect([...column.values()]).toEqual([...map.values()]);
      for (let key = 0; key <= 61; key++) {
        expect(column.get(key)).toBe(map.get(key));
        expect(column.has(key)).toBe(map.has(key));
      }
      const told = new Map<number, number>();
      column.forEach((value, key) => {
        told.set(key, value);
      });
      expect(told).toEqual(map);
    }),
  );
});
