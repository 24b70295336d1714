/**
 * The critical path to the end of a task or a goroutine: one chain of activities without gaps that says what it waited
 * for.
 *
 * Walked back from the end: while a goroutine runs, is runnable or is in a syscall, that is the path. Where it waits,
 * the path moves to the goroutine that woke it, and where it was created, to its creator. Waits that no goroutine of
 * the program ended (timers, network, the garbage collector) are on the path themselves.
 *
 * What the path finds in a waker explains a wait of goroutine g only as far as it lies within that wait. Older parts
 * may have nothing to do with g: the goroutine that reads a kept-alive connection has waited since the last request, a
 * worker is busy with other work. So the path returns to g at the moment its wait began, unless the waker was running
 * then because of g or of what g had been waiting for, that is, on a path that started with g's own.
 *
 * The code does this forwards, in one pass: each goroutine carries the path up to its present interval, as a list that
 * shares its older part with other paths.
 */
import { type Frame, NONE, type StackTable, type TraceEvent } from "../exectrace/index.js";
import { Activity, type GoroutineInfo, type Interval } from "./interval.js";
import type { Intervals } from "./intervals.js";

type PathActivity = "running" | "runnable" | "waiting" | "syscall";

/** One activity on the path. */
interface PathStep {
  readonly goroutine: number;
  readonly function: string;
  readonly activity: PathActivity;
  /** Waiting, runnable: the reason. */
  readonly reason: string;
  /**
   * Running: where it stopped or woke the next goroutine; if it had been preempted, that place instead, because it was
   * certainly at work there. Other activities: where it had stopped. Leaf first.
   */
  readonly stack: readonly Frame[];
  readonly begin: number;
  readonly end: number;
}

/** The path. Times: ns since the trace's start. */
export interface CriticalPath {
  /** Begin of the span. Later if the path leads to a goroutine that no other one started, such as a timer's. */
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
  /** The last steps in order of time, without gaps up to `end`; at least the last 4096 if there are more. */
  readonly steps: readonly PathStep[];
  /** Number of earlier steps, which are only in `parts`. */
  readonly omitted: number;
}

interface Step {
  /** As an object, because its start function may become known later. */
  readonly g: GoroutineInfo;
  readonly activity: Activity;
  readonly reason: string;
  readonly stack: number;
  readonly begin: number;
  readonly end: number;
}

/** Sums of old steps that are no longer kept one by one. */
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
  /** First step of the whole path. Paths that branch off from a common beginning share it. */
  readonly origin: Step;
  /** Number of steps from the prefix to this one. */
  readonly depth: number;
  /**
   * A node further back, for finding a time in logarithmically many steps (Myers, "An applicative random-access stack",
   * 1983).
   */
  readonly jump: Node | undefined;
}

/** Steps to keep when a path is folded, which happens at twice this number. */
const KEPT = 4096;
const NAMES = ["", "running", "runnable", "waiting", "syscall"] as const;

/**
 * Finds one critical path. Memory: at most 8192 steps for each live goroutine, most of them shared. Time for a wait:
 * the number of steps within it.
 */
export class CriticalPathFinder {
  /** By slot: the path up to the begin of the goroutine's open interval. */
  private readonly paths: (Node | undefined)[] = [];
  private found: Node | undefined;
  private done = false;

  /**
   * Subscribes to the intervals.
   *
   * @param target the goroutine at the end of the path, and the path's span (ns). `end` is the time of an event at
   * which the goroutine is still live, or any time beyond the end of the trace.
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

  /** Feed every event, before the intervals see it. */
  feed(e: TraceEvent): void {
    if (!this.done && e.time >= this.target.end) this.close(e.time);
  }

  /** Closes the path at the end of the trace. Call it before the intervals are finished. */
  finish(): void {
    if (!this.done) this.close(this.intervals.now);
  }

  /** The path; empty if the goroutine was not live at the end of the span. */
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

  /**
   * The path up to the moment at which a goroutine creates or wakes another, at `stack`; undefined if it is not one of
   * the program's, or the moment is before the span.
   */
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

  /**
   * The stack to show for a goroutine's present interval. @param stop where it stopped, 0: unknown @param start where
   * it went on
   */
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
 * Limits a waker's path to what explains a wait. A part that is older than the wait stays only if the waker was not
 * waiting then and its path began with the goroutine's own; otherwise that part is replaced by the goroutine's own
 * path.
 *
 * @param path of the waker, up to the wake-up
 * @param time when the wait began
 * @param own path of the waiting goroutine up to `time`
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

/** Whether two steps belong to the same interval, which may have grown in between. */
function isSame(a: Step, b: Step): boolean {
  return a.g === b.g && a.begin === b.begin;
}

/** Folds all but the last KEPT steps of a path into its prefix. */
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

/** Adds to the sums. Goroutines whose start function is not known yet are summed up separately. */
function addTo(sums: Map<string, Sum>, { step, count, total }: Sum): void {
  const { g, activity, stack, reason } = step;
  const key = `${activity} ${stack} ${reason}\0${g.startFunction || g.id}`;
  const sum = sums.get(key);
  sums.set(key, sum ? { step, count: sum.count + count, total: sum.total + total } : { step, count, total });
}
