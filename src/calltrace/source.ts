/** Random access to the bytes of a trace. */
import type { ProcessInfo } from "./header.js";

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

/** Fills an array with the bytes at an offset; fewer only at the end of the data. @returns how many */
export function readFully(source: ByteSource, offset: number, into: Uint8Array): number {
  let done = 0;
  while (done < into.length) {
    const got = source.read(offset + done, done === 0 ? into : into.subarray(done));
    if (got <= 0) break;
    done += got;
  }
  return done;
}
