/** The payload of chunks that the gotrace command appends: a length and that many bytes. */

import { type ByteSource, readBytes } from "./source.js";
import { CHUNK_ALIGN, CHUNK_HEADER, CHUNK_KINDS, CHUNK_MAGIC, CHUNK_MAX, Chunk } from "./spec.js";

/** The most bytes that fit a chunk. */
export const PAYLOAD_MAX = CHUNK_MAX - CHUNK_HEADER - 4;

/** The payload of the chunk at `offset`; shorter if the trace ends within it, undefined if it ends before. */
export function readPayload(source: ByteSource, offset: number): Uint8Array | undefined {
  const head = readBytes(source, offset, CHUNK_HEADER + 4);
  if (head.length < CHUNK_HEADER + 4) return undefined;
  const view = new DataView(head.buffer);
  const room = Math.min(view.getUint32(Chunk.size, true), CHUNK_MAX) - CHUNK_HEADER - 4;
  const length = Math.min(view.getUint32(CHUNK_HEADER, true), room);
  return readBytes(source, offset + CHUNK_HEADER + 4, length);
}

/** Encodes a chunk to append to a trace. @throws RangeError if the payload is larger than {@link PAYLOAD_MAX} */
export function encodePayload(kind: "note" | "execution" | "tree", payload: Uint8Array): Uint8Array {
  if (payload.length > PAYLOAD_MAX) throw new RangeError(`${kind}: ${payload.length} bytes do not fit a chunk`);
  const size = Math.ceil((CHUNK_HEADER + 4 + payload.length) / CHUNK_ALIGN) * CHUNK_ALIGN;
  const chunk = new Uint8Array(size);
  const view = new DataView(chunk.buffer);
  view.setUint16(Chunk.magic, CHUNK_MAGIC, true);
  view.setUint16(Chunk.kind, CHUNK_KINDS[kind], true);
  view.setUint32(Chunk.size, size, true);
  view.setUint32(CHUNK_HEADER, payload.length, true);
  chunk.set(payload, CHUNK_HEADER + 4);
  return chunk;
}
