/** Notes: JSON objects that the gotrace command appends to a trace after the process has ended. */

import { encodePayload, readPayload } from "./payload.js";
import type { ByteSource } from "./source.js";

/** A JSON object; this module does not interpret its fields. */
export type Note = { readonly [key: string]: unknown };

/** The note in a chunk; undefined if it is incomplete or not a JSON object. */
export function readNote(source: ByteSource, offset: number): Note | undefined {
  const text = readPayload(source, offset);
  if (text === undefined) return undefined;
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
  return encodePayload("note", new TextEncoder().encode(JSON.stringify(note)));
}
