/**
 * Selects the part of a recording that a viewer can hold. Viewers keep all events in memory; with some millions of
 * events they become slow, then crash. The rule fits in one sentence: the goroutines with the most traced time, the
 * outer levels, and the longest calls. A call lasts at least as long as each of its callees, so no shown call loses its
 * callers.
 */
import { Histogram } from "../base/histogram.js";
import { formatCount, formatDuration, formatNumberOf } from "../base/units.js";
import type { CallVisitor, Goroutine, LeftOut, Recording } from "../calltree/index.js";

/** Limits of a viewer; Infinity for no limit. */
export interface Budget {
  /** Two for a call. */
  readonly events: number;
  readonly goroutines: number;
  /** Levels of calls on a goroutine. */
  readonly depth: number;
}

export const NO_BUDGET: Budget = {
  events: Number.POSITIVE_INFINITY,
  goroutines: Number.POSITIVE_INFINITY,
  depth: Number.POSITIVE_INFINITY,
};

/** A goroutine that fits. Times in nanoseconds since the start of its process. */
export interface FittingGoroutine {
  /** Its position in the order of the walk, which is the same in every walk of a recording. */
  readonly ordinal: number;
  readonly process: number;
  readonly goid: number;
  /** The node of its first call. */
  readonly node: number;
  /** When its first call began and its last ended. */
  readonly start: number;
  readonly end: number;
  /** Number of events within the depth limit, before short calls are left out. */
  readonly events: number;
  /** Total time of its outermost calls. */
  readonly time: number;
}

/** See the module's comment. */
export interface Fit {
  /** By process, then by start. */
  readonly goroutines: readonly FittingGoroutine[];
  /** Calls shorter than this are left out, nanoseconds; 0 if none are. */
  readonly minimum: number;
  readonly depth: number;
  /** Number of calls shown. */
  readonly calls: number;
  /** Calls that the walk left out, so they are not in `whole`. */
  readonly hidden: LeftOut;
  readonly whole: { readonly goroutines: number; readonly calls: number; readonly depth: number };
}

/** Called with the progress of a walk, in bytes. */
export type Progress = (done: number, total: number) => void;

/** Computes what fits, in one walk, or in two if there are too many goroutines and too many calls. */
export function fitRecording(recording: Recording, budget: Budget, progress?: Progress): Fit {
  const collector = new BudgetCollector(budget);
  const hidden = recording.visit(collector, progress);
  const goroutines = collector.best().sort((a, b) => a.process - b.process || a.start - b.start || a.goid - b.goid);
  let { lengths } = collector;
  const events = goroutines.reduce((sum, goroutine) => sum + goroutine.events, 0);
  const complete = events <= budget.events;
  if (!complete && goroutines.length < collector.goroutines) lengths = lengthsOf(recording, goroutines, budget.depth);
  const { minimum, calls } = complete ? { minimum: 0, calls: events / 2 } : longest(lengths, budget.events / 2);
  const { goroutines: all, calls: allCalls, deepest } = collector;
  return {
    goroutines,
    minimum,
    depth: budget.depth,
    calls,
    hidden,
    whole: { goroutines: all, calls: allCalls, depth: deepest },
  };
}

/** What does not fit, one sentence each; empty if everything fits. */
export function leftOut({ goroutines, minimum, depth, calls, whole }: Fit): string[] {
  const sentences: string[] = [];
  if (goroutines.length < whole.goroutines) {
    const most = formatCount(goroutines.length);
    sentences.push(`only the ${most} goroutines with the most time, of ${formatCount(whole.goroutines)}`);
  }
  if (whole.depth > depth) {
    sentences.push(`only ${formatNumberOf(depth, "level")} of calls, of ${formatCount(whole.depth)}`);
  }
  if (minimum > 0) sentences.push(`only calls of at least ${formatDuration(minimum)}`);
  if (sentences.length > 0) {
    sentences.push(`${formatCount(whole.calls - calls)} of ${formatNumberOf(whole.calls, "call")} are left out`);
  }
  return sentences;
}

/** The smallest threshold (a bucket bound) that keeps at most `most` calls, and the number that it keeps. */
function longest(lengths: Histogram, most: number): { minimum: number; calls: number } {
  let calls = 0;
  let minimum = lengths.max + 1;
  for (const { low, count } of [...lengths.buckets()].reverse()) {
    if (calls + count > most) break;
    calls += count;
    minimum = low;
  }
  return { minimum, calls };
}

/** The duration that is compared to the threshold, in whole nanoseconds. */
export function lengthOf(start: number, end: number): number {
  return Math.max(0, Math.round(end - start));
}

class BudgetCollector implements CallVisitor {
  readonly lengths = new Histogram();
  goroutines = 0;
  calls = 0;
  deepest = 0;
  private ordinal = -1;
  private depth = 0;
  private events = 0;
  private time = 0;
  private node = 0;
  private start = 0;
  private last = 0;
  private candidates: FittingGoroutine[] = [];

  constructor(private readonly budget: Budget) {}

  begin(): void {
    this.ordinal++;
    this.depth = 0;
    this.events = 0;
    this.time = 0;
    this.node = 0;
  }

  enter(node: number, time: number): void {
    if (this.node === 0) {
      this.node = node;
      this.start = time;
    }
    if (++this.depth > this.deepest) this.deepest = this.depth;
  }

  exit(_node: number, start: number, time: number): void {
    this.calls++;
    if (this.depth <= this.budget.depth) {
      this.events += 2;
      this.lengths.record(lengthOf(start, time));
    }
    if (--this.depth === 0) {
      this.time += time - start;
      this.last = time;
    }
  }

  end({ process, goid }: Goroutine): void {
    const { ordinal, node, start, last, events, time } = this;
    if (node === 0) return;
    this.goroutines++;
    this.candidates.push({ ordinal, process, goid, node, start, end: last, events, time });
    const most = this.budget.goroutines;
    if (this.candidates.length > Math.max(2 * most, most + 1000)) this.candidates = this.best();
  }

  /** The goroutines with the most time, always including main goroutines. */
  best(): FittingGoroutine[] {
    const { candidates, budget } = this;
    if (candidates.length <= budget.goroutines) return candidates;
    const weight = ({ goid, time }: FittingGoroutine) => (goid === 1 ? Number.POSITIVE_INFINITY : time);
    const order = (a: FittingGoroutine, b: FittingGoroutine) => {
      const [left, right] = [weight(a), weight(b)];
      return left === right ? a.ordinal - b.ordinal : right - left;
    };
    return candidates.sort(order).slice(0, budget.goroutines);
  }
}

/** The distribution of call durations of some goroutines. */
function lengthsOf(recording: Recording, goroutines: readonly FittingGoroutine[], limit: number): Histogram {
  const lengths = new Histogram();
  const chosen = new Set(goroutines.map(({ ordinal }) => ordinal));
  let ordinal = -1;
  let counts = false;
  let depth = 0;
  recording.visit({
    begin() {
      counts = chosen.has(++ordinal);
      depth = 0;
    },
    enter() {
      depth++;
    },
    exit(_node, start, time) {
      if (depth-- <= limit && counts) lengths.record(lengthOf(start, time));
    },
  });
  return lengths;
}
