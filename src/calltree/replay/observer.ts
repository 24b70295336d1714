/** What a replay tells while it goes on, and what of it counts. */
import type { Ending } from "../ending.js";
import type { Scope } from "./scope.js";

/** Callbacks from the replay to the builder. */
export interface Listener {
  /** A spawn record at byte `at` of the chunk; `node` is the innermost open frame. */
  spawn(slot: number, node: number, goStatement: number, at: number, time: number): void;
  /** The goroutine is about to reach `time`, and there are queries for its stack at an earlier time. */
  capture(slot: number, time: number): void;
}

/** Receives every call. */
export interface Observer {
  /** @param isLate whether the call began before, while recording was paused */
  enter(slot: number, node: number, time: number, isLate: boolean): void;
  /**
   * The innermost frame of the slot ends.
   *
   * @param shown whether the call overlaps the scope; `start`, `end` and `self` are clipped to it
   */
  exit(slot: number, start: number, end: number, self: number, how: Ending, shown: boolean): void;
  /** The records that follow on the slot count or do not, whatever their times. */
  cut?(counts: boolean): void;
}

export interface StackOptions extends Scope {
  /** Calls shorter than this are pruned from unmerged trees. */
  readonly minimum?: number;
  readonly observer?: Observer;
  /** Whether calls are added up by node; by default they are. */
  readonly counts?: boolean;
}
