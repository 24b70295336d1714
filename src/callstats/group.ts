/** Sums (calls, times, endings) over a group of calls. */

import { Durations, type Spread } from "../base/durations.js";
import { type CallStates, STATES } from "../calltree/index.js";
import { type StateSums, stateSums } from "./state-sums.js";

/**
 * Sums over some calls; times in nanoseconds. They are summed at full clock resolution and rounded to whole nanoseconds
 * once, when they leave the group, so all views show the same numbers.
 */
export interface CallSums {
  readonly calls: number;
  /** Time of the calls that are not within another call of the group on their goroutine: recursion counts once. */
  readonly total: number;
  /** Time of all calls without their traced callees. */
  readonly self: number;
  /**
   * Calls that ended by a panic, by runtime.Goexit (`goexits`), by recovering from a panic (`recovered`), and calls
   * that never returned (`running`).
   */
  readonly panics: number;
  readonly goexits: number;
  readonly recovered: number;
  readonly running: number;
}

/** {@link CallSums} while they are being summed. */
export class CallGroup implements CallSums {
  calls = 0;
  total = 0;
  self = 0;
  panics = 0;
  goexits = 0;
  recovered = 0;
  running = 0;
  /** Upper bounds of what tracing added to total and self; NaN as soon as the bound of one call is unknown. */
  totalTracing = 0;
  selfTracing = 0;
  /** Unrounded times of `self` and `total` in each state; undefined until the states of a call are known. */
  states: { readonly self: Float64Array; readonly total: Float64Array } | undefined;
  /** How many calls of the group are open on the goroutine being walked; total counts the outermost. */
  open = 0;
  readonly durations: Durations | undefined;

  /**
   * @param spread whether to collect the durations of single calls
   * @param part the states whose time counts in total, self and durations, indices into STATES; by default all
   */
  constructor(
    spread: boolean,
    readonly part?: readonly number[],
  ) {
    this.durations = spread ? new Durations() : undefined;
  }
}

/** The sums of a group. */
export function sumsOf({ calls, total, self, panics, goexits, recovered, running }: CallGroup): CallSums {
  return { calls, total: Math.round(total), self: Math.round(self), panics, goexits, recovered, running };
}

/** How the sums of a group divide into states; undefined if unknown for all its calls. */
export function statesOf(group: CallGroup): StateSums | undefined {
  return group.states && stateSums(group.self, group.total, group.states);
}

/** Adds what a call spent in each state to its group. @param outermost whether the call counts in the group's total */
export function addStates(group: CallGroup, { self, total, only }: CallStates, outermost: boolean): void {
  group.states ??= { self: new Float64Array(STATES.length), total: new Float64Array(STATES.length) };
  if (only >= 0) {
    group.states.self[only] += self[only];
    if (outermost) group.states.total[only] += total[only];
    return;
  }
  for (let state = 0; state < STATES.length; state++) {
    group.states.self[state] += self[state];
    if (outermost) group.states.total[state] += total[state];
  }
}

/** The durations of single calls; zeros if not collected. */
export function spreadOf({ durations }: CallGroup): Spread {
  return (durations ?? new Durations()).spread();
}

/** Upper bounds of what tracing added to the sums of a group, never above the sums; undefined if unknown. */
export function tracingOf(group: CallGroup): { readonly total: number; readonly self: number } | undefined {
  const sums = sumsOf(group);
  const [total, self] = [Math.min(sums.total, group.totalTracing), Math.min(sums.self, group.selfTracing)];
  return Number.isNaN(self + total) ? undefined : { total, self };
}
