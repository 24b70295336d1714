/** Notes: JSON objects that the gotrace command appends to a trace after the process has ended. */

import { type ByteSource, readBytes } from "./source.js";
import { CHUNK_ALIGN, CHUNK_HEADER, CHUNK_KINDS, CHUNK_MAGIC, CHUNK_MAX, Chunk } from "./spec.js";

/** A JSON object; this module does not interpret its fields. */
export type Note = { readonly [key: string]: unknown };

/** The note in a chunk; undefined if it is incomplete or not a JSON object. */
export function readNote(source: ByteSource, offset: number): Note | undefined {
  const head = readBytes(source, offset, CHUNK_HEADER + 4);
  if (head.length < CHUNK_HEADER + 4) return undefined;
  const view = new DataView(head.buffer);
  const room = Math.min(view.getUint32(Chunk.size, true), CHUNK_MAX) - CHUNK_HEADER - 4;
  const length = Math.min(view.getUint32(CHUNK_HEADER, true), room);
  const text = readBytes(source, offset + CHUNK_HEADER + 4, length);
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(text));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Note) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Encodes a note as a chunk to append to a trace.
 *
 * @throws RangeError if the JSON does not fit a chunk of 1 MiB
 */
export function encodeNote(note: Note): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(note));
  const size = Math.ceil((CHUNK_HEADER + 4 + text.length) / CHUNK_ALIGN) * CHUNK_ALIGN;
  if (size > CHUNK_MAX) throw new RangeError(`a note of ${text.length} bytes does not fit a chunk`);
  const chunk = new Uint8Array(size);
  const view = new DataView(chunk.buffer);
  view.setUint16(Chunk.magic, CHUNK_MAGIC, true);
  view.setUint16(Chunk.kind, CHUNK_KINDS.note, true);
  view.setUint32(Chunk.size, size, true);
  view.setUint32(CHUNK_HEADER, text.length, true);
  chunk.set(text, CHUNK_HEADER + 4);
  return chunk;
}
