/** Packs and unpacks lists of words. */

import { printable } from "../../base/printable.js";
import type { ByteReader, ByteWriter } from "../../base/varint.js";

/** Writes words from a trace; what cannot be printed is escaped. */
export function writeWords(to: ByteWriter, words: readonly string[]): void {
  to.uint(words.length);
  for (const word of words) {
    const text = printable(word);
    to.uint(text.length);
    for (let i = 0; i < text.length; i++) to.uint(text.charCodeAt(i));
  }
}

/** Reads what {@link writeWords} wrote. */
export function readWords(from: ByteReader): string[] {
  return Array.from({ length: from.uint() }, () =>
    String.fromCharCode(...Array.from({ length: from.uint() }, () => from.uint())),
  );
}
