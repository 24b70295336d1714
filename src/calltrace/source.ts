/** Random access to the bytes of a trace, and buffered windows for the decoder. */
import type { ProcessInfo } from "./header.js";
import { CHUNK_HEADER, CHUNK_MAX } from "./spec.js";

/** Random access to a trace. The decoder never opens files itself. */
export interface ByteSource {
  /** The current number of bytes; grows while a trace is being written, and never shrinks. */
  readonly size: number;
  /** While a process is writing the trace: the current time on its monotonic clock, nanoseconds. */
  readonly live?: bigint | undefined;
  /**
   * Fills `into` with the bytes at `offset` and returns their number; fewer than requested only at the end of the data.
   */
  read(offset: number, into: Uint8Array): number;
  /** Where the bytes are, if they are those of an open file: its descriptor, and bytes from its start. */
  readonly file?: { readonly descriptor: number; readonly start: number } | undefined;
  /**
   * Finds the execution trace of a process of this trace, which may lie in another file. Each iteration reads it again.
   * @param process its header's offset and what that says
   * @param held the execution trace that the call trace itself holds; it is used without this method
   */
  execution?(
    process: { readonly base: number; readonly info: ProcessInfo },
    held: Iterable<Uint8Array> | undefined,
  ): Iterable<Uint8Array> | undefined;
}

/** The part of a source from `start` on; without `size` it grows with the source. */
export function sliceSource(source: ByteSource, start: number, size = Number.POSITIVE_INFINITY): ByteSource {
  return new Slice(source, start, size);
}

class Slice implements ByteSource {
  readonly live: bigint | undefined;

  constructor(
    private readonly source: ByteSource,
    private readonly start: number,
    private readonly most: number,
  ) {
    this.live = most === Number.POSITIVE_INFINITY ? source.live : undefined;
  }

  get size(): number {
    return Math.max(0, Math.min(this.most, this.source.size - this.start));
  }

  get file(): ByteSource["file"] {
    const { file } = this.source;
    return file && { descriptor: file.descriptor, start: file.start + this.start };
  }

  read(offset: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, this.most - offset));
    return this.source.read(this.start + offset, into.subarray(0, length));
  }
}

/** Reads up to `length` bytes into a new array; shorter only at the end of the data. */
export function readBytes(source: ByteSource, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, source.size - offset)));
  return bytes.subarray(0, readFully(source, offset, bytes));
}

function readFully(source: ByteSource, offset: number, into: Uint8Array): number {
  let done = 0;
  while (done < into.length) {
    const got = source.read(offset + done, done === 0 ? into : into.subarray(done));
    if (got <= 0) break;
    done += got;
  }
  return done;
}

/** A buffer over one range of the source, viewed in units of 8, 16 and 32 bits. */
export class Window {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly u16: Uint16Array<ArrayBuffer>;
  readonly u32: Uint32Array<ArrayBuffer>;
  private start = 0;
  private length = 0;

  /** @param capacity bytes, a multiple of 64 */
  constructor(
    private readonly source: ByteSource,
    private readonly capacity: number,
  ) {
    const buffer = new ArrayBuffer(capacity);
    this.bytes = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u32 = new Uint32Array(buffer);
  }

  /** Whether [offset, offset + length) is in the buffer now. */
  holds(offset: number, length: number): boolean {
    return offset >= this.start && offset + length <= this.start + this.length;
  }

  /**
   * Makes [offset, offset + length) available and returns its index into `bytes`; the range must lie in the source.
   *
   * @param offset a multiple of 64, so that the index is one too
   * @param ahead how many bytes to read if the range is not in the buffer
   */
  at(offset: number, length: number, ahead = this.capacity): number {
    if (!this.holds(offset, length)) {
      this.start = offset;
      this.length = readFully(
        this.source,
        offset,
        this.bytes.subarray(0, Math.min(Math.max(length, ahead), this.capacity, this.source.size - offset)),
      );
      if (this.length < length) throw new RangeError(`the trace shrank while it was read: ${offset} + ${length}`);
    }
    return offset - this.start;
  }
}

/** Parts of single chunks, in memory in which each chunk begins at the beginning. */
class PartReader {
  readonly u16: Uint16Array<ArrayBuffer>;
  private readonly bytes: Uint8Array<ArrayBuffer>;
  private chunk = -1;
  private start = 0;
  private end = 0;

  constructor(private readonly source: ByteSource) {
    this.u16 = new Uint16Array(CHUNK_MAX / 2);
    this.bytes = new Uint8Array(this.u16.buffer);
  }

  /**
   * Reads a part of a chunk: a short one, and longer ones if the next calls go on where it ends.
   *
   * @param from, most bytes from the start of the chunk
   * @returns the end of the part
   */
  read(chunk: number, from: number, most: number): number {
    const isSame = chunk === this.chunk && from >= this.start && from < this.end;
    if (isSame && (this.end - from > RECORD_MAX || this.end >= most)) return Math.min(this.end, most);
    const length = isSame ? Math.max(PART, 2 * (this.end - this.start)) : PART;
    const end = Math.min(most, from + length);
    this.chunk = -1;
    const got = readFully(this.source, chunk + from, this.bytes.subarray(from, end));
    if (got < end - from) throw new RangeError(`the trace shrank while it was read: ${chunk} + ${end}`);
    this.chunk = chunk;
    this.start = from;
    this.end = end;
    return end;
  }
}

/** Bytes of a short part of a chunk. */
const PART = 8192;
/** More than the longest record. */
const RECORD_MAX = 64;

/** A chunk in memory: where it is there, and up to where, bytes from its start. */
interface Fetched {
  readonly window: { readonly u16: Uint16Array };
  readonly index: number;
  readonly end: number;
}

/** Two windows on a source: one reads ahead sequentially, the other fetches single chunks, or parts, out of order. */
export class ChunkReader {
  private readonly scan: Window;
  private readonly back: Window;
  private parts: PartReader | undefined;

  constructor(private readonly source: ByteSource) {
    // Chunks end at multiples of 64, except for the last one of a truncated file.
    const ahead = Math.min(4 * CHUNK_MAX, Math.ceil(source.size / 64) * 64 + 64);
    this.scan = new Window(source, ahead);
    this.back = new Window(source, Math.min(CHUNK_MAX, ahead));
  }

  /**
   * A window that holds a chunk, and its index there.
   *
   * @param from bytes from the start of the chunk to the first that is needed; then `end` may be before `length`
   */
  fetch(offset: number, length: number, onward: boolean, from = 0): Fetched {
    const isAhead = onward || this.scan.holds(offset, length);
    if (!isAhead && from > CHUNK_HEADER && length > PART) {
      this.parts ??= new PartReader(this.source);
      return { window: this.parts, index: 0, end: this.parts.read(offset, from, length) };
    }
    const window = isAhead ? this.scan : this.back;
    return { window, index: window.at(offset, length, onward ? undefined : 4096), end: length };
  }
}
