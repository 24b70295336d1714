/** Text as UTF-8, written piece by piece into one buffer: quicker than strings where there are millions of numbers. */

/** Shorter fragments are copied byte by byte. */
const SHORT = 24;

export class TextWriter {
  private bytes = new Uint8Array(1 << 17);
  private length = 0;

  /** Bytes since the last {@link take}. */
  get size(): number {
    return this.length;
  }

  /** What was written since the last call; the writer goes on empty. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  /** Text that is UTF-8 already: see {@link utf8}. */
  fragment(text: Uint8Array): void {
    const count = text.length;
    this.reserve(count);
    const { bytes, length } = this;
    if (count > SHORT) bytes.set(text, length);
    else for (let i = 0; i < count; i++) bytes[length + i] = text[i];
    this.length = length + count;
  }

  /** A whole number, in decimal. */
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

  /** A whole number below 1e9 with nine digits. */
  nine(value: number): void {
    this.padded(value, 9);
  }

  /** The lowest digits of a whole number below 1e9, zeros before them. */
  padded(value: number, width: number): void {
    this.reserve(width);
    this.digits(value, width);
  }

  /** Text that is written but once; else {@link fragment}. */
  text(text: string): void {
    this.fragment(utf8(text));
  }

  /** Whether enough is there to be taken and passed on. */
  get full(): boolean {
    return this.length > 65_536;
  }

  /** 32 bits as eight hexadecimal digits. */
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

/** Text as a fragment. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

function widthOf(value: number): number {
  let width = 1;
  for (let limit = 10; value >= limit; limit *= 10) width++;
  return width;
}
