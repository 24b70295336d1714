/** Puts chunks, or parts of them, into memory for the decoder. */
import { PartReader } from "./part-reader.js";
import type { ByteSource } from "./source.js";
import { CHUNK_HEADER, CHUNK_MAX } from "./spec.js";
import { Window } from "./window.js";

/** A chunk in memory: where it is there, and up to where, bytes from its start. */
interface Fetched {
  readonly window: { readonly u16: Uint16Array };
  readonly index: number;
  readonly end: number;
}

/** Two windows on a source: one reads ahead sequentially, the other fetches single chunks, or parts, out of order. */
export class ChunkReader {
  private readonly scan: Window;
  private back: Window | undefined;
  private parts: PartReader | undefined;

  constructor(private readonly source: ByteSource) {
    // Chunks end at multiples of 64, except for the last one of a truncated file.
    this.scan = new Window(source, Math.min(4 * CHUNK_MAX, Math.ceil(source.size / 64) * 64 + 64));
  }

  /**
   * A window that holds a chunk, and its index there.
   *
   * @param from bytes from the start of the chunk to the first that is needed; then `end` may be before `length`
   */
  fetch(offset: number, length: number, onward: boolean, from = 0): Fetched {
    const isAhead = onward || this.scan.holds(offset, length);
    if (!isAhead && from > CHUNK_HEADER) {
      this.parts ??= new PartReader(this.source);
      return { window: this.parts, index: 0, end: this.parts.read(offset, from, length) };
    }
    if (!isAhead) this.back ??= new Window(this.source, Math.min(CHUNK_MAX, this.scan.capacity));
    const window = isAhead ? this.scan : this.back!;
    return { window, index: window.at(offset, length, onward ? undefined : 4096), end: length };
  }
}
