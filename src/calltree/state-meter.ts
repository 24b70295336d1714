/** Charges the states of goroutines to their calls. */
import { grown } from "../base/columns.js";
import type { CountedTime } from "./replay/scope.js";
import { type Blame, type CallStates, STATES } from "./states.js";
import type { Stays, UserTask } from "./stays.js";
import type { CallTree } from "./tree.js";
import type { CallVisitor } from "./visitor.js";

/** Visits all calls of a process, and then knows who made whom wait. */
export interface WaitVisitor extends CallVisitor {
  /** @param tree whose nodes the walk visited */
  blame(tree: CallTree): Blame;
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
  /** Learns that a call began or ended at `time`, in the state where the clock stands. */
  observe?(time: number): void;
  /** Where the clock stands, the state there, and the time up to which that lasts. */
  readonly at: number;
  readonly state: number;
  readonly until: number;
  /** Nanoseconds in each state from the beginning to where the clock stands. */
  readonly spent: Float64Array;
  /**
   * Makes a visitor that finds who made whom wait; undefined if that is not known.
   * @param from, to only time between these counts
   * @param countedOf of a goroutine that waits: between which times that counts; by default always
   */
  waits?(from?: number, to?: number, countedOf?: (goid: number) => CountedTime): WaitVisitor;
  /** Whether the calls so far can be of the process whose states these are. */
  readonly isPlausible: boolean;
  /** Whether a goroutine is one on which a server calls handlers. */
  serves?(goid: number): boolean;
  /** The tasks of the program, in the order of their beginnings. */
  readonly tasks?: readonly UserTask[];
  /** All that it knows; undefined if it cannot tell at once. */
  readonly stays?: Stays;
}

/**
 * Divides the time of open calls into states. The innermost open call gets the self time.
 *
 * Most calls begin and end within one stay, and then two subtractions are enough. So an open call has a row of times by
 * state only after the clock has gone from one stay to another: the calls below `settled` have one, those from there on
 * began in the state where the clock stands.
 */
export class CallStateMeter implements CallStates {
  readonly self = new Float64Array(STATES.length);
  readonly total = new Float64Array(STATES.length);
  only = -1;
  private depth = 0;
  private settled = 0;
  /** By open call: when it began, and in the present state the time of its callees and the self time of removed ones. */
  private start = new Float64Array(64);
  private calleeTime = new Float64Array(64);
  private carriedTime = new Float64Array(64);
  /** Rows of states by open call below `settled`: the clock at its beginning, then `calleeTime` and `carriedTime` by state. */
  private entered = new Float64Array(64 * STATES.length);
  private callees = new Float64Array(64 * STATES.length);
  private carried = new Float64Array(64 * STATES.length);

  constructor(private readonly clock: StateClock) {}

  begin(goid: number, time: number): void {
    this.clock.begin(goid, time);
    this.depth = 0;
    this.settled = 0;
  }

  /** @param isEvent false where the time is not that of the call's begin, but of what is looked at */
  enter(time: number, isEvent: boolean): void {
    const { clock } = this;
    const isLater = time > clock.until;
    if (isLater) this.cross(time);
    const at = this.depth++;
    if (isEvent && (isLater || at === 0)) clock.observe?.(time);
    if (at === this.start.length) this.grow();
    this.start[at] = time;
    this.calleeTime[at] = 0;
    this.carriedTime[at] = 0;
  }

  /**
   * The innermost open call ends; {@link self} and {@link total} are its times then.
   *
   * @param counts whether its self time counts
   * @param isRemoved whether its self time goes to its caller
   * @param isEvent false where the call did not end, but what is looked at, or the trace
   */
  exit(time: number, counts: boolean, isRemoved: boolean, isEvent: boolean): void {
    const { clock } = this;
    if (time > clock.until) {
      this.cross(time);
      if (isEvent) clock.observe?.(time);
    }
    const at = --this.depth;
    if (at < this.settled) {
      this.settled = at;
      this.exitSettled(at, time, counts, isRemoved);
      return;
    }
    const { self, total, only } = this;
    const { state } = clock;
    const whole = Math.max(0, time - this.start[at]);
    const own = this.carriedTime[at] + (counts ? whole - this.calleeTime[at] : 0);
    if (only < 0) {
      self.fill(0);
      total.fill(0);
    } else if (only !== state) {
      self[only] = 0;
      total[only] = 0;
    }
    this.only = state;
    self[state] = own;
    total[state] = whole;
    if (at === 0) return;
    if (at > this.settled) {
      this.calleeTime[at - 1] += whole;
      if (isRemoved) this.carriedTime[at - 1] += own;
      return;
    }
    const above = (at - 1) * STATES.length + state;
    this.callees[above] += whole;
    if (isRemoved) this.carried[above] += own;
  }

  /** The goroutine ends. @returns its times since it began, by index into {@link STATES}; reused */
  end(time: number): Float64Array {
    this.clock.advance(time);
    return this.clock.spent;
  }

  private exitSettled(at: number, time: number, counts: boolean, isRemoved: boolean): void {
    const { clock, entered, callees, carried, self, total } = this;
    clock.advance(time);
    const { spent } = clock;
    const row = at * STATES.length;
    const above = row - STATES.length;
    this.only = -1;
    for (let state = 0; state < STATES.length; state++) {
      const i = row + state;
      total[state] = spent[state] - entered[i];
      self[state] = carried[i] + (counts ? total[state] - callees[i] : 0);
      if (above < 0) continue;
      callees[above + state] += total[state];
      if (isRemoved) carried[above + state] += self[state];
    }
  }

  /** Gives all open calls their rows, and goes on to another stay. */
  private cross(time: number): void {
    const { clock, entered, callees, carried } = this;
    const { state, at, spent } = clock;
    for (let open = this.settled; open < this.depth; open++) {
      const row = open * STATES.length;
      entered.set(spent, row);
      callees.fill(0, row, row + STATES.length);
      carried.fill(0, row, row + STATES.length);
      entered[row + state] += this.start[open] - at;
      callees[row + state] = this.calleeTime[open];
      carried[row + state] = this.carriedTime[open];
    }
    this.settled = this.depth;
    clock.advance(time);
  }

  private grow(): void {
    const length = this.depth * 2;
    this.start = grown(this.start, length);
    this.calleeTime = grown(this.calleeTime, length);
    this.carriedTime = grown(this.carriedTime, length);
    this.entered = grown(this.entered, length * STATES.length);
    this.callees = grown(this.callees, length * STATES.length);
    this.carried = grown(this.carried, length * STATES.length);
  }
}
