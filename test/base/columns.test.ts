import fc from "fast-check";
import { expect, test } from "vitest";
import { grown, NumberMap, NumberSet } from "../../src/base/columns.js";

const key = fc.oneof(fc.nat(40), fc.maxSafeNat(), fc.constantFrom(2 ** 32, 2 ** 33, 2 ** 48 - 1));

test("a number map answers as a Map does", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.integer(), fc.boolean()), { size: "medium" }), (changes) => {
      const map = new NumberMap();
      const model = new Map<number, number>();
      for (const [key, value, isRemoved] of changes) {
        if (isRemoved) {
          map.delete(key);
          model.delete(key);
        } else {
          map.set(key, value);
          model.set(key, value);
        }
      }
      expect(map.size).toBe(model.size);
      for (const [key, value] of model) expect(map.get(key, -7)).toBe(value);
      expect(map.get(12345.0, -7)).toBe(model.get(12345) ?? -7);
    }),
  );
});

test("a number set has what was added", () => {
  fc.assert(
    fc.property(fc.array(key), fc.array(key), (added, others) => {
      const set = new NumberSet();
      for (const one of added) set.add(one);
      for (const one of [...added, ...others]) expect(set.has(one)).toBe(added.includes(one));
      const more = new NumberSet();
      for (const one of others) more.add(one);
      set.addAll(NumberSet.from(structuredClone(more)));
      for (const one of [...added, ...others]) expect(set.has(one)).toBe(true);
      expect(set.size).toBe(new Set([...added, ...others]).size);
    }),
  );
});

test("a column grows by copying, and only when it must", () => {
  const column = new Int32Array([1, 2, 3]);
  expect(grown(column, 3)).toBe(column);
  const larger = grown(column, 4, -1);
  expect([...larger.subarray(0, 5)]).toEqual([1, 2, 3, -1, -1]);
});
