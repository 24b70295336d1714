/** Columns of whole numbers as LEB128: seven bits a byte, lowest first, the eighth bit set if more follow. */

/** Writes numbers from 0 to 2^53 - 1 and, with {@link int}, signed ones (zigzag). */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends an unsigned number. @param value from 0 to 2^53 - 1 */
  uint(value: number): void {
    if (this.#length + 8 > this.#bytes.length) {
      const more = new Uint8Array(this.#bytes.length * 2);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    let rest = value;
    // Shifts would truncate numbers beyond 32 bits.
    for (; rest >= 0x8000_0000; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 128;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#length++] = (rest & 127) | 128;
    this.#bytes[this.#length++] = rest;
  }

  /** Appends a signed number. @param value from -2^52 to 2^52 - 1 */
  int(value: number): void {
    this.uint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** The bytes written so far; valid until the next write. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** Reads what a {@link ByteWriter} wrote, in the same order. Past the end, it reads zeros. */
export class ByteReader {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  uint(): number {
    const { bytes } = this;
    let byte = bytes[this.#at++] ?? 0;
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let scale = 128; byte >= 128; scale *= 128) {
      byte = bytes[this.#at++] ?? 0;
      value += (byte & 127) * scale;
    }
    return value;
  }

  int(): number {
    const value = this.uint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
