/** The states of a process's goroutines, on the time scale of its call trace. */
import { STATES, State, type StateClock } from "../calltree/index.js";
import type { Scheduling } from "./collect.js";
import type { StayCursor } from "./stays.js";

/**
 * Goes through the stays of one goroutine after another.
 *
 * Both traces read the same monotonic clock, the execution trace in steps of 64 ns on most systems. So a boundary
 * between two states is off by at most one such step and what the call trace's own clock is off, below 1 µs.
 */
export class SchedulingClock implements StateClock {
  readonly spent = new Float64Array(STATES.length);
  at = 0;
  state: number = State.unknown;
  until = Number.POSITIVE_INFINITY;
  private readonly stays: StayCursor;
  /** Whether the cursor stands at a stay that ends after `at`. */
  private isKnown = false;
  private asked = 0;
  private misplaced = 0;

  /** @param offset what to add to times of the call trace for those of the execution trace, nanoseconds */
  constructor(
    { stays }: Pick<Scheduling, "stays">,
    private readonly offset: number,
  ) {
    this.stays = stays.cursor();
  }

  begin(goid: number, time: number): void {
    this.spent.fill(0);
    this.at = time;
    this.isKnown = this.stays.seek(goid, time + this.offset);
    this.look();
    this.check();
  }

  advance(time: number): void {
    const { spent, offset, stays } = this;
    while (time > this.until) {
      const { state, until } = this;
      spent[state] += until - this.at;
      this.at = until;
      // What ends may also be the time before the first stay.
      if (this.isKnown && stays.end - offset <= until) this.isKnown = stays.next();
      this.look();
    }
    if (time > this.at) {
      spent[this.state] += time - this.at;
      this.at = time;
    }
    this.check();
  }

  /** Calls begin and end on a goroutine that runs, so that of another process's trace this soon becomes false. */
  get isPlausible(): boolean {
    return this.misplaced <= 2 || this.misplaced * 100 <= this.asked;
  }

  /** Sets what holds where the clock stands. */
  private look(): void {
    const { stays, offset } = this;
    if (!this.isKnown) {
      this.state = State.unknown;
      this.until = Number.POSITIVE_INFINITY;
    } else if (this.at < stays.begin - offset) {
      this.state = State.unknown;
      this.until = stays.begin - offset;
    } else {
      this.state = stays.state;
      this.until = stays.end - offset;
    }
  }

  /** Counts the times at which the goroutine surely did not run. In a system call it may: callbacks from C do. */
  private check(): void {
    this.asked++;
    const { state, stays, at, offset } = this;
    if (state === State.unknown || state === State.running || state === State.gc || state === State.syscall) return;
    if (at > stays.begin - offset + TOLERANCE && at < stays.end - offset - TOLERANCE) this.misplaced++;
  }
}

/** What the clocks of both traces may differ by, nanoseconds. */
const TOLERANCE = 5000;
