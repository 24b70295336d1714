/** Reads parts of single chunks, again and again: goroutines that wait for one another stop and go on in many chunks by turns. */
import { type ByteSource, readFully } from "./source.js";
import { CHUNK_MAX } from "./spec.js";

/** Bytes of a short part. */
const PART = 4096;
/** The most short parts that are kept, and of what part of the trace; a power of two. */
const KEPT = 2048;
const SHARE = 16;
/** More than the longest record. */
const RECORD_MAX = 64;

/** Puts parts into memory in which each chunk begins at the beginning. */
export class PartReader {
  readonly u16: Uint16Array<ArrayBuffer>;
  private readonly bytes: Uint8Array<ArrayBuffer>;
  /** The part that is there now: its chunk, and bytes from the start of that. */
  private chunk = -1;
  private start = 0;
  private end = 0;
  /** Parts that were read, by a hash of the chunk: one for each. */
  private readonly kept: Uint8Array;
  private readonly chunks: Float64Array;
  private readonly starts: Uint32Array;
  private readonly ends: Uint32Array;
  private readonly bits: number;

  constructor(private readonly source: ByteSource) {
    const { size } = source;
    this.u16 = new Uint16Array(Math.min(CHUNK_MAX, size + 1) / 2);
    this.bytes = new Uint8Array(this.u16.buffer);
    const count = Math.max(2, Math.min(KEPT, size / PART / SHARE));
    this.bits = Math.floor(Math.log2(count));
    const places = 2 ** this.bits;
    this.kept = new Uint8Array(places * PART);
    this.chunks = new Float64Array(places).fill(-1);
    this.starts = new Uint32Array(places);
    this.ends = new Uint32Array(places);
  }

  /**
   * Reads a part of a chunk: a short one, and longer ones if the next calls go on where it ends.
   *
   * @param from, most bytes from the start of the chunk
   * @returns the end of the part
   */
  read(chunk: number, from: number, most: number): number {
    if (this.holds(chunk, from, most)) return Math.min(this.end, most);
    const isNext = chunk === this.chunk && from >= this.start && from < this.end;
    if (!isNext && this.take(chunk, from, most)) return Math.min(this.end, most);
    const length = isNext ? Math.max(PART, 2 * (this.end - this.start)) : PART;
    const end = Math.min(most, from + length);
    this.chunk = -1;
    const got = readFully(this.source, chunk + from, this.bytes.subarray(from, end));
    if (got < end - from) throw new RangeError(`the trace shrank while it was read: ${chunk} + ${end}`);
    this.chunk = chunk;
    this.start = from;
    this.end = end;
    if (end - from <= PART) this.keep();
    return end;
  }

  /** Whether the part in memory has a whole record from there on, or all that there is. */
  private holds(chunk: number, from: number, most: number): boolean {
    if (chunk !== this.chunk || from < this.start) return false;
    return this.end - from > RECORD_MAX || (this.end >= most && from < this.end);
  }

  private keep(): void {
    const at = this.placeOf(this.chunk);
    this.kept.set(this.bytes.subarray(this.start, this.end), at * PART);
    this.chunks[at] = this.chunk;
    this.starts[at] = this.start;
    this.ends[at] = this.end;
  }

  /** Takes a part that was read before. */
  private take(chunk: number, from: number, most: number): boolean {
    const at = this.placeOf(chunk);
    if (this.chunks[at] !== chunk || from < this.starts[at]) return false;
    const end = this.ends[at];
    if (end - from <= RECORD_MAX && (end < most || from >= end)) return false;
    const first = at * PART + from - this.starts[at];
    this.bytes.set(this.kept.subarray(first, first + end - from), from);
    this.chunk = chunk;
    this.start = from;
    this.end = end;
    return true;
  }

  private placeOf(chunk: number): number {
    return Math.imul(chunk / 64, 0x9e3779b1) >>> (32 - this.bits);
  }
}
