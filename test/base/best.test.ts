import fc from "fast-check";
import { expect, test } from "vitest";
import { Best } from "../../src/base/best.js";

test("keeps what sorting and cutting keeps", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 })), fc.nat(12), (numbers, limit) => {
      const best = new Best<number>(limit, (a, b) => a - b);
      for (const number of numbers) best.add(number);
      expect(best.sorted()).toEqual([...numbers].sort((a, b) => a - b).slice(0, limit));
    }),
  );
});
