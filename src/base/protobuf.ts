/**
 * Writing protobuf messages: fields one after the other into one growing buffer.
 * https://protobuf.dev/programming-guides/encoding/
 */

const VARINT = 0;
const BYTES = 2;

export class ProtoWriter {
  private bytes = new Uint8Array(1 << 12);
  private length = 0;
  private readonly text = new TextEncoder();

  /** Bytes written since the last {@link take}. */
  get size(): number {
    return this.length;
  }

  /** What was written since the last call; the writer goes on empty. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  /** A field of type int64, uint64, int32, uint32, bool or enum, not below 0; 0 is the default and leaves nothing behind. */
  integer(field: number, value: number | bigint): void {
    if (value === 0 || value === 0n) return;
    this.varint(field * 8 + VARINT);
    this.varint(value);
  }

  /** A field of type string. */
  string(field: number, value: string): void {
    this.blob(field, this.text.encode(value));
  }

  /** A field of type bytes, or a message that is there already. */
  blob(field: number, value: Uint8Array): void {
    this.varint(field * 8 + BYTES);
    this.varint(value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** A message, which `fill` writes with this writer. */
  message(field: number, fill: () => void): void {
    this.varint(field * 8 + BYTES);
    this.sized(fill);
  }

  /** A repeated field of integers not below 0, packed. */
  packed(field: number, values: ArrayLike<number | bigint>, count = values.length): void {
    this.varint(field * 8 + BYTES);
    this.sized(() => {
      for (let i = 0; i < count; i++) this.varint(values[i]);
    });
  }

  /** What `fill` writes, with its length in front. */
  private sized(fill: () => void): void {
    const start = this.length;
    // One byte of length is enough for most messages; else what was written moves.
    this.reserve(1);
    this.length++;
    fill();
    const size = this.length - start - 1;
    const extra = lengthOf(size) - 1;
    if (extra > 0) {
      this.reserve(extra);
      this.bytes.copyWithin(start + 1 + extra, start + 1, this.length);
    }
    const end = this.length + extra;
    this.length = start;
    this.varint(size);
    this.length = end;
  }

  private varint(value: number | bigint): void {
    this.reserve(10);
    let rest = value;
    if (typeof rest === "bigint") {
      rest = BigInt.asUintN(64, rest);
      for (; rest > 0x7fffffffn; rest >>= 7n) this.bytes[this.length++] = Number(rest & 127n) | 128;
      rest = Number(rest);
    }
    for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) this.bytes[this.length++] = (rest % 128) | 128;
    for (; rest > 127; rest >>>= 7) this.bytes[this.length++] = (rest & 127) | 128;
    this.bytes[this.length++] = rest;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

/** Bytes of a varint. */
function lengthOf(value: number): number {
  let length = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) length++;
  return length;
}
