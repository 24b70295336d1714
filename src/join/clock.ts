/** The states of a process's goroutines, on the time scale of its call trace. */
import { STATES, State, type StateClock } from "../calltree/index.js";
import type { Scheduling } from "./collect.js";

/**
 * Goes through the stays of one goroutine after another.
 *
 * Both traces read the same monotonic clock, the execution trace in steps of 64 ns on most systems. So a boundary
 * between two states is off by at most one such step and what the call trace's own clock is off, below 1 µs.
 */
export class SchedulingClock implements StateClock {
  readonly spent = new Float64Array(STATES.length);
  private at = 0;
  private asked = 0;
  private misplaced = 0;
  /** The stay that ends after `at`, and the end of those of the goroutine. */
  private stay = 0;
  private last = 0;

  /** @param offset what to add to times of the call trace for those of the execution trace, nanoseconds */
  constructor(
    private readonly scheduling: Scheduling,
    private readonly offset: number,
  ) {}

  begin(goid: number, time: number): void {
    const { stays } = this.scheduling;
    const { first, end } = stays.range(goid);
    this.spent.fill(0);
    this.at = time + this.offset;
    this.last = end;
    this.stay = firstAfter(stays.end, this.at, first, end);
  }

  advance(time: number): void {
    const to = time + this.offset;
    const { begin, end, state } = this.scheduling.stays;
    const { spent, last } = this;
    let { at, stay } = this;
    while (at < to) {
      if (stay === last) {
        spent[State.unknown] += to - at;
        at = to;
      } else if (at < begin[stay]) {
        const until = Math.min(begin[stay], to);
        spent[State.unknown] += until - at;
        at = until;
      } else {
        const until = Math.min(end[stay], to);
        spent[state[stay]] += until - at;
        at = until;
        if (until === end[stay]) stay++;
      }
    }
    this.at = at;
    this.stay = stay;
    this.asked++;
    if (this.isAway(stay, at)) this.misplaced++;
  }

  /** Calls begin and end on a goroutine that runs, so that of another process's trace this soon becomes false. */
  get isPlausible(): boolean {
    return this.misplaced <= 2 || this.misplaced * 100 <= this.asked;
  }

  /** Whether the goroutine surely did not run. In a system call it may: callbacks from C do. */
  private isAway(stay: number, at: number): boolean {
    const { begin, end, state } = this.scheduling.stays;
    if (stay === this.last || at < begin[stay] + TOLERANCE || at > end[stay] - TOLERANCE) return false;
    const now = state[stay];
    return now !== State.running && now !== State.gc && now !== State.syscall;
  }
}

/** What the clocks of both traces may differ by, nanoseconds. */
const TOLERANCE = 5000;

/** The first index in [first, end) whose value is greater than `value`; the values increase. */
function firstAfter(values: Float64Array, value: number, first: number, end: number): number {
  let low = first;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
