/**
 * Reading the unsigned varints of a trace. All 64 bits of a value survive as a signed number would hold them: ids are
 * signed in Go, and 2^64 - 1 stands for "none" there. Magnitudes beyond 2^53 are rounded.
 */

/** Where the varint that `varint` decoded last ended; -1 when it was malformed (as Go judges it). */
export let varintEnd = 0;

/**
 * Decodes the varint at `at`. Reads 10 bytes at most, maybe behind the end of the data, where some must
 * be readable: the caller compares `varintEnd` with it.
 */
export function varint(bytes: Uint8Array, at: number): number {
  // Up to four bytes the value is a small integer, in the engine's sense too.
  const a = bytes[at]!;
  if (a < 0x80) {
    varintEnd = at + 1;
    return a;
  }
  const b = bytes[at + 1]!;
  if (b < 0x80) {
    varintEnd = at + 2;
    return (a & 0x7f) | (b << 7);
  }
  const c = bytes[at + 2]!;
  if (c < 0x80) {
    varintEnd = at + 3;
    return (a & 0x7f) | ((b & 0x7f) << 7) | (c << 14);
  }
  const d = bytes[at + 3]!;
  if (d < 0x80) {
    varintEnd = at + 4;
    return (a & 0x7f) | ((b & 0x7f) << 7) | ((c & 0x7f) << 14) | (d << 21);
  }
  return longVarint(bytes, at);
}

function longVarint(bytes: Uint8Array, at: number): number {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i]!;
    const bits = byte & 0x7f;
    if (i < 4) low |= bits << (7 * i);
    else if (i === 4) {
      low |= bits << 28;
      high = bits >>> 4;
    } else high |= bits << (7 * i - 32);
    if (byte < 0x80) {
      if (i === 9 && byte > 1) break;
      varintEnd = at + i + 1;
      // `high` is signed: from 2^63 on the value is negative.
      if (high === 0 && low >= 0) return low;
      return high * 4294967296 + (low >>> 0);
    }
  }
  varintEnd = -1;
  return 0;
}

/** A value that cannot be negative: of a counter, a size, a time. */
export function unsigned(value: number): number {
  return value < 0 ? value + 2 ** 64 : value;
}

/** A position in the data of a batch; malformed data throws what `fail` makes. */
export class ByteReader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
    private readonly fail: (reason: string) => Error,
  ) {}

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw this.fail("the batch ends within an entry");
    return this.bytes[this.at++]!;
  }

  /** As `varint`: from 2^63 on negative. */
  signed(): number {
    const value = varint(this.bytes, this.at);
    if (varintEnd < 0 || varintEnd > this.end) throw this.fail("the batch ends within a number");
    this.at = varintEnd;
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
    for (let i = this.at - 1; i >= start; i--) value = (value << 7n) | BigInt(this.bytes[i]! & 0x7f);
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
