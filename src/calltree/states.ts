/**
 * How the time of calls divides into the states that their goroutine was in. The states come from outside, from an
 * execution trace of the same process; here they are only charged to calls.
 */
import { grown } from "../base/columns.js";

/** The states. A goroutine is in exactly one at any time, so the times in them add up to the whole. */
export const STATES = [
  /** On a processor. */
  "running",
  /** Ready, and waiting for a processor. */
  "runnable",
  /** Waiting for a Mutex, an RWMutex or the lock of a file. */
  "lock",
  /** Waiting for a WaitGroup, a Cond or a Once. */
  "wait",
  /** Sending to or receiving from a channel. */
  "channel",
  "select",
  /** Waiting for the network, a pipe or a terminal: whatever the runtime polls. */
  "network",
  "sleep",
  "syscall",
  /** Marking for the collector, or waiting for it. */
  "gc",
  /** Any other wait, such as that of an iterator's coroutine. */
  "other",
  /** Not in the execution trace: before its first event, after its last one, or in a part that was lost. */
  "unknown",
] as const;

export type StateName = (typeof STATES)[number];

/** Index into {@link STATES}. */
export const State = Object.freeze(
  Object.fromEntries(STATES.map((name, index) => [name, index])) as Record<StateName, number>,
);

/** Times of a call by index into {@link STATES}, nanoseconds. The arrays are reused: copy what you keep. */
export interface CallStates {
  /** Adds up to the call's self time. */
  readonly self: Float64Array;
  /** Adds up to the call's duration. */
  readonly total: Float64Array;
}

/** By index into {@link STATES}: a column by node, nanoseconds; undefined where no node has any time in the state. */
export type StateColumns = readonly (Float64Array | undefined)[];

/** How the times of a tree's nodes divide into states: sums over their calls. */
export interface TreeStates {
  readonly self: StateColumns;
  readonly total: StateColumns;
}

/** The time of a node in each state, by index into {@link STATES}. */
export function statesAt(columns: StateColumns, node: number): number[] {
  return columns.map((column) => column?.[node] ?? 0);
}

/**
 * What the goroutines of a process did from when to when. It is asked for one goroutine after another, and for each in
 * the order of time. Times are nanoseconds since the start of the process.
 */
export interface StateClock {
  /** Goes to the beginning of a goroutine, or of the part of it that is looked at. */
  begin(goid: number, time: number): void;
  /** Goes on to `time`; an earlier time than the last one counts as the last one. */
  advance(time: number): void;
  /** Nanoseconds in each state from the beginning to where the clock stands. */
  readonly spent: Float64Array;
  /** Whether the calls so far can be of the process whose states these are. */
  readonly isPlausible: boolean;
}

/** Divides the time of open calls into states. The innermost open call gets the self time. */
export class CallStateMeter implements CallStates {
  readonly self = new Float64Array(STATES.length);
  readonly total = new Float64Array(STATES.length);
  /** Rows of states by open call: the clock at its enter, the time of its callees, the self time of hidden callees. */
  private entered = new Float64Array(64 * STATES.length);
  private callees = new Float64Array(64 * STATES.length);
  private carried = new Float64Array(64 * STATES.length);
  private depth = 0;

  constructor(private readonly clock: StateClock) {}

  begin(goid: number, time: number): void {
    this.clock.begin(goid, time);
    this.depth = 0;
  }

  enter(time: number): void {
    const at = this.depth++ * STATES.length;
    if (at === this.entered.length) this.grow();
    const { clock, entered, callees, carried } = this;
    clock.advance(time);
    const { spent } = clock;
    for (let state = 0; state < STATES.length; state++) {
      entered[at + state] = spent[state];
      callees[at + state] = 0;
      carried[at + state] = 0;
    }
  }

  /**
   * The innermost open call ends; {@link self} and {@link total} are its times then.
   *
   * @param counts whether its self time counts
   * @param isHidden whether its self time goes to its caller
   */
  exit(time: number, counts: boolean, isHidden: boolean): void {
    const { clock, entered, callees, carried, self, total } = this;
    const at = --this.depth * STATES.length;
    const above = at - STATES.length;
    clock.advance(time);
    const { spent } = clock;
    for (let state = 0; state < STATES.length; state++) {
      const i = at + state;
      total[state] = spent[state] - entered[i];
      self[state] = carried[i] + (counts ? total[state] - callees[i] : 0);
      if (above < 0) continue;
      callees[above + state] += total[state];
      if (isHidden) carried[above + state] += self[state];
    }
  }

  private grow(): void {
    const length = this.entered.length * 2;
    this.entered = grown(this.entered, length);
    this.callees = grown(this.callees, length);
    this.carried = grown(this.carried, length);
  }
}
