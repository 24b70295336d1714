/** The events of one thread in a generation, decoded one at a time. */
import type { Batch } from "./batch.js";
import { unsigned, Varints } from "./bytes.js";
import type { Clock } from "./clock.js";
import { corrupt } from "./errors.js";
import { ARITY, nameOf, WIDE } from "./spec.js";
import type { ThreadState } from "./state.js";

/** Times beyond are not exact, so that they could not be made to increase. */
const LAST_TIME = Number.MAX_SAFE_INTEGER;

const NO_BYTES = new Uint8Array(0);

export class Cursor extends Varints {
  /** Nanoseconds since the start of the trace; of the event that is decoded. */
  time = -0;
  /** Its number on the wire and its arguments; those that it has not are left over. */
  type = 0;
  a0 = 0;
  a1 = 0;
  a2 = 0;
  a3 = 0;
  /** The same of events whose arguments are quantities, which may be large. */
  w0 = -0;
  w1 = -0;
  w2 = -0;
  /** The thread's state, when an event of this cursor has been tried. */
  state: ThreadState | undefined;
  /** Start in the file of the batch that the event is in. */
  offset = 0;
  private index = 0;
  private large = false;
  private at = 0;
  private end = 0;
  private readonly nanosPerTick: number;

  /** @param zero absolute time of the trace's start in nanoseconds */
  constructor(
    readonly thread: number,
    private readonly batches: readonly Batch[],
    private readonly clock: Clock,
    private readonly zero: number,
  ) {
    super(NO_BYTES);
    this.nanosPerTick = clock.nanosPerTick;
  }

  /**
   * Decodes the next event; false when there is none. This is a third of the reader's work. Most of the numbers have one
   * to three bytes and are decoded right here. All are 32-bit integers, and the engine can see it: with one that might not
   * be, or one that a function returned, this takes half as long again. An event with a larger number is decoded again.
   */
  next(): boolean {
    let at = this.at;
    if (at >= this.end) {
      if (!this.nextBatch()) return false;
      at = this.at;
    }
    const { bytes } = this;
    const type = bytes[at++]!;
    const arity = ARITY[type]!;
    this.type = type;
    let value: number;
    value = bytes[at++]!;
    if (value >= 0x80) {
      const next = bytes[at++]!;
      value = (value & 0x7f) | (next << 7);
      if (next >= 0x80) {
        const last = bytes[at++]!;
        value = (value & 0x3fff) | (last << 14);
        if (last >= 0x80) {
          value = this.small(at - 3) | 0;
          at = this.after;
        }
      }
    }
    // Each difference is truncated before it is added, as Go's reader does.
    const before = this.time;
    const time = before + Math.trunc(value * this.nanosPerTick);
    this.time = time;
    if (arity >= WIDE) {
      this.wideArguments(at, arity - WIDE);
      at = this.after;
    } else if (arity > 0) {
      value = bytes[at++]!;
      if (value >= 0x80) {
        const next = bytes[at++]!;
        value = (value & 0x7f) | (next << 7);
        if (next >= 0x80) {
          const last = bytes[at++]!;
          value = (value & 0x3fff) | (last << 14);
          if (last >= 0x80) {
            value = this.small(at - 3) | 0;
            at = this.after;
          }
        }
      }
      this.a0 = value;
      if (arity > 1) {
        value = bytes[at++]!;
        if (value >= 0x80) {
          const next = bytes[at++]!;
          value = (value & 0x7f) | (next << 7);
          if (next >= 0x80) {
            const last = bytes[at++]!;
            value = (value & 0x3fff) | (last << 14);
            if (last >= 0x80) {
              value = this.small(at - 3) | 0;
              at = this.after;
            }
          }
        }
        this.a1 = value;
        if (arity > 2) {
          value = bytes[at++]!;
          if (value >= 0x80) {
            const next = bytes[at++]!;
            value = (value & 0x7f) | (next << 7);
            if (next >= 0x80) {
              const last = bytes[at++]!;
              value = (value & 0x3fff) | (last << 14);
              if (last >= 0x80) {
                value = this.small(at - 3) | 0;
                at = this.after;
              }
            }
          }
          this.a2 = value;
          if (arity > 3) {
            this.a3 = this.small(at) | 0;
            at = this.after;
          }
        }
      }
    }
    if (this.large) {
      this.again(before, arity);
      at = this.after;
    }
    this.at = at;
    // Numbers were read without asking for the end of the batch; what lies behind it is readable (see SLACK).
    if (at > this.end || arity < 0 || this.broken || !(this.time <= LAST_TIME)) throw this.damage(type, arity);
    return true;
  }

  /** A varint below 2^31; with any other, `large` is set. */
  private small(at: number): number {
    const { bytes } = this;
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const byte = bytes[at + i]!;
      value |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) {
        this.after = at + i + 1;
        return value;
      }
    }
    const long = this.varint(at);
    if (long !== (long | 0) || long < 0) this.large = true;
    return long | 0;
  }

  /** Decodes the event at `this.at` with numbers of all sizes. */
  private again(before: number, arity: number): void {
    this.large = false;
    this.time = before + Math.trunc(unsigned(this.varint(this.at + 1)) * this.nanosPerTick);
    if (arity >= WIDE) this.wideArguments(this.after, arity - WIDE);
    else {
      if (arity > 0) this.a0 = this.varint(this.after);
      if (arity > 1) this.a1 = this.varint(this.after);
      if (arity > 2) this.a2 = this.varint(this.after);
      if (arity > 3) this.a3 = this.varint(this.after);
    }
  }

  /** Decodes arguments to w0 ...: apart, so that a0 ... stay small. */
  private wideArguments(from: number, arity: number): void {
    this.w0 = unsigned(this.varint(from));
    if (arity > 1) this.w1 = unsigned(this.varint(this.after));
    if (arity > 2) this.w2 = unsigned(this.varint(this.after));
  }

  private nextBatch(): boolean {
    const batch = this.batches[this.index++];
    if (!batch) return false;
    this.bytes = batch.bytes;
    this.at = batch.start;
    this.end = batch.end;
    this.offset = batch.offset;
    this.time = this.clock.absolute(batch.time, batch.offset) - this.zero;
    return true;
  }

  private damage(type: number, arity: number): Error {
    if (arity < 0) return corrupt(this.offset, `${nameOf(type)} among the events of a thread`);
    if (this.broken || this.at > this.end) return corrupt(this.offset, `a malformed number in ${nameOf(type)}`);
    return corrupt(this.offset, `a time out of range in ${nameOf(type)}`);
  }
}
