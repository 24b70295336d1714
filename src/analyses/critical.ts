/**
 * The critical path to the end of a task or a goroutine: one chain of activities without gaps that says what it waited
 * for.
 *
 * Walked back from the end: while a goroutine runs, is runnable or in a syscall, that is the path; where it waits, the
 * path goes over to the goroutine that woke it, and where it was created, to its creator. Waits that no goroutine of the
 * program ended (timers, network, the collector) are on the path themselves.
 *
 * What the path finds there explains a wait of goroutine g as far as it lies within that wait. Where it is older, it may
 * have nothing to do with g: the reader of a connection that is kept alive has waited since the last request, a worker is
 * busy with other work. So the path goes back to g at the moment its wait began, unless the other worked then
 * because of g or of what g had been waiting for: work that it started.
 *
 * Here it is done forwards, in one pass: each goroutine carries the path up to its present interval as a list that shares
 * what came before with others.
 */
import { type Frame, NONE, type StackTable, type TraceEvent } from "../exectrace/index.js";
import { Activity, type GoroutineInfo, type Interval } from "./interval.js";
import type { Intervals } from "./intervals.js";

type PathActivity = "running" | "runnable" | "waiting" | "syscall";

interface PathStep {
  readonly goroutine: number;
  readonly function: string;
  readonly activity: PathActivity;
  /** Waiting, runnable: why. */
  readonly reason: string;
  /**
   * Running: where it stopped, or what it did for the next step; where it had been preempted, that place, because it
   * certainly was at work there. Else where it had stopped.
   */
  readonly stack: readonly Frame[];
  readonly begin: number;
  readonly end: number;
}

export interface CriticalPath {
  /** The begin of the span; later where the path leads to a goroutine that no other one's work started, such as a timer's. */
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
  /** Its start function may become known later. */
  readonly g: GoroutineInfo;
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
  /** The first step of the whole path: paths that part from a common beginning share it. */
  readonly origin: Step;
  /** Steps from the prefix to this one. */
  readonly depth: number;
  /** A node further back, so that a time is found in few steps (Myers, "An applicative random-access stack", 1983). */
  readonly jump: Node | undefined;
}

/** Steps that are kept one by one; twice as many at most. */
const KEPT = 4096;
const NAMES = ["", "running", "runnable", "waiting", "syscall"] as const;

/** Memory: at most 8192 steps for each living goroutine, most of them shared. Time: of a wait, the steps within it. */
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
    const sums = new Map<string, Sum>();
    for (const sum of prefix?.sums.values() ?? []) addTo(sums, sum);
    for (const step of steps) addTo(sums, single(step));
    const shown = (step: Step) => ({
      function: step.g.startFunction,
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
      steps: steps.map((step) => ({ goroutine: step.g.id, ...shown(step), begin: step.begin, end: step.end })),
      omitted: prefix?.steps ?? 0,
    };
  }

  private add(i: Interval, g: GoroutineInfo): void {
    const { slot } = g;
    if (i.activity === Activity.Waiting && !i.cutEnd) {
      const through = this.through(i.waker, i.end, i.wakerStack);
      if (through) {
        this.paths[slot] = i.begin > this.target.begin ? within(through, i.begin, this.paths[slot]) : through;
        return;
      }
    }
    const begin = Math.max(i.begin, this.target.begin);
    const { activity, reason, end } = i;
    const stack = this.place(g, i.stopStack, i.stack);
    this.paths[slot] = append(this.paths[slot], { g, activity, reason, stack, begin, end });
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
    const stack = this.place(g, at, open.stack);
    return append(before, { g, activity, reason, stack, begin, end: time });
  }

  /** Where a goroutine was in its present interval. @param stop where it stopped, 0 unknown @param start where it went on */
  private place(g: GoroutineInfo, stop: number, start: number): number {
    const last = this.paths[g.slot]?.step;
    const wasPreempted = last?.g === g && last.activity === Activity.Runnable && last.reason === "preempted";
    return wasPreempted && start ? start : stop || start;
  }

  private close(time: number): void {
    this.done = true;
    const g = this.intervals.goroutine(this.target.goroutine);
    if (g) this.found = this.upTo(g, Math.min(time, this.target.end), 0);
    this.paths.length = 0;
  }
}

function append(before: Node | undefined, step: Step): Node {
  if (!before) return after(undefined, step, undefined, step);
  const kept = before.depth < 2 * KEPT ? before : folded(before);
  return after(kept, step, kept.prefix, kept.origin);
}

function after(before: Node | undefined, step: Step, prefix: Prefix | undefined, origin: Step): Node {
  const depth = (before?.depth ?? 0) + 1;
  const far = before?.jump;
  const isFar = far?.jump && before!.depth - far.depth === far.depth - far.jump.depth;
  return { step, before, prefix, origin, depth, jump: isFar ? far.jump : before };
}

/**
 * The path of a waker, for a goroutine that waited since `time` and whose own path up to then is `own`: what is older than
 * the wait is the waker's only if it runs then, on a path that began with the goroutine's own.
 */
function within(path: Node, time: number, own: Node | undefined): Node {
  let node: Node | undefined = path;
  while (node && node.step.begin >= time) node = node.jump && node.jump.step.begin >= time ? node.jump : node.before;
  if (!node || !own || node.step.end <= time) return path;
  if (node.step.activity !== Activity.Waiting && isSame(path.origin, own.origin)) return path;
  const steps: Step[] = [];
  for (let one: Node | undefined = path; one && one !== node; one = one.before) steps.push(one.step);
  let result = append(own, { ...node.step, begin: time });
  for (let i = steps.length - 1; i >= 0; i--) result = append(result, steps[i]);
  return result;
}

/** Whether two steps are of the same interval, as far as it went. */
function isSame(a: Step, b: Step): boolean {
  return a.g === b.g && a.begin === b.begin;
}

/** Folds all but the last steps of a path into its prefix. */
function folded(path: Node): Node {
  const kept: Step[] = [];
  let node: Node | undefined = path;
  for (let i = 0; i < KEPT && node; i++, node = node.before) kept.push(node.step);
  const sums = new Map(path.prefix?.sums);
  let steps = path.prefix?.steps ?? 0;
  let begin = path.step.begin;
  for (; node; node = node.before) {
    addTo(sums, single(node.step));
    steps++;
    begin = node.step.begin;
  }
  begin = path.prefix?.begin ?? begin;
  const prefix = { sums, steps, begin };
  let before: Node | undefined;
  for (let i = kept.length - 1; i >= 0; i--) before = after(before, kept[i], prefix, path.origin);
  return before!;
}

function single(step: Step): Sum {
  return { step, count: 1, total: step.end - step.begin };
}

/** Goroutines whose start function is not known yet are summed up alone. */
function addTo(sums: Map<string, Sum>, { step, count, total }: Sum): void {
  const { g, activity, stack, reason } = step;
  const key = `${activity} ${stack} ${reason}\0${g.startFunction || g.id}`;
  const sum = sums.get(key);
  sums.set(key, sum ? { step, count: sum.count + count, total: sum.total + total } : { step, count, total });
}
