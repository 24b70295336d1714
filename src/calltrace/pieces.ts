/**
 * What the gotrace command appends to a process trace and may be larger than a chunk, and even than memory: bytes, divided
 * over chunks of a kind in file order.
 */

import { encodePayload, PAYLOAD_MAX, readPayload } from "./payload.js";
import type { ByteSource } from "./source.js";

/** The bytes in the chunks at these offsets. Each iteration reads them again, one chunk at a time. */
export function readPieces(source: ByteSource, offsets: readonly number[]): Iterable<Uint8Array> {
  return {
    *[Symbol.iterator]() {
      for (const offset of offsets) {
        const bytes = readPayload(source, offset);
        if (bytes !== undefined && bytes.length > 0) yield bytes;
      }
    },
  };
}

/** Encodes bytes as chunks to append, one at a time. */
export function* encodePieces(kind: "execution" | "tree", pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  const buffer = new Uint8Array(PAYLOAD_MAX);
  let filled = 0;
  for (const bytes of pieces) {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + buffer.length - filled);
      buffer.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < buffer.length) continue;
      yield encodePayload(kind, buffer);
      filled = 0;
    }
  }
  if (filled > 0) yield encodePayload(kind, buffer.subarray(0, filled));
}
