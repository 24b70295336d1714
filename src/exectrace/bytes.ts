/**
 * Decodes the unsigned varints of a trace as signed 64-bit numbers: ids are signed in Go, where 2^64 - 1 stands for
 * "none" (-1). Magnitudes beyond 2^53 are rounded.
 */

/** Converts a decoded number that cannot be negative (a counter, a size, a time) back to unsigned. */
export function unsigned(value: number): number {
  return value < 0 ? value + 2 ** 64 : value;
}

/**
 * Decodes varints from bytes. The end of the last one is a field of the object: in a module variable, V8 loses track of
 * its being a small integer, and decoding takes twice as long.
 */
export class Varints {
  /** Index just after the varint that `varint` decoded last. */
  protected after = 0;
  /** Whether any varint was malformed, by Go's rules; its value is then undefined. Never cleared. */
  protected broken = false;

  constructor(protected bytes: Uint8Array) {}

  /**
   * Decodes the varint at `at`. Reads up to 10 bytes, possibly past the end of the data, where bytes must be readable.
   * The caller compares `after` with that end.
   */
  protected varint(at: number): number {
    const { bytes } = this;
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const byte = bytes[at + i];
      value |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) {
        this.after = at + i + 1;
        return value;
      }
    }
    return this.long(at);
  }

  private long(at: number): number {
    const { bytes } = this;
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      const byte = bytes[at + i];
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 0x80) {
        if (i === 9 && byte > 1) break;
        this.after = at + i + 1;
        // `high` is signed: from 2^63 on the value is negative. A value that fits 32 bits, -1 above all, stays a small
        // integer.
        if (high === low >> 31) return low;
        return high * 4294967296 + (low >>> 0);
      }
    }
    this.after = at + 10;
    this.broken = true;
    return 0;
  }
}

/** Reads the data of a batch from a position on. @throws the error that `fail` makes, when the data is malformed */
export class ByteReader extends Varints {
  constructor(
    bytes: Uint8Array,
    public at: number,
    readonly end: number,
    private readonly fail: (reason: string) => Error,
  ) {
    super(bytes);
  }

  /** Whether all data has been read. */
  get done(): boolean {
    return this.at >= this.end;
  }

  /** The next byte. */
  byte(): number {
    if (this.at >= this.end) throw this.fail("the batch ends within an entry");
    return this.bytes[this.at++];
  }

  /** The next varint as a signed number: negative from 2^63 on. */
  signed(): number {
    const value = this.varint(this.at);
    if (this.broken || this.after > this.end) throw this.fail("the batch ends within a number");
    this.at = this.after;
    return value;
  }

  /** The next varint; beyond 2^53 rounded. */
  unsigned(): number {
    return unsigned(this.signed());
  }

  /** The next varint, exactly: up to 64 bits, unsigned. */
  exact(): bigint {
    const start = this.at;
    this.signed();
    let value = 0n;
    for (let i = this.at - 1; i >= start; i--) value = (value << 7n) | BigInt(this.bytes[i] & 0x7f);
    return value;
  }

  /** Skips `length` bytes and returns where they start. */
  skip(length: number): number {
    const start = this.at;
    if (length > this.end - start) throw this.fail("the batch ends within a string");
    this.at = start + length;
    return start;
  }
}
