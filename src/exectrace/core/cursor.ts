/** The events of one thread in a generation, decoded one at a time. */
import { BatchPlace, Reason } from "../codes";
import { fail, Step } from "./failure";
import { ThreadState } from "./state";

/** Times beyond are not exact as doubles, so that they could not be made to increase: 2^53 - 1. */
const LAST_TIME: f64 = 9007199254740991;
/** Go counts nanoseconds in 63 bits; a time beyond is nonsense: 2^63. */
const LAST_ABSOLUTE: f64 = 9.223372036854776e18;

/** The last bit of each byte: not set in the last byte of a varint. */
const CONTINUED: u32 = 0x80808080;

/** Number of arguments by an event's number; negative: no event of an event batch. Filled in by the reader. */
export const arity: usize = heap.alloc(256);

let nanosPerTick: f64 = 0;
let zero: f64 = 0;

/** @param start absolute time of the trace's start in nanoseconds */
export function setClock(perTick: f64, start: f64): void {
  nanosPerTick = perTick;
  zero = start;
}

@unmanaged
export class Cursor {
  /** Nanoseconds since the start of the trace; of the event that is decoded. */
  time: f64;
  at: usize;
  end: usize;
  /** The event's number on the wire and its arguments; those that it has not are left over. */
  type: i32;
  a0: i64;
  a1: i64;
  a2: i64;
  a3: i64;
  /** The thread's state, when an event of this cursor has been tried. */
  state: ThreadState | null;
  thread: i64;
  /** Start in the file of the batch that the event is in. */
  offset: f64;
  /** Descriptions of the batches that are still to be read (see BatchPlace). */
  batches: usize;
  left: i32;

  constructor(thread: i64, batches: usize, count: i32) {
    this.thread = thread;
    this.batches = batches;
    this.left = count;
    this.at = 0;
    this.end = 0;
    this.state = null;
  }

  /**
   * Decodes the next event; Over when there is none. Nearly always it lies within 9 bytes: they are loaded at once, and
   * its numbers cut out of them. Bytes behind the end of the batch are readable; whether it ends too early shows at last.
   */
  next(): Step {
    let at = this.at;
    if (at >= this.end) {
      const step = this.nextBatch();
      if (step !== Step.Came) return step;
      at = this.at;
    }
    const type = load<u8>(at);
    const count = load<i8>(arity + type);
    this.type = type;
    if (count < 0) return fail(this, Reason.Foreign);
    at++;
    let word = load<u32>(at);
    let last = ~word & CONTINUED;
    if (last === 0) return this.long(count);
    const ticks = joined(word & (last ^ (last - 1)));
    at += (ctz(last) + 1) >> 3;
    if (count > 0) {
      word = load<u32>(at);
      last = ~word & CONTINUED;
      if (last === 0) return this.long(count);
      this.a0 = joined(word & (last ^ (last - 1)));
      at += (ctz(last) + 1) >> 3;
      if (count > 1) {
        word = load<u32>(at);
        last = ~word & CONTINUED;
        if (last === 0) return this.long(count);
        this.a1 = joined(word & (last ^ (last - 1)));
        at += (ctz(last) + 1) >> 3;
        if (count > 2) {
          word = load<u32>(at);
          last = ~word & CONTINUED;
          if (last === 0) return this.long(count);
          this.a2 = joined(word & (last ^ (last - 1)));
          at += (ctz(last) + 1) >> 3;
          if (count > 3) {
            word = load<u32>(at);
            last = ~word & CONTINUED;
            if (last === 0) return this.long(count);
            this.a3 = joined(word & (last ^ (last - 1)));
            at += (ctz(last) + 1) >> 3;
          }
        }
      }
    }
    return this.reach(at, <f64>(<i32>ticks));
  }

  /** Decodes the event at `this.at`, with numbers of all sizes. */
  private long(count: i32): Step {
    const ticks = <f64>(<u64>varint(this.at + 1));
    if (count > 0) this.a0 = varint(after);
    if (count > 1) this.a1 = varint(after);
    if (count > 2) this.a2 = varint(after);
    if (count > 3) this.a3 = varint(after);
    if (malformed) return fail(this, Reason.MalformedNumber);
    return this.reach(after, ticks);
  }

  private reach(at: usize, ticks: f64): Step {
    // Each difference is truncated before it is added, as Go's reader does.
    const time = this.time + Math.trunc(ticks * nanosPerTick);
    this.time = time;
    this.at = at;
    if (at > this.end) return fail(this, Reason.MalformedNumber);
    return time <= LAST_TIME ? Step.Came : fail(this, Reason.TimeOutOfRange);
  }

  private nextBatch(): Step {
    if (this.left === 0) return Step.Over;
    const batch = this.batches;
    this.left--;
    this.batches += BatchPlace.size;
    this.at = load<u32>(batch, BatchPlace.start);
    this.end = load<u32>(batch, BatchPlace.end);
    this.offset = load<f64>(batch, BatchPlace.offset);
    const ticks = load<f64>(batch, BatchPlace.ticks);
    const time = Math.trunc(ticks * nanosPerTick);
    if (!(time < LAST_ABSOLUTE)) return fail(this, Reason.BatchTime, reinterpret<i64>(ticks));
    this.time = time - zero;
    return Step.Came;
  }
}

/** The low 7 bits of 4 bytes side by side. */
function joined(bytes: u32): u32 {
  return (bytes & 0x7f) | ((bytes >> 1) & 0x3f80) | ((bytes >> 2) & 0x1fc000) | ((bytes >> 3) & 0xfe00000);
}

/** Where the varint ended that `varint` decoded last, and whether one was malformed (as Go judges it); never cleared. */
let after: usize = 0;
let malformed = false;

/** A varint of any size. Reads 10 bytes at most, maybe behind the end of the data. */
function varint(at: usize): i64 {
  let value: u64 = 0;
  for (let i = 0; i < 10; i++) {
    const byte = <u64>load<u8>(at++);
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      if (i === 9 && byte > 1) break;
      after = at;
      return value;
    }
  }
  malformed = true;
  after = at;
  return 0;
}
