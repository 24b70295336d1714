/** Reads the encoder's output with protobufjs. */
import fc from "fast-check";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { ProtoWriter } from "../../src/export/protobuf.js";

const { root } = protobuf.parse(`syntax = "proto3";
  message Inner { repeated uint64 list = 1; string text = 2; Inner inner = 16; }
  message Outer { uint64 number = 1; fixed64 fixed = 15; repeated Inner inner = 1000; }`);
const Outer = root.lookupType("Outer");
const read = (bytes: Uint8Array) =>
  Outer.toObject(Outer.decode(bytes), { longs: String, arrays: true, defaults: true });

test("messages of any size, within one another", () => {
  const inner = fc.record({
    list: fc.array(fc.maxSafeNat()),
    text: fc.string({ unit: "binary", maxLength: 400 }),
  });
  const number = fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
  fc.assert(
    fc.property(number, fc.array(inner), (number, inners) => {
      const writer = new ProtoWriter();
      writer.varint(1, number);
      writer.fixed64(15, 7, 9);
      for (const { list, text } of inners) {
        const mark = writer.open(1000);
        writer.packed(1, list);
        writer.string(2, text);
        const within = writer.open(16);
        writer.packed(1, [...list, 1, 2], list.length);
        writer.close(within);
        writer.close(mark);
      }
      expect(read(writer.take())).toEqual({
        number: `${number}`,
        fixed: `${9n * 2n ** 32n + 7n}`,
        inner: inners.map(({ list, text }) => ({
          list: list.map(String),
          text,
          inner: { list: list.map(String), text: "", inner: null },
        })),
      });
      expect(writer.take()).toHaveLength(0);
    }),
  );
});

test("lengths of more than one byte move what they stand before", () => {
  for (const length of [0, 127, 128, 16383, 16384, 2097151, 2097152]) {
    const writer = new ProtoWriter();
    const text = "x".repeat(length);
    const mark = writer.open(1000);
    writer.string(2, text);
    writer.close(mark);
    writer.varint(1, 2 ** 53 - 1);
    expect(read(writer.take())).toMatchObject({ number: "9007199254740991", inner: [{ text }] });
  }
});
