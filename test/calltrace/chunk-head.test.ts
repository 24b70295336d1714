/** Headers of chunks: what is one, what is space, and what is wrong. */
import { expect, test } from "vitest";
import { readChunkHead, readChunkHeadAt, snapshotIn } from "../../src/calltrace/index.js";
import { CHUNK_KINDS, CHUNK_MAX } from "../../src/calltrace/spec.js";
import { RING_HEADER, RingChunk } from "../../src/calltrace/spec-ring.js";
import { chunkFields, writeChunkHeader } from "../support/calltrace/encode.js";
import { memorySource } from "../support/calltrace/memory-source.js";

/** A header after `before` bytes. */
function header(fields: { readonly [name: string]: bigint }, before = 0): Uint8Array {
  const bytes = new Uint8Array(before + RING_HEADER);
  writeChunkHeader({ ...chunkFields(CHUNK_KINDS.ring, 128), slot: 7n, seq: 9n, ...fields }, bytes, before);
  return bytes;
}

const headOf = (fields: { readonly [name: string]: bigint }) => readChunkHead(new Uint32Array(header(fields).buffer));

test("a header has kind, size, slot and number; 8 zeros are space", () => {
  const expected = { kind: CHUNK_KINDS.ring, size: 128, slot: 7, seq: 9 };
  expect(headOf({})).toEqual(expected);
  expect(headOf({ size: BigInt(CHUNK_MAX), kind: 99n, slot: 2n ** 32n - 1n })).toEqual({
    ...{ kind: 99, size: CHUNK_MAX, slot: 2 ** 32 - 1, seq: 9 },
  });
  expect(headOf({ magic: 0n, kind: 0n, size: 0n })).toBeUndefined();
});

test("what is no header is said", () => {
  for (const size of [0, 32, 65, CHUNK_MAX + 64]) {
    expect(headOf({ size: BigInt(size) })).toBe(`a chunk says it has ${size} bytes`);
  }
  for (const fields of [{ magic: 1n }, { magic: 0n }, { magic: 0n, kind: 0n }, { magic: 0n, size: 0n }]) {
    expect(headOf(fields)).toBe("there is no chunk where one should begin");
  }
});

test("in a source, a header lies at any offset; where it ends there is none", () => {
  for (const before of [0, 64, 3]) {
    const source = memorySource(header({}, before));
    expect(readChunkHeadAt(source, before)).toMatchObject({ size: 128, seq: 9 });
    expect(readChunkHeadAt(source, before + 40)).toBeUndefined();
  }
});

test("the snapshot of a ring's chunk has whole units, and lies in the chunk", () => {
  const snapshotOf = (snapshot: number) => {
    const words = new Uint32Array(header({}).buffer);
    words[RingChunk.snapshot / 4] = snapshot;
    return snapshotIn(words, 0, 128);
  };
  expect([0, 2, 64].map(snapshotOf)).toEqual([0, 2, 64]);
  for (const wrong of [1, 66, 2 ** 32 - 2]) {
    expect(snapshotOf(wrong)).toBe(`a chunk of 128 bytes says that its snapshot has ${wrong}`);
  }
});
