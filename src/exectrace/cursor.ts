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
  time = 0;
  /** Its number on the wire and its arguments; those that it has not are left over. */
  type = 0;
  a0 = 0;
  a1 = 0;
  a2 = 0;
  a3 = 0;
  /** The same of events whose arguments are quantities, which may be large. */
  w0 = 0;
  w1 = 0;
  w2 = 0;
  /** The thread's state, when an event of this cursor has been tried. */
  state: ThreadState | undefined;
  /** Start in the file of the batch that the event is in. */
  offset = 0;
  private index = 0;
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
   * Decodes the next event; false when there is none. Most of the numbers have one or two bytes: decoding those here and
   * not in a function or a loop makes the whole reader a good deal faster.
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
        value = this.varint(at - 2);
        at = this.after;
      }
    }
    // Each difference is truncated before it is added, as Go's reader does.
    const time = this.time + Math.trunc(unsigned(value) * this.nanosPerTick);
    this.time = time;
    if (arity > 0) {
      if (arity >= WIDE) at = this.wideArguments(at, arity - WIDE);
      else {
        value = bytes[at++]!;
        if (value >= 0x80) {
          const next = bytes[at++]!;
          value = (value & 0x7f) | (next << 7);
          if (next >= 0x80) {
            value = this.varint(at - 2);
            at = this.after;
          }
        }
        this.a0 = value;
        if (arity > 1) {
          value = bytes[at++]!;
          if (value >= 0x80) {
            const next = bytes[at++]!;
            value = (value & 0x7f) | (next << 7);
            if (next >= 0x80) {
              value = this.varint(at - 2);
              at = this.after;
            }
          }
          this.a1 = value;
          if (arity > 2) {
            value = bytes[at++]!;
            if (value >= 0x80) {
              const next = bytes[at++]!;
              value = (value & 0x7f) | (next << 7);
              if (next >= 0x80) {
                value = this.varint(at - 2);
                at = this.after;
              }
            }
            this.a2 = value;
            if (arity > 3) {
              this.a3 = this.varint(at);
              at = this.after;
            }
          }
        }
      }
    }
    this.at = at;
    // Numbers were read without asking for the end of the batch; what lies behind it is readable (see SLACK).
    if (at > this.end || this.broken || arity < 0 || !(time <= LAST_TIME)) throw this.damage(type, arity);
    return true;
  }

  /** Decodes arguments to w0 ...: apart, so that a0 ... stay small integers in the engine's sense. */
  private wideArguments(from: number, arity: number): number {
    this.w0 = unsigned(this.varint(from));
    if (arity > 1) this.w1 = unsigned(this.varint(this.after));
    if (arity > 2) this.w2 = unsigned(this.varint(this.after));
    return this.after;
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
