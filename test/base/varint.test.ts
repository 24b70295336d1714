import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader, ByteWriter } from "../../src/base/varint.js";

test("numbers come back, in their order", () => {
  const whole = fc.maxSafeInteger().map((n) => Math.trunc(n / 2) || 0);
  const numbers = fc.array(fc.tuple(fc.maxSafeNat(), whole));
  fc.assert(
    fc.property(numbers, (pairs) => {
      const writer = new ByteWriter();
      for (const [natural, whole] of pairs) {
        writer.uint(natural);
        writer.int(whole);
      }
      const reader = new ByteReader(writer.bytes().slice());
      for (const pair of pairs) expect([reader.uint(), reader.int()]).toEqual(pair);
      expect(reader.uint()).toBe(0);
    }),
  );
});

test("small numbers take a byte, and 2^31 to 2^32 are not cut", () => {
  const writer = new ByteWriter();
  for (const n of [0, 1, 127, -64]) n < 0 ? writer.int(n) : writer.uint(n);
  expect(writer.length).toBe(4);
  for (const n of [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
    const one = new ByteWriter();
    one.uint(n);
    expect(new ByteReader(one.bytes()).uint()).toBe(n);
  }
});
