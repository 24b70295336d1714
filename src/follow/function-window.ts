/** Numbers by function for a window of time, as columns by function id. */
import { grown } from "../base/columns.js";
import { Histogram } from "../base/histogram.js";
import type { GoroutineStack } from "./goroutine-stack.js";

/**
 * Counts calls where they end, and time where it passes: of a call that lasts longer than the window, the part within.
 * Times are nanoseconds since the start of the process.
 */
export class FunctionWindow {
  /** Up to where the time of open calls has been counted. */
  private from = 0;
  events = 0;
  /** How often calls are missing, because a ring overwrote them before they were read. */
  missed = 0;
  /** By function id: calls that ended in the window, in all, and by a panic; the time within the window. */
  calls = new Float64Array(256);
  panics = new Float64Array(256);
  self = new Float64Array(256);
  total = new Float64Array(256);
  /** Calls that ended since the trace began. */
  everEnded = new Float64Array(256);
  readonly durations: (Histogram | undefined)[] = [];

  /** The innermost call of a stack ends. */
  end(stack: GoroutineStack, time: number, isPanic: boolean): void {
    const level = --stack.depth;
    const id = stack.id[level];
    this.reserve(id);
    const start = stack.start[level];
    this.spend(stack, level, time);
    this.calls[id]++;
    this.everEnded[id]++;
    if (isPanic) this.panics[id]++;
    let durations = this.durations[id];
    if (durations === undefined) {
      durations = new Histogram();
      this.durations[id] = durations;
    }
    durations.record(Math.round(Math.max(0, time - start)));
  }

  /**
   * The window ends at `time`, as far as the open calls of a stack are concerned. A call may turn out to have ended before
   * that: what was counted too much is subtracted in the next window, so that the sums of all windows are exact.
   */
  pass(stack: GoroutineStack, time: number): void {
    for (let level = stack.depth - 1; level >= 0; level--) {
      this.reserve(stack.id[level]);
      this.spend(stack, level, time);
    }
    stack.callees.fill(0, 0, stack.depth);
  }

  /** The window goes on: the time up to `from` has been counted. */
  goOn(from: number): void {
    this.from = from;
  }

  /** A new window begins. */
  clear(from: number): void {
    this.from = from;
    this.events = 0;
    this.missed = 0;
    for (const column of [this.calls, this.panics, this.self, this.total]) column.fill(0);
    this.durations.length = 0;
  }

  /** Time passes up to `time` in the call at a level, whose callees have passed it on. Recursion counts once in totals. */
  private spend(stack: GoroutineStack, level: number, time: number): void {
    const id = stack.id[level];
    const start = stack.start[level];
    const spent = time < start ? 0 : time - Math.max(start, this.from);
    this.self[id] += spent - stack.callees[level];
    if (!stack.hasBelow(id, level)) this.total[id] += spent;
    if (level > 0) stack.callees[level - 1] += spent;
  }

  private reserve(id: number): void {
    if (id < this.calls.length) return;
    this.calls = grown(this.calls, id + 1);
    this.panics = grown(this.panics, id + 1);
    this.self = grown(this.self, id + 1);
    this.total = grown(this.total, id + 1);
    this.everEnded = grown(this.everEnded, id + 1);
  }
}
