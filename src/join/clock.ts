/** The states of a process's goroutines, on the time scale of its call trace. */
import { NumberSet } from "../base/columns.js";
import {
  CLOCK_ERROR,
  STATES,
  State,
  type StateClock,
  type StayCursor,
  type Stays,
  type UserTask,
} from "../calltree/index.js";
import { BlameCollector } from "./blame.js";
import type { Scheduling } from "./collect.js";
import type { Occupation } from "./contention.js";
import { Spans } from "./spans.js";
import type { Window } from "./waits.js";

/**
 * Goes through the stays of one goroutine after another.
 *
 * Both traces read the same monotonic clock, the execution trace in steps of 64 ns on most systems. So a boundary
 * between two states is off by at most one such step and what the call trace's own clock is off, below 1 µs. For so long
 * a goroutine may still run after its last stay.
 */
export class SchedulingClock implements StateClock {
  readonly spent = new Float64Array(STATES.length);
  at = 0;
  state: number = State.unknown;
  until = Number.POSITIVE_INFINITY;
  readonly stays: Stays;
  readonly tasks: readonly UserTask[];
  private readonly cursor: StayCursor;
  private readonly occupation: Occupation;
  /** Whether the cursor stands at a stay that ends after `at`. */
  private isKnown = false;
  /** Up to when the goroutine may still run although its last stay is over. */
  private runsUntil = Number.NEGATIVE_INFINITY;
  private asked = 0;
  private misplaced = 0;

  /**
   * @param offset what to add to times of the call trace for those of the execution trace, nanoseconds
   * @param servers the goroutines on which servers call handlers
   */
  constructor(
    { stays, occupation, tasks = [] }: Pick<Scheduling, "stays"> & Partial<Scheduling>,
    offset: number,
    private readonly servers = new NumberSet(),
  ) {
    const { goroutines, reasons, places } = stays;
    this.occupation = {
      idle: occupation?.idle.shifted(offset) ?? new Spans(),
      stopped: occupation?.stopped.shifted(offset) ?? new Spans(),
    };
    this.stays = {
      ...{ goroutines, reasons, places },
      startOf: (goid) => stays.startOf(goid),
      stoppedWithin: (from, to) => this.occupation.stopped.within(from, to),
      cursor: () => stays.cursor(offset),
    };
    this.tasks = tasks.map((task) => ({ ...task, begin: task.begin - offset, end: task.end - offset }));
    this.cursor = this.stays.cursor();
  }

  serves(goid: number): boolean {
    return this.servers.has(goid);
  }

  waits(
    from = Number.NEGATIVE_INFINITY,
    to = Number.POSITIVE_INFINITY,
    countedOf?: (goid: number) => Window,
  ): BlameCollector {
    return new BlameCollector(this.stays, this.occupation, { from, to }, countedOf);
  }

  begin(goid: number, time: number): void {
    this.spent.fill(0);
    this.at = time;
    this.runsUntil = Number.NEGATIVE_INFINITY;
    this.isKnown = this.cursor.seek(goid, time);
    this.look();
  }

  advance(time: number): void {
    const { spent, cursor } = this;
    while (time > this.until) {
      const { state, until } = this;
      spent[state] += until - this.at;
      this.at = until;
      // What ends may also be the time before the first stay.
      if (this.isKnown && cursor.end <= until) {
        this.isKnown = cursor.next();
        if (!this.isKnown && state === State.running) this.runsUntil = until + CLOCK_ERROR;
      }
      this.look();
    }
    if (time > this.at) {
      spent[this.state] += time - this.at;
      this.at = time;
    }
  }

  /** Counts the times at which the goroutine surely did not run. In a system call it may: callbacks from C do. */
  observe(time: number): void {
    this.asked++;
    const { state, cursor } = this;
    if (state === State.unknown || state === State.running || state === State.gc || state === State.syscall) return;
    if (time <= cursor.begin + TOLERANCE || time >= cursor.end - TOLERANCE) return;
    // The goroutine that reads execution traces in the process, and calls the writer of the program's own: of some of its time
    // Go's trace lacks the events.
    if (state !== State.other || cursor.reason !== SYSTEM_WAIT) this.misplaced++;
  }

  /** Calls begin and end on a goroutine that runs, so that of another process's trace this soon becomes false. */
  get isPlausible(): boolean {
    return this.misplaced <= 2 || this.misplaced * 100 <= this.asked;
  }

  /** Sets what holds where the clock stands. */
  private look(): void {
    const { cursor } = this;
    if (!this.isKnown && this.at < this.runsUntil) {
      this.state = State.running;
      this.until = this.runsUntil;
    } else if (!this.isKnown) {
      this.state = State.unknown;
      this.until = Number.POSITIVE_INFINITY;
    } else if (this.at < cursor.begin) {
      this.state = State.unknown;
      this.until = cursor.begin;
    } else {
      this.state = cursor.state;
      this.until = cursor.end;
    }
  }
}

/** Why goroutines of the Go runtime itself wait, in its words. */
const SYSTEM_WAIT = "system goroutine wait";

/** What tells the traces of two processes apart: a multiple of that. */
const TOLERANCE = 5000;
