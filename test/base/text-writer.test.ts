import fc from "fast-check";
import { expect, test } from "vitest";
import { TextWriter, utf8 } from "../../src/base/text-writer.js";

test("numbers and fragments of any size", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.string({ unit: "grapheme" }))), (parts) => {
      const out = new TextWriter();
      for (const part of parts) {
        if (typeof part === "number") out.integer(part);
        else out.fragment(utf8(part));
      }
      const text = parts.join("");
      expect(out.size).toBe(Buffer.byteLength(text));
      expect(Buffer.from(out.take()).toString()).toBe(text);
      expect(out.size).toBe(0);
    }),
  );
  const out = new TextWriter();
  for (const value of [0, 9, 10, 999_999_999, 1e9, 1e9 + 1, 1e18, -1e9]) out.integer(value);
  out.nine(7);
  for (let i = 0; i < 40; i++) out.fragment(utf8("0123456789".repeat(1000)));
  expect(Buffer.from(out.take()).toString().slice(0, 80)).toBe(
    "0910999999999100000000010000000011000000000000000000-100000000000000000701234567",
  );
});
