/** Writes text as UTF-8 into one buffer: faster than strings for output with millions of numbers. */

/** Fragments up to this length are copied byte by byte, which is faster for them. */
const SHORT = 24;

/** Append text and numbers, and {@link take} the bytes whenever the writer is {@link full}. */
export class TextWriter {
  private bytes = new Uint8Array(1 << 17);
  private length = 0;

  /** Bytes since the last {@link take}. */
  get size(): number {
    return this.length;
  }

  /** Returns the bytes written since the last call and empties the writer. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  /** Appends text that is already UTF-8 (see {@link utf8}). */
  fragment(text: Uint8Array): void {
    const count = text.length;
    this.reserve(count);
    const { bytes, length } = this;
    if (count > SHORT) bytes.set(text, length);
    else for (let i = 0; i < count; i++) bytes[length + i] = text[i];
    this.length = length + count;
  }

  /** Appends a whole number in decimal. */
  integer(value: number): void {
    this.reserve(24);
    let rest = value;
    if (rest < 0) {
      this.bytes[this.length++] = 45;
      rest = -rest;
    }
    if (rest < 1e9) {
      this.digits(rest, widthOf(rest));
      return;
    }
    const high = Math.floor(rest / 1e9);
    this.integer(high);
    this.digits(rest - high * 1e9, 9);
  }

  /** Appends a whole number below 1e9 as nine digits. */
  nine(value: number): void {
    this.padded(value, 9);
  }

  /** Appends the lowest `width` digits of a whole number below 1e9, zero-padded. */
  padded(value: number, width: number): void {
    this.reserve(width);
    this.digits(value, width);
  }

  /** Appends text. For text written often, encode it once and use {@link fragment}. */
  text(text: string): void {
    this.fragment(utf8(text));
  }

  /** Whether it is time to {@link take} the bytes and pass them on. */
  get full(): boolean {
    return this.length > 65_536;
  }

  /** Appends 32 bits as eight hexadecimal digits. */
  hex32(value: number): void {
    this.reserve(8);
    const { bytes, length } = this;
    for (let i = 0; i < 8; i++) {
      const digit = (value >>> (28 - 4 * i)) & 15;
      bytes[length + i] = digit < 10 ? 48 + digit : 87 + digit;
    }
    this.length = length + 8;
  }

  private digits(value: number, width: number): void {
    const { bytes, length } = this;
    let rest = value | 0;
    for (let at = length + width - 1; at >= length; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    this.length = length + width;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

const encoder = new TextEncoder();

/** Encodes text for {@link TextWriter.fragment}. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

function widthOf(value: number): number {
  let width = 1;
  for (let limit = 10; value >= limit; limit *= 10) width++;
  return width;
}
