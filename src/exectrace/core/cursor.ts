/** Decodes the events of one thread in one generation, one at a time, across its batches. */
import { BatchPlace, FOREIGN, Reason } from "../codes";
import { fail, Step } from "./failure";
import { ThreadState } from "./state";
import { after, lengthOf, malformed, numbersOf, patternOf, varint } from "./varints";

/** 2^53 - 1. Later times are not exact as doubles and could not be made to increase strictly. */
const LAST_TIME: i64 = 9007199254740991;
/** 2^63. Go counts nanoseconds in 63 bits; a later time is damage. */
const LAST_ABSOLUTE: f64 = 9.223372036854776e18;

/** 2^20. A product of this and a 32-bit number is exact in a double. */
const MAX_WHOLE: f64 = 1048576;

/** Number of arguments of each event by its number on the wire, or FOREIGN; 256 bytes, filled in by host.ts. */
export const arity: usize = memory.data(256);

let nanosPerTick: f64 = 0;
/** `nanosPerTick` if it is a small whole number (Go's runtime usually counts in units of 64 nanoseconds), else 0. */
let wholeNanosPerTick: i64 = 0;
let zero: i64 = 0;

/** Sets the clock of the generation. @param start absolute time of the trace's start in nanoseconds */
export function setClock(perTick: f64, start: i64): void {
  nanosPerTick = perTick;
  wholeNanosPerTick = perTick <= MAX_WHOLE && Math.trunc(perTick) === perTick ? <i64>perTick : 0;
  zero = start;
}

/**
 * A position in the events of a thread, with the event decoded there. The constructor does not decode: call `next`
 * first.
 */
@unmanaged
export class Cursor {
  /** Time difference in ticks and arguments of the event; arguments beyond its arity are undefined. */
  ticks: i64;
  a0: i64;
  a1: i64;
  a2: i64;
  a3: i64;
  /** Nanoseconds since the start of the trace. */
  time: i64;
  /** The event's number on the wire. */
  type: i32;
  at: usize;
  end: usize;
  /** The thread's state; null before the first event of this cursor was tried. */
  state: ThreadState | null;
  thread: i64;
  /** Offset in the file of the event's batch. */
  offset: f64;
  /** The remaining batches (see BatchPlace), `left` of them. */
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
   * Decodes the next event; Over after the last one. May read past the end of a batch, where memory is readable (SLACK
   * in batch.ts): truncation is checked once, after decoding.
   */
  next(): Step {
    let at = this.at;
    if (at >= this.end) {
      const step = this.nextBatch();
      if (step !== Step.Came) return step;
      at = this.at;
    }
    const type = load<u8>(at);
    const count = load<u8>(arity + type);
    this.type = type;
    at++;
    const bytes = v128.load(at);
    const pattern = patternOf(bytes);
    const length = lengthOf(pattern, count);
    if (length === 0) return this.nextLong(at, count);
    const numbers = numbersOf(bytes, pattern);
    const self = changetype<usize>(this);
    v128.store(self, i64x2.extend_low_i32x4_u(numbers), offsetof<Cursor>("ticks"));
    v128.store(self, i64x2.extend_high_i32x4_u(numbers), offsetof<Cursor>("a1"));
    const ticks = <u64>(<u32>i32x4.extract_lane(numbers, 0));
    if (wholeNanosPerTick === 0) return this.reach(at + length, <f64>ticks);
    return this.reachBy(at + length, ticks * wholeNanosPerTick);
  }

  /** Decodes an event that does not fit the vector path: many arguments, or large ones. */
  private nextLong(at: usize, count: u32): Step {
    if (count === FOREIGN) return fail(this, Reason.Foreign);
    const ticks = <f64>(<u64>varint(at));
    if (count > 0) this.a0 = varint(after);
    if (count > 1) this.a1 = varint(after);
    if (count > 2) this.a2 = varint(after);
    if (count > 3) this.a3 = varint(after);
    if (malformed) return fail(this, Reason.MalformedNumber);
    return this.reach(after, ticks);
  }

  private reach(at: usize, ticks: f64): Step {
    const nanos = ticks * nanosPerTick;
    if (at <= this.end && !(nanos <= <f64>LAST_TIME)) return fail(this, Reason.TimeOutOfRange);
    // Go's reader truncates each difference before adding it, so this one does too.
    return this.reachBy(at, <i64>nanos);
  }

  private reachBy(at: usize, nanos: i64): Step {
    if (at > this.end) return fail(this, Reason.MalformedNumber);
    this.at = at;
    this.time += nanos;
    return this.time <= LAST_TIME ? Step.Came : fail(this, Reason.TimeOutOfRange);
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
    const time = ticks * nanosPerTick;
    if (!(time < LAST_ABSOLUTE)) return fail(this, Reason.BatchTime, reinterpret<i64>(ticks));
    this.time = <i64>time - zero;
    return Step.Came;
  }
}
