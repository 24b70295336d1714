/**
 * A streaming writer for protocol buffers (https://protobuf.dev/programming-guides/encoding/): fields go straight into
 * one buffer, and nested messages are written between `open` and `close`.
 */

const utf8 = new TextEncoder();

/** Writes messages one after another. */
export class ProtoWriter {
  private bytes: Uint8Array<ArrayBuffer>;
  private view: DataView;
  private length = 0;

  /** @param capacity initial size in bytes */
  constructor(capacity = 1 << 17) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Whether it is time to {@link take} the bytes. */
  get full(): boolean {
    return this.length > 65_536;
  }

  /** Returns the bytes written since the last call. No message may be open. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  /** Begins a message in a field. @returns the mark to pass to {@link close} */
  open(field: number): number {
    this.number(field * 8 + 2);
    this.reserve(1);
    return this.length++;
  }

  /** Ends the message that was opened last. */
  close(mark: number): void {
    const begin = mark + 1;
    const size = this.length - begin;
    // One byte is reserved for the length; if it needs more, the message moves.
    const more = size < 128 ? 0 : size < 1 << 14 ? 1 : size < 1 << 21 ? 2 : size < 1 << 28 ? 3 : 4;
    if (more > 0) {
      this.reserve(more);
      this.bytes.copyWithin(begin + more, begin, this.length);
    }
    this.length = mark;
    this.number(size);
    this.length = begin + more + size;
  }

  /** A non-negative whole number; a `number` must be at most 2^53 to be exact. */
  varint(field: number, value: number | bigint): void {
    this.number(field * 8);
    this.number(value);
  }

  /** The first `count` values, non-negative whole numbers, as a packed field. */
  packed(field: number, values: ArrayLike<number>, count = values.length): void {
    const mark = this.open(field);
    for (let i = 0; i < count; i++) this.number(values[i]);
    this.close(mark);
  }

  /** Appends fields encoded earlier with {@link encoded}. */
  fields(bytes: Uint8Array): void {
    const { length } = bytes;
    this.reserve(length);
    for (let i = 0; i < length; i++) this.bytes[this.length + i] = bytes[i];
    this.length += length;
  }

  /** A fixed64 from its two halves. */
  fixed64(field: number, low: number, high: number): void {
    this.number(field * 8 + 1);
    this.reserve(8);
    this.view.setUint32(this.length, low, true);
    this.view.setUint32(this.length + 4, high, true);
    this.length += 8;
  }

  string(field: number, text: string): void {
    const encoded = utf8.encode(text);
    this.number(field * 8 + 2);
    this.number(encoded.length);
    this.reserve(encoded.length);
    this.bytes.set(encoded, this.length);
    this.length += encoded.length;
  }

  private number(value: number | bigint): void {
    this.reserve(10);
    let rest = value;
    if (typeof rest === "bigint") {
      for (; rest > 0x7fffffffn; rest >>= 7n) this.bytes[this.length++] = Number(rest & 127n) | 128;
      rest = Number(rest);
    }
    // Shifts would lose bits beyond the 31st.
    for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) this.bytes[this.length++] = (rest % 128) | 128;
    for (; rest > 127; rest >>>= 7) this.bytes[this.length++] = (rest & 127) | 128;
    this.bytes[this.length++] = rest;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}

/** Encodes fields once, to be written many times. */
export function encoded(write: (out: ProtoWriter) => void): Uint8Array {
  const out = new ProtoWriter(64);
  write(out);
  return out.take();
}
