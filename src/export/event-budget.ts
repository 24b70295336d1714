/**
 * Selects the part of a recording that a viewer can hold. Viewers keep all events in memory; with some millions of
 * events they become slow, then crash. The rule fits in one sentence: the goroutines with the most traced time, the
 * outer levels, and the longest calls and states. A call lasts at least as long as each of its callees and of the states
 * in it, so nothing that is shown loses its callers.
 */
import { Histogram } from "../base/histogram.js";
import { formatCount, formatDuration, formatNumberOf } from "../base/units.js";
import type { CallVisitor, Goroutine, HiddenCalls, Recording } from "../calltree/index.js";

/** Limits of a viewer; Infinity for no limit. */
export interface EventBudget {
  /** Two for a call, or for a stay in a state. */
  readonly events: number;
  readonly goroutines: number;
  /** Levels of calls on a goroutine. */
  readonly depth: number;
}

export const NO_BUDGET: EventBudget = {
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
  /** Number of events within the depth limit, before short calls and states are left out. */
  readonly events: number;
  /** Number of its stays in states. */
  readonly states: number;
  /** Total time of its outermost calls. */
  readonly time: number;
}

/** See the module's comment. */
export interface Fit {
  /** By process, then by start. */
  readonly goroutines: readonly FittingGoroutine[];
  /** Calls and states shorter than this are left out, nanoseconds; 0 if none are. */
  readonly minimum: number;
  readonly depth: number;
  /** Number of calls shown, and of stays in states. */
  readonly calls: number;
  readonly states: number;
  /** Calls that the walk left out, so they are not in `whole`. */
  readonly hidden: HiddenCalls;
  readonly whole: {
    readonly goroutines: number;
    readonly calls: number;
    readonly states: number;
    readonly depth: number;
  };
}

/** Passes on the lengths of a goroutine's stays in states that a viewer shows, in whole nanoseconds. */
export type StateLengths = (
  goroutine: Pick<FittingGoroutine, "process" | "goid">,
  record: (length: number) => void,
) => void;

/** Called with the progress of a walk, in bytes. */
export type Progress = (done: number, total: number) => void;

/**
 * Computes what fits, in one walk, or in two if there are too many goroutines and too many calls.
 *
 * @param states if the viewer shows states
 */
export function fitRecording(
  recording: Recording,
  budget: EventBudget,
  progress?: Progress,
  states: StateLengths = () => {},
): Fit {
  const collector = new BudgetCollector(budget, states);
  const hidden = recording.visit(collector, progress);
  const goroutines = collector.best().sort((a, b) => a.process - b.process || a.start - b.start || a.goid - b.goid);
  let { lengths } = collector;
  const events = goroutines.reduce((sum, goroutine) => sum + goroutine.events, 0);
  const complete = events <= budget.events;
  if (!complete && goroutines.length < collector.goroutines) {
    lengths = lengthsOf(recording, goroutines, budget.depth, states);
  }
  const stays = goroutines.reduce((sum, goroutine) => sum + goroutine.states, 0);
  const { goroutines: all, calls: allCalls, states: allStates, deepest } = collector;
  return {
    goroutines,
    ...(complete ? { minimum: 0, calls: events / 2 - stays, states: stays } : longest(lengths, budget.events / 2)),
    depth: budget.depth,
    hidden,
    whole: { goroutines: all, calls: allCalls, states: allStates, depth: deepest },
  };
}

/** What does not fit, one sentence each; empty if everything fits. */
export function leftOut({ goroutines, minimum, depth, calls, states, whole }: Fit): string[] {
  const sentences: string[] = [];
  if (goroutines.length < whole.goroutines) {
    const most = formatCount(goroutines.length);
    sentences.push(`only the ${most} goroutines with the most time, of ${formatCount(whole.goroutines)}`);
  }
  if (whole.depth > depth) {
    sentences.push(`only ${formatNumberOf(depth, "level")} of calls, of ${formatCount(whole.depth)}`);
  }
  const what = whole.states > 0 ? "calls and states" : "calls";
  if (minimum > 0) sentences.push(`only ${what} of at least ${formatDuration(minimum)}`);
  if (sentences.length > 0) {
    const stays =
      whole.states > 0
        ? ` and ${formatCount(whole.states - states)} of ${formatNumberOf(whole.states, "stay")} in states`
        : "";
    sentences.push(
      `${formatCount(whole.calls - calls)} of ${formatNumberOf(whole.calls, "call")}${stays} are left out`,
    );
  }
  return sentences;
}

/** Computes which stays of goroutines without calls fit. @returns the length of the shortest, and what is left out */
export function fitStates(
  goroutines: readonly { readonly goid: number }[],
  statesOf: StateLengths,
  events: number,
): { minimum: number; leftOut: string[] } {
  const lengths = new Lengths();
  for (const { goid } of goroutines) statesOf({ process: 0, goid }, (length) => lengths.states.record(length));
  const { count } = lengths.states;
  if (2 * count <= events) return { minimum: 0, leftOut: [] };
  const { minimum, states } = longest(lengths, events / 2);
  return {
    minimum,
    leftOut: [
      `only states of at least ${formatDuration(minimum)}: ${formatCount(count - states)} of ${formatNumberOf(count, "stay")} are left out`,
    ],
  };
}

/** Durations of calls, and of stays in states. */
class Lengths {
  readonly calls = new Histogram();
  readonly states = new Histogram();
}

/** The smallest threshold (a bucket bound) that keeps at most `most` calls and stays, and the numbers that it keeps. */
function longest({ calls, states }: Lengths, most: number): { minimum: number; calls: number; states: number } {
  const all = new Histogram();
  all.merge(calls);
  all.merge(states);
  let kept = 0;
  let minimum = all.max + 1;
  for (const { low, count } of [...all.buckets()].reverse()) {
    if (kept + count > most) break;
    kept += count;
    minimum = low;
  }
  let stays = 0;
  for (const { low, count } of states.buckets()) if (low >= minimum) stays += count;
  return { minimum, calls: kept - stays, states: stays };
}

/** The duration that is compared to the threshold, in whole nanoseconds. */
export function lengthOf(start: number, end: number): number {
  return Math.max(0, Math.round(end - start));
}

class BudgetCollector implements CallVisitor {
  readonly lengths = new Lengths();
  goroutines = 0;
  calls = 0;
  states = 0;
  deepest = 0;
  private ordinal = -1;
  private depth = 0;
  private events = 0;
  private time = 0;
  private node = 0;
  private start = 0;
  private last = 0;
  private candidates: FittingGoroutine[] = [];

  constructor(
    private readonly budget: EventBudget,
    private readonly statesOf: StateLengths,
  ) {}

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
      this.lengths.calls.record(lengthOf(start, time));
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
    const goroutine = { ordinal, process, goid, node, start, end: last, time };
    let states = 0;
    this.statesOf(goroutine, (length) => {
      states++;
      this.lengths.states.record(length);
    });
    this.states += states;
    this.candidates.push({ ...goroutine, events: events + 2 * states, states });
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

/** The distribution of durations on some goroutines. */
function lengthsOf(
  recording: Recording,
  goroutines: readonly FittingGoroutine[],
  limit: number,
  statesOf: StateLengths,
): Lengths {
  const lengths = new Lengths();
  for (const goroutine of goroutines) statesOf(goroutine, (length) => lengths.states.record(length));
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
      if (depth-- <= limit && counts) lengths.calls.record(lengthOf(start, time));
    },
  });
  return lengths;
}
