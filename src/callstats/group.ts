/** Sums over the calls of one or more functions. */
import { Durations, type Spread } from "./durations.js";

/**
 * What is known of some calls; times in nanoseconds. They are added up as finely as ticks of the processor give them, and
 * rounded once, to whole nanoseconds, when they leave the group: so all views show the same.
 */
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
  /** The most that tracing added to total and self; NaN where that is not known of all calls. */
  totalTracing = 0;
  selfTracing = 0;
  /** Calls that are open on the goroutine that is being walked. */
  open = 0;
  readonly durations: Durations | undefined;

  /** @param spread whether to collect what single calls took */
  constructor(spread: boolean) {
    this.durations = spread ? new Durations() : undefined;
  }
}

/** The sums of a group. */
export function sumsOf({ calls, total, self, panics, goexits, recovered, running }: CallGroup): CallSums {
  return { calls, total: Math.round(total), self: Math.round(self), panics, goexits, recovered, running };
}

/** What single calls took; zeros where that was not collected. */
export function spreadOf({ durations }: CallGroup): Spread {
  return (durations ?? new Durations()).spread();
}

/** The most that tracing added to the sums of a group, never more than they are; undefined where that is not known. */
export function tracingOf(group: CallGroup): { readonly total: number; readonly self: number } | undefined {
  const sums = sumsOf(group);
  const [total, self] = [Math.min(sums.total, group.totalTracing), Math.min(sums.self, group.selfTracing)];
  return Number.isNaN(self + total) ? undefined : { total, self };
}
