/** The events of one thread in a generation, decoded one at a time. */
import type { Batch } from "./batch.js";
import { unsigned, varint, varintEnd } from "./bytes.js";
import type { Clock } from "./clock.js";
import { corrupt } from "./errors.js";
import { ARITY, nameOf } from "./spec.js";
import type { ThreadState } from "./state.js";

/** Times beyond are not exact, so that they could not be made to increase. */
const LAST_TIME = Number.MAX_SAFE_INTEGER;

const NO_BYTES = new Uint8Array(0);

export class Cursor {
  /** Nanoseconds since the start of the trace; of the event that is decoded. */
  time = 0;
  /** Its number on the wire and its arguments; those that it has not are left over. */
  type = 0;
  a0 = 0;
  a1 = 0;
  a2 = 0;
  a3 = 0;
  /** The thread's state, when an event of this cursor has been tried. */
  state: ThreadState | undefined;
  /** Start in the file of the batch that the event is in. */
  offset = 0;
  private index = 0;
  private bytes = NO_BYTES;
  private at = 0;
  private end = 0;

  /** @param zero absolute time of the trace's start in nanoseconds */
  constructor(
    readonly thread: number,
    private readonly batches: readonly Batch[],
    private readonly clock: Clock,
    private readonly zero: number,
  ) {}

  /** Decodes the next event; false when there is none. */
  next(): boolean {
    if (this.at >= this.end && !this.nextBatch()) return false;
    const { bytes } = this;
    let at = this.at;
    const type = bytes[at++]!;
    const arity = ARITY[type]!;
    if (arity < 0) throw corrupt(this.offset, `${nameOf(type)} among the events of a thread`);
    let value = bytes[at]!;
    if (value < 0x80) at++;
    else if (bytes[at + 1]! < 0x80) {
      value = (value & 0x7f) | (bytes[at + 1]! << 7);
      at += 2;
    } else {
      value = unsigned(varint(bytes, at));
      at = varintEnd;
      if (at < 0) throw this.malformed(type);
    }
    // Each difference is truncated before it is added, as Go's reader does.
    const time = this.time + Math.trunc(value * this.clock.nanosPerTick);
    if (!(time <= LAST_TIME)) throw corrupt(this.offset, `a time out of range in ${nameOf(type)}`);
    this.time = time;
    this.type = type;
    if (arity > 0) {
      value = bytes[at]!;
      if (value < 0x80) {
        this.a0 = value;
        at++;
      } else {
        this.a0 = varint(bytes, at);
        at = varintEnd;
      }
      if (arity > 1 && at >= 0) {
        value = bytes[at]!;
        if (value < 0x80) {
          this.a1 = value;
          at++;
        } else {
          this.a1 = varint(bytes, at);
          at = varintEnd;
        }
        if (arity > 2 && at >= 0) {
          value = bytes[at]!;
          if (value < 0x80) {
            this.a2 = value;
            at++;
          } else {
            this.a2 = varint(bytes, at);
            at = varintEnd;
          }
          if (arity > 3 && at >= 0) {
            value = bytes[at]!;
            if (value < 0x80) {
              this.a3 = value;
              at++;
            } else {
              this.a3 = varint(bytes, at);
              at = varintEnd;
            }
          }
        }
      }
    }
    // Numbers were read without asking for the end of the batch; what lies behind it is readable (see SLACK).
    if (at < 0 || at > this.end) throw this.malformed(type);
    this.at = at;
    return true;
  }

  private nextBatch(): boolean {
    const batch = this.batches[this.index++];
    if (!batch) return false;
    this.bytes = batch.bytes as Uint8Array<ArrayBuffer>;
    this.at = batch.start;
    this.end = batch.end;
    this.offset = batch.offset;
    this.time = this.clock.absolute(batch.time, batch.offset) - this.zero;
    return true;
  }

  private malformed(type: number): Error {
    return corrupt(this.offset, `a malformed number in ${nameOf(type)}`);
  }
}
