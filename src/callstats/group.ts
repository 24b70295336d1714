/** Sums over the calls of one or more functions. */
import { isDistorted } from "../calltree/index.js";
import { Durations, type Spread } from "./durations.js";

/** What is known of some calls; times in nanoseconds. */
export interface CallSums {
  readonly calls: number;
  /** Time of the calls that stand in no other call of the group on their goroutine: recursion counts once. */
  readonly total: number;
  /** Time of all calls without the traced calls beneath. */
  readonly self: number;
  /** Calls that were left by a panic, or by runtime.Goexit; that returned although a panic ran; that never returned. */
  readonly panics: number;
  readonly goexits: number;
  readonly recovered: number;
  readonly running: number;
}

/** {@link CallSums} while they grow. */
export class CallGroup implements CallSums {
  calls = 0;
  total = 0;
  self = 0;
  panics = 0;
  goexits = 0;
  recovered = 0;
  running = 0;
  /** What of total and self hooks took; nothing of it is subtracted there. */
  totalHooks = 0;
  selfHooks = 0;
  /** Calls that are open on the goroutine that is being walked. */
  open = 0;
  readonly durations: Durations | undefined;

  /** @param spread whether to collect what single calls took */
  constructor(spread: boolean) {
    this.durations = spread ? new Durations() : undefined;
  }
}

/** The sums of a group, without its hooks if so asked: never below zero. */
export function sumsOf(group: CallGroup, corrected: boolean): CallSums {
  const { calls, panics, goexits, recovered, running } = group;
  return {
    calls,
    total: Math.max(0, group.total - (corrected ? group.totalHooks : 0)),
    self: Math.max(0, group.self - (corrected ? group.selfHooks : 0)),
    panics,
    goexits,
    recovered,
    running,
  };
}

/** What single calls took; zeros where that was not collected. */
export function spreadOf({ durations }: CallGroup): Spread {
  return (durations ?? new Durations()).spread();
}

/** Whether a function's self time says little: see {@link isDistorted}. */
export function isDistortedGroup(group: CallGroup): boolean {
  return isDistorted(group.self, group.selfHooks);
}
