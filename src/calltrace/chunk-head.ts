/** Reads the headers of chunks: here alone it is decided whether there is one. */
import { type ByteSource, readBytes } from "./source.js";
import { CHUNK_ALIGN, CHUNK_HEADER, CHUNK_MAGIC, CHUNK_MAX, Chunk } from "./spec.js";
import { RING_HEADER, RingChunk } from "./spec-ring.js";

/** What the header of a chunk says. */
export interface ChunkHead {
  /** One of CHUNK_KINDS, or unknown. */
  readonly kind: number;
  /** Bytes, including the header: a multiple of CHUNK_ALIGN, at most CHUNK_MAX. */
  readonly size: number;
  readonly slot: number;
  readonly seq: number;
}

/**
 * Reads a header. A process writes its first 8 bytes last, and at once.
 *
 * @param words 32 bits each; CHUNK_HEADER bytes from `at` on are the header
 * @returns undefined for space without a header: its first 8 bytes are zero. If there is anything else, what is wrong
 */
export function readChunkHead(words: Uint32Array, at = 0): ChunkHead | string | undefined {
  const magicKind = words[at];
  const size = words[at + Chunk.size / 4];
  if (magicKind === 0 && size === 0) return undefined;
  if ((magicKind & 0xffff) !== CHUNK_MAGIC) return "there is no chunk where one should begin";
  if (size === 0 || size % CHUNK_ALIGN !== 0 || size > CHUNK_MAX) return `a chunk says it has ${size} bytes`;
  return { kind: magicKind >>> 16, size, slot: words[at + Chunk.slot / 4], seq: words[at + Chunk.seq / 4] };
}

/** {@link readChunkHead} at an offset of a source; undefined as well where it ends. */
export function readChunkHeadAt(source: ByteSource, offset: number): ReturnType<typeof readChunkHead> {
  const words = wordsAt(source, offset, CHUNK_HEADER);
  return words && readChunkHead(words);
}

/** The words from an offset of a source on; undefined if it ends before. @param length bytes, a multiple of 4 */
export function wordsAt(source: ByteSource, offset: number, length: number): Uint32Array | undefined {
  const { buffer, byteOffset, byteLength } = readBytes(source, offset, length);
  return byteLength < length ? undefined : new Uint32Array(buffer, byteOffset, length / 4);
}

/**
 * The bytes of the snapshot in a chunk of a ring, between its header and its records.
 * @param words RING_HEADER bytes from `at` on are the header
 * @returns a string that says what is wrong, if it cannot be that
 */
export function snapshotIn(words: Uint32Array, at: number, size: number): number | string {
  const snapshot = words[at + RingChunk.snapshot / 4];
  if (snapshot % 2 === 0 && snapshot <= size - RING_HEADER) return snapshot;
  return `a chunk of ${size} bytes says that its snapshot has ${snapshot}`;
}
