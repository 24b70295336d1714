/** The clock of the states of goroutines, which are charged to their calls. */
import type { CountedTime } from "./replay/scope.js";
import type { Blame } from "./states.js";
import type { Stays, UserTask } from "./stays.js";
import type { CallTree } from "./tree.js";
import type { OutlineVisitor } from "./visitor.js";

/** Visits all calls of a process, or an outline of them, and then knows who made whom wait. */
export interface WaitVisitor extends OutlineVisitor {
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
