/** Where trace bytes come from, and a window over them that the decoder reads through. */
import { CHUNK_MAX } from "./spec.js";

/** Random access to a trace. The decoder never opens files: its callers wrap theirs in this. */
export interface ByteSource {
  /** Number of bytes at this moment: of a trace that is being written it grows, and never shrinks. */
  readonly size: number;
  /** While a process writes the trace: the time now on that process's monotonic clock, nanoseconds. */
  readonly live?: bigint | undefined;
  /** Fills `into` from `offset` on and returns how many bytes it got; fewer only at the end of the data. */
  read(offset: number, into: Uint8Array): number;
}

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, into) {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    },
  };
}

/** The part of a source from `start` on; without `size`, all that it has there, also later. */
export function sliceSource(source: ByteSource, start: number, size = Number.POSITIVE_INFINITY): ByteSource {
  const length = () => Math.max(0, Math.min(size, source.size - start));
  return {
    get size() {
      return length();
    },
    ...(size === Number.POSITIVE_INFINITY ? { live: source.live } : {}),
    read: (offset, into) => {
      const most = Number.isFinite(size) ? Math.max(0, Math.min(into.length, size - offset)) : into.length;
      return source.read(start + offset, into.subarray(0, most));
    },
  };
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

/** One buffer that holds a stretch of the source, seen as 8, 16 and 32 bit units. */
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
   * @param ahead how many bytes to read when the range is not there yet
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

/** Two windows: one runs ahead through the trace, the other fetches single chunks behind it. */
export class ChunkReader {
  private readonly scan: Window;
  private readonly back: Window;

  constructor(source: ByteSource) {
    // Chunks end in multiples of 64 except for one that a cut file ends in.
    const ahead = Math.min(4 * CHUNK_MAX, Math.ceil(source.size / 64) * 64 + 64);
    this.scan = new Window(source, ahead);
    this.back = new Window(source, Math.min(CHUNK_MAX, ahead));
  }

  /** The window that holds the range, filled, and the index of the range in it. */
  fetch(offset: number, length: number, onward: boolean): { readonly window: Window; readonly index: number } {
    const window = onward || this.scan.holds(offset, length) ? this.scan : this.back;
    return { window, index: window.at(offset, length, onward ? undefined : 4096) };
  }
}
