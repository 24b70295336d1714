/** A buffered window on the bytes of a trace. */
import { type ByteSource, readFully } from "./source.js";

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
    readonly capacity: number,
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
