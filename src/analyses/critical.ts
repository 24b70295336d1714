/**
 * The critical path to the end of a task or a goroutine: the one chain of activities without gaps that, had any of them
 * been shorter, would have let it end earlier.
 *
 * Walked back from the end: while a goroutine runs, is runnable or in a syscall, that is the path; where it waits, the
 * path goes over to the goroutine that woke it, and where it was created, to its creator. Waits that no goroutine of the
 * program ended (timers, network, the collector) are on the path themselves. Here it is done forwards, in one pass: each
 * goroutine carries the path up to its present interval as a list that shares what came before with others.
 */
import { type Frame, NONE, type StackTable, type TraceEvent } from "../exectrace/index.js";
import { Activity, type GoroutineInfo, type Interval } from "./interval.js";
import type { Intervals } from "./intervals.js";

export type PathActivity = "running" | "runnable" | "waiting" | "syscall";

export interface PathStep {
  readonly goroutine: number;
  readonly function: string;
  readonly activity: PathActivity;
  /** Waiting, runnable: why. */
  readonly reason: string;
  /** Running: where it stopped, or what it did for the next step. Else where it had stopped. */
  readonly stack: readonly Frame[];
  readonly begin: number;
  readonly end: number;
}

export interface CriticalPath {
  /** The begin of the span; later where the path leads to a goroutine that nobody's work started, such as a timer's. */
  readonly begin: number;
  readonly end: number;
  /** Sums over the whole path by function, activity, reason and stack, largest first; they add up to end − begin. */
  readonly parts: readonly {
    readonly function: string;
    readonly activity: PathActivity;
    readonly reason: string;
    readonly stack: readonly Frame[];
    readonly count: number;
    readonly total: number;
  }[];
  /** The last steps in order of time, without gaps up to the end; at least the last 4096 if there are more. */
  readonly steps: readonly PathStep[];
  /** Steps before them, which are only in `parts`. */
  readonly omitted: number;
}

interface Step {
  readonly goroutine: number;
  readonly function: string;
  readonly activity: Activity;
  readonly reason: string;
  readonly stack: number;
  readonly begin: number;
  readonly end: number;
}

/** Sums of steps that are no longer kept one by one. */
interface Prefix {
  readonly sums: ReadonlyMap<string, Sum>;
  readonly steps: number;
  readonly begin: number;
}

interface Sum {
  readonly step: Step;
  readonly count: number;
  readonly total: number;
}

interface Node {
  readonly step: Step;
  readonly before: Node | undefined;
  readonly prefix: Prefix | undefined;
  /** Steps from the prefix to this one. */
  readonly depth: number;
}

/** Steps that are kept one by one; twice as many at most. */
const KEPT = 4096;
const NAMES = ["", "running", "runnable", "waiting", "syscall"] as const;

/** Memory: at most 8192 steps for each living goroutine, most of them shared. */
export class CriticalPathFinder {
  /** By slot: the path up to the begin of the open interval. */
  private readonly paths: (Node | undefined)[] = [];
  private found: Node | undefined;
  private done = false;

  /**
   * @param target the goroutine at the end of the path, and the path's span; its `end` is the time of an event at which
   *   the goroutine still lives, or anything beyond the end of the trace
   */
  constructor(
    private readonly intervals: Intervals,
    private readonly target: { readonly goroutine: number; readonly begin: number; readonly end: number },
  ) {
    intervals.onGoroutineBegin((g) => {
      this.paths[g.slot] = undefined;
      if (!g.createdInTrace || this.done) return;
      this.paths[g.slot] = this.through(g.creator, g.begin, g.creatorStack);
    });
    intervals.onInterval((i, g) => {
      if (!this.done && i.end > this.target.begin) this.add(i, g);
    });
  }

  /** Feed every event before the intervals get it. */
  feed(e: TraceEvent): void {
    if (!this.done && e.time >= this.target.end) this.close(e.time);
  }

  /** At the end of the trace, before the intervals are finished. */
  finish(): void {
    if (!this.done) this.close(this.intervals.now);
  }

  /** The path; empty when the goroutine did not live at the end of the span. */
  result(stacks: StackTable): CriticalPath {
    const steps: Step[] = [];
    let prefix: Prefix | undefined;
    for (let node = this.found; node; node = node.before) {
      steps.push(node.step);
      prefix = node.prefix;
    }
    steps.reverse();
    const sums = new Map(prefix?.sums);
    for (const step of steps) addTo(sums, step);
    const shown = (step: Step) => ({
      function: step.function,
      activity: NAMES[step.activity] as PathActivity,
      reason: step.reason,
      stack: stacks.frames(step.stack),
    });
    return {
      begin: prefix?.begin ?? steps[0]?.begin ?? this.target.begin,
      end: steps.at(-1)?.end ?? this.target.begin,
      parts: [...sums.values()]
        .sort((a, b) => b.total - a.total)
        .map(({ step, count, total }) => ({ ...shown(step), count, total })),
      steps: steps.map((step) => ({ goroutine: step.goroutine, ...shown(step), begin: step.begin, end: step.end })),
      omitted: prefix?.steps ?? 0,
    };
  }

  private add(i: Interval, g: GoroutineInfo): void {
    const { slot } = g;
    if (i.activity === Activity.Waiting && !i.cutEnd) {
      const through = this.through(i.waker, i.end, i.wakerStack);
      if (through) {
        this.paths[slot] = through;
        return;
      }
    }
    const begin = Math.max(i.begin, this.target.begin);
    const { activity, reason, end } = i;
    const stack = i.stopStack || i.stack;
    const step = { goroutine: g.id, function: g.startFunction, activity, reason, stack, begin, end };
    this.paths[slot] = append(this.paths[slot], step);
  }

  /** The path up to a moment in which a goroutine of the program, at a place, does something for another. */
  private through(id: number, time: number, stack: number): Node | undefined {
    if (id === NONE || time <= this.target.begin) return undefined;
    const g = this.intervals.goroutine(id);
    return g && !g.system ? this.upTo(g, time, stack) : undefined;
  }

  private upTo(g: GoroutineInfo, time: number, at: number): Node | undefined {
    const open = this.intervals.open(g);
    const begin = Math.max(open.begin, this.target.begin);
    const before = this.paths[g.slot];
    if (time <= begin) return before;
    const { activity, reason } = open;
    const stack = at || open.stack;
    return append(before, {
      goroutine: g.id,
      function: g.startFunction,
      activity,
      reason,
      stack,
      begin,
      end: time,
    });
  }

  private close(time: number): void {
    this.done = true;
    const g = this.intervals.goroutine(this.target.goroutine);
    if (g) this.found = this.upTo(g, Math.min(time, this.target.end), 0);
    this.paths.length = 0;
  }
}

function append(before: Node | undefined, step: Step): Node {
  if (!before) return { step, before: undefined, prefix: undefined, depth: 1 };
  if (before.depth < 2 * KEPT) return { step, before, prefix: before.prefix, depth: before.depth + 1 };
  return { step, ...folded(before) };
}

/** Folds all but the last steps of a path into its prefix. */
function folded(path: Node): { before: Node; prefix: Prefix; depth: number } {
  const kept: Step[] = [];
  let node: Node | undefined = path;
  for (let i = 0; i < KEPT && node; i++, node = node.before) kept.push(node.step);
  const sums = new Map(path.prefix?.sums);
  let steps = path.prefix?.steps ?? 0;
  let begin = path.step.begin;
  for (; node; node = node.before) {
    addTo(sums, node.step);
    steps++;
    begin = node.step.begin;
  }
  begin = path.prefix?.begin ?? begin;
  const prefix = { sums, steps, begin };
  let before: Node | undefined;
  for (let i = kept.length - 1; i >= 0; i--) {
    before = { step: kept[i]!, before, prefix, depth: (before?.depth ?? 0) + 1 };
  }
  return { before: before!, prefix, depth: kept.length + 1 };
}

function addTo(sums: Map<string, Sum>, step: Step): void {
  const key = `${step.activity} ${step.stack} ${step.reason}\0${step.function}`;
  const sum = sums.get(key);
  const total = step.end - step.begin;
  sums.set(key, sum ? { step, count: sum.count + 1, total: sum.total + total } : { step, count: 1, total });
}
