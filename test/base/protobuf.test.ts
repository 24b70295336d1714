/** Read again with protobufjs. */
import fc from "fast-check";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { ProtoWriter } from "../../src/base/protobuf.js";

const { root } = protobuf.parse(`syntax = "proto3";
  message Inner { repeated uint64 list = 1; string text = 2; Inner inner = 16; }
  message Outer { uint64 number = 1; bytes blob = 15; repeated Inner inner = 1000; }`);
const Outer = root.lookupType("Outer");
const read = (writer: ProtoWriter) =>
  Outer.toObject(Outer.decode(writer.take()), { longs: String, defaults: true, bytes: String });

test("messages of any size, within one another", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.array(
        fc.record({
          list: fc.array(fc.maxSafeNat()),
          text: fc.string({ unit: "binary", minLength: 1, maxLength: 400 }),
        }),
      ),
      (number, inner) => {
        const writer = new ProtoWriter();
        writer.integer(1, number);
        writer.blob(15, Uint8Array.of(1, 2, 255));
        for (const { list, text } of inner) {
          writer.message(1000, () => {
            writer.packed(1, list);
            writer.string(2, text);
            writer.message(16, () => writer.packed(1, [...list, 1, 2], list.length));
          });
        }
        const size = writer.size;
        const bytes = writer.take();
        expect(bytes).toHaveLength(size);
        const found = Outer.toObject(Outer.decode(bytes), { longs: String, arrays: true, bytes: Array });
        expect(found).toEqual({
          ...(number === 0n ? {} : { number: `${number}` }),
          blob: [1, 2, 255],
          inner: inner.map(({ list, text }) => ({
            list: list.map(String),
            text,
            inner: { list: list.map(String) },
          })),
        });
      },
    ),
  );
});

test("lengths of more than one byte move what they stand before", () => {
  for (const length of [0, 127, 128, 16383, 16384, 2097152]) {
    const writer = new ProtoWriter();
    const text = "x".repeat(length);
    writer.message(1000, () => writer.string(2, text));
    writer.integer(1, 2 ** 53 - 1);
    expect(read(writer)).toMatchObject({ number: "9007199254740991", inner: [{ text }] });
    expect(writer.size).toBe(0);
  }
});
