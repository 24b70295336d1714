/** Parts of chunks are what the source has there, in whatever order they are asked for, and most are read once. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PartReader } from "../../src/calltrace/part-reader.js";
import { memorySource } from "../support/calltrace/memory-source.js";

/** Bytes of a chunk; the last one is shorter. */
const CHUNK = 24 * 1024;
const bytes = Uint8Array.from({ length: 40 * CHUNK - 640 }, (_, at) => (at * 2654435761) >>> 13);

test("parts of chunks by turns", () => {
  // One goes on in a chunk, by a few bytes or more, or somewhere in it.
  const steps = fc.array(fc.tuple(fc.nat(39), fc.oneof(fc.nat(100), fc.nat(9000)), fc.integer({ min: 0, max: 9 })), {
    maxLength: 400,
    size: "max",
  });
  fc.assert(
    fc.property(steps, (steps) => {
      let reads = 0;
      const source = memorySource(bytes);
      const reader = new PartReader({ ...source, read: (at, into) => ++reads && source.read(at, into) });
      const places = new Map<number, number>();
      for (const [number, step, jump] of steps) {
        const chunk = number * CHUNK;
        const most = Math.min(CHUNK, bytes.length - chunk);
        const from = (((jump === 0 ? 32 : (places.get(number) ?? 32)) + 2 * step) % (most - 64)) & ~1;
        const end = reader.read(chunk, from, most);
        expect(end - from > 64 || end === most).toBe(true);
        expect(
          Buffer.compare(
            new Uint8Array(reader.u16.buffer, from, end - from),
            bytes.subarray(chunk + from, chunk + end),
          ),
        ).toBe(0);
        places.set(number, from);
      }
      expect(reads).toBeLessThanOrEqual(steps.length);
    }),
    { numRuns: 60 },
  );
});

test("goroutines that go on in many chunks by turns hardly read any part twice", () => {
  let reads = 0;
  const reader = new PartReader({ size: 64 << 20, read: (_, { length }) => ++reads && length });
  for (let from = 32; from < 8192; from += 128) {
    for (let chunk = 0; chunk < 40; chunk++) reader.read(chunk * CHUNK, from, CHUNK);
  }
  expect(reads).toBeLessThan(40 * 6);
});
