/**
 * Reading the unsigned varints of a trace. All 64 bits of a value survive as a signed number would hold them: ids are
 * signed in Go, and 2^64 - 1 stands for "none" there. Magnitudes beyond 2^53 are rounded.
 */

/** A value that cannot be negative: of a counter, a size, a time. */
export function unsigned(value: number): number {
  return value < 0 ? value + 2 ** 64 : value;
}

/**
 * Decodes varints from bytes. Where one ended is a field of the object: kept in a variable of the module, the engine loses
 * track that it is a small integer, and decoding takes twice as long.
 */
export class Varints {
  /** Where the varint that `varint` decoded last ended. */
  protected after = 0;
  /** A varint was malformed (as Go judges it), and its value means nothing; never cleared. */
  protected broken = false;

  constructor(protected bytes: Uint8Array) {}

  /**
   * Decodes the varint at `at`. Reads 10 bytes at most, maybe behind the end of the data, where some must be readable:
   * the caller compares `after` with it.
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
        // `high` is signed: from 2^63 on the value is negative. What fits 32 bits stays a small integer, -1 above all.
        if (high === low >> 31) return low;
        return high * 4294967296 + (low >>> 0);
      }
    }
    this.after = at + 10;
    this.broken = true;
    return 0;
  }
}

/** A position in the data of a batch; malformed data throws what `fail` makes. */
export class ByteReader extends Varints {
  constructor(
    bytes: Uint8Array,
    public at: number,
    readonly end: number,
    private readonly fail: (reason: string) => Error,
  ) {
    super(bytes);
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw this.fail("the batch ends within an entry");
    return this.bytes[this.at++];
  }

  /** As `varint`: from 2^63 on negative. */
  signed(): number {
    const value = this.varint(this.at);
    if (this.broken || this.after > this.end) throw this.fail("the batch ends within a number");
    this.at = this.after;
    return value;
  }

  unsigned(): number {
    return unsigned(this.signed());
  }

  /** An unsigned varint of 64 bits, exactly. */
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
