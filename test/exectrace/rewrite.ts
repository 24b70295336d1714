/** Rewrites valid traces in other valid forms, for tests of what Go's own releases on Linux never write. */
import { spec, Wire } from "../../src/exectrace/index.js";

const HEADER = 16;
const MAX = 64 << 10;

interface Batch {
  /** The first one or two bytes (kind, experiment), generation, thread and time. */
  readonly head: Uint8Array;
  readonly data: Uint8Array;
}

/** The same trace with a clock of `perSecond` ticks: on Windows a tick is not a whole number of nanoseconds. */
export function withFrequency(bytes: Uint8Array, perSecond: number): Uint8Array {
  return rewritten(bytes, ({ data }) => {
    if (data[0] !== Wire.Sync) return data;
    const from = data.indexOf(Wire.Frequency, 1) + 1;
    return Uint8Array.from([...data.subarray(0, from), ...varint(perSecond), ...data.subarray(endOf(data, from))]);
  });
}

/** The same trace with the numbers in events written in more bytes than they need, up to 10. */
export function withLongNumbers(bytes: Uint8Array, below: (bound: number) => number): Uint8Array {
  return rewritten(bytes, ({ head, data }) => {
    const isEvents = head[0] === Wire.EventBatch && data[0] > Wire.CPUSample && data[0] !== Wire.Sync;
    if (!isEvents || data[0] === Wire.Frequency) return data;
    const out: number[] = [];
    for (let at = 0; at < data.length; ) {
      const count = spec(data[at])!.args.length + 1;
      out.push(data[at++]);
      for (let i = 0; i < count; i++) {
        const end = endOf(data, at);
        const number = [...data.subarray(at, end)];
        at = end;
        const room = MAX - out.length - (data.length - at) - number.length;
        const more = Math.min(below(3) === 0 ? below(11 - number.length) : 0, room);
        for (let n = 0; n < more; n++) {
          number[number.length - 1] |= 0x80;
          number.push(0);
        }
        out.push(...number);
      }
    }
    return Uint8Array.from(out);
  });
}

function rewritten(bytes: Uint8Array, change: (batch: Batch) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [bytes.subarray(0, HEADER)];
  for (let at = HEADER; at < bytes.length; ) {
    if (bytes[at] === Wire.EndOfGeneration) {
      parts.push(bytes.subarray(at, ++at));
      continue;
    }
    const start = at;
    at += bytes[at] === Wire.ExperimentalBatch ? 2 : 1;
    for (let field = 0; field < 3; field++) at = endOf(bytes, at);
    const head = bytes.subarray(start, at);
    const from = endOf(bytes, at);
    const size = numberAt(bytes, at);
    const data = change({ head, data: bytes.subarray(from, from + size) });
    parts.push(head, Uint8Array.from(varint(data.length)), data);
    at = from + size;
  }
  return new Uint8Array(Buffer.concat(parts));
}

function endOf(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] >= 0x80) at++;
  return at + 1;
}

function numberAt(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start, scale = 1; at < endOf(bytes, start); at++, scale *= 128) value += (bytes[at] & 0x7f) * scale;
  return value;
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))];
}
