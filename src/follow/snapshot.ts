/** What followed processes do now: plain data, for a terminal, scripts and monitoring. */
import { Histogram } from "../base/histogram.js";
import type { Follower } from "./follower.js";
import type { GoroutineStack } from "./goroutine-stack.js";

/** A function within the window; times in nanoseconds. */
export interface FunctionNow {
  readonly name: string;
  /** Calls that ended in the window, and those of them that ended by a panic. */
  readonly calls: number;
  readonly panics: number;
  /** The time that passed in its calls within the window; recursion counts once in the total. */
  readonly self: number;
  readonly total: number;
  /** Sum of the whole durations of the calls that ended in the window. */
  readonly duration: number;
  /** Of the calls that ended in the window, off by at most 0.8 %; undefined if none ended. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly max: number | undefined;
  /**
   * By state: nanoseconds a second in which its calls themselves did not run, of the latest time for which that is known;
   * undefined where no states are recorded.
   */
  readonly waits: ReadonlyMap<string, number> | undefined;
}

/** Calls that are open on the same path. */
interface InFlight {
  readonly pid: number;
  /** From the outermost function whose calls return to the innermost one; the whole stack if none has returned yet. */
  readonly path: readonly string[];
  readonly count: number;
  /** Nanoseconds since the oldest of them began, and its goroutine. */
  readonly age: number;
  readonly goroutine: number;
  /** What that goroutine waits for, as of a second or two ago; undefined if it ran since, or nothing is known. */
  readonly state: string | undefined;
  /** False if no function of the path ever returned, such as main and loops that wait for work. */
  readonly returns: boolean;
}

/** The open goroutines whose outermost calls are of one function. */
interface GoroutinesNow {
  readonly function: string;
  readonly count: number;
}

export interface ProcessNow {
  readonly pid: number;
  readonly executable: string;
  /** Nanoseconds since its start. */
  readonly age: number;
  readonly hasEnded: boolean;
  /** Whether it has been told to record nothing. */
  readonly isPaused: boolean;
  /** Nanoseconds that its hooks took in the window, at most; undefined if not measured. */
  readonly hooks: number | undefined;
  /** Bytes of its trace. */
  readonly written: number;
  /** Events in the window. */
  readonly events: number;
  /** Why it records no longer, or what could not be read. */
  readonly problem: string | undefined;
}

export interface Snapshot {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Nanoseconds of the window. */
  readonly window: number;
  /** Whether it began with a reset, and goes on. */
  readonly grows: boolean;
  readonly processes: readonly ProcessNow[];
  /** Oldest first; those that never returned last. */
  readonly inFlight: readonly InFlight[];
  /** Most self time first. */
  readonly functions: readonly FunctionNow[];
  /** Most first. */
  readonly goroutines: readonly GoroutinesNow[];
}

/**
 * Sums up the windows of some processes, by the names of functions, and begins new ones.
 * @param time milliseconds since 1970
 * @param length nanoseconds of the window
 * @param ended given if the window goes on after the snapshot: processes that ended in it before, whose calls count
 */
export function takeSnapshot(
  followers: readonly Follower[],
  time: number,
  length: number,
  ended?: readonly Follower[],
): Snapshot {
  const functions = new Map<string, FunctionSum>();
  const goroutines = new Map<string, number>();
  const inFlight: InFlight[] = [];
  const processes = followers.map((follower) => {
    sumFunctions(follower, functions);
    inFlight.push(...openCalls(follower));
    for (const { id } of follower.stacks()) {
      const name = follower.nameOf(id[0]);
      goroutines.set(name, (goroutines.get(name) ?? 0) + 1);
    }
    const process = processNow(follower);
    if (ended === undefined) {
      follower.window.clear(follower.now);
      follower.waits?.clear();
    } else follower.window.goOn(follower.now);
    return process;
  });
  for (const follower of ended ?? []) sumFunctions(follower, functions);
  return {
    time,
    window: length,
    grows: ended !== undefined,
    processes,
    inFlight: inFlight.sort((a, b) => Number(b.returns) - Number(a.returns) || b.age - a.age),
    functions: [...functions].map(([name, sum]) => sum.row(name)).sort((a, b) => b.self - a.self),
    goroutines: [...goroutines].map(([name, count]) => ({ function: name, count })).sort((a, b) => b.count - a.count),
  };
}

/** The functions of a snapshot that match, and the paths through them. */
export function matchingSnapshot(snapshot: Snapshot, matches: (name: string) => boolean): Snapshot {
  return {
    ...snapshot,
    functions: snapshot.functions.filter(({ name }) => matches(name)),
    inFlight: snapshot.inFlight.filter(({ path }) => path.some(matches)),
  };
}

const MISSED = "its ring turns faster than it is read: calls are missing";

function processNow({ info, now, window, written, problem, isPaused }: Follower): ProcessNow {
  const calls = window.calls.reduce((sum, count) => sum + count, 0);
  const stopped = info.stop && `it stopped tracing: ${info.stop.reason}`;
  return {
    pid: info.pid,
    executable: info.executable,
    age: now,
    hasEnded: info.now === undefined,
    isPaused,
    hooks: info.hook && calls * (info.hook.inner + info.hook.outer),
    written,
    events: window.events,
    problem: problem ?? stopped ?? (window.missed > 0 ? MISSED : undefined),
  };
}

/** Sums over the processes that have a function. */
class FunctionSum {
  calls = 0;
  panics = 0;
  self = 0;
  total = 0;
  readonly durations = new Histogram();
  waits: Map<string, number> | undefined;

  row(name: string): FunctionNow {
    const { calls, panics, self, total, durations, waits } = this;
    const quantile = (q: number) => (calls === 0 ? undefined : durations.quantile(q));
    const { sum: duration } = durations;
    const quantiles = { p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) };
    return { name, calls, panics, self, total, duration, ...quantiles, waits };
  }
}

function sumFunctions(follower: Follower, into: Map<string, FunctionSum>): void {
  const { waits } = follower;
  const { calls, panics, self, total, durations } = follower.window;
  for (let id = 0; id < calls.length; id++) {
    if (calls[id] === 0 && total[id] === 0) continue;
    const name = follower.nameOf(id);
    const sum = into.get(name) ?? new FunctionSum();
    into.set(name, sum);
    sum.calls += calls[id];
    sum.panics += panics[id];
    sum.self += self[id];
    sum.total += total[id];
    const own = durations[id];
    if (own !== undefined) sum.durations.merge(own);
    if (waits !== undefined && waits.covered > 0) addWaits(sum, waits.self.get(id), waits.covered);
  }
}

function addWaits(sum: FunctionSum, waits: ReadonlyMap<string, number> | undefined, covered: number): void {
  sum.waits ??= new Map();
  for (const [state, time] of waits ?? []) sum.waits.set(state, (sum.waits.get(state) ?? 0) + (time * 1e9) / covered);
}

/** What a goroutine waits for, if it has had no event since that was known. */
function stateOf({ waits }: Follower, { goid, latest }: GoroutineStack): string | undefined {
  return waits !== undefined && latest <= waits.until ? waits.open.get(goid) : undefined;
}

/** The open calls of a process by path. */
function openCalls(follower: Follower): InFlight[] {
  const { everEnded } = follower.window;
  const groups = new Map<string, { count: number; oldest: GoroutineStack; start: number; level: number }>();
  for (const stack of follower.stacks()) {
    const { id, depth, start } = stack;
    let level = 0;
    while (level < depth && !(everEnded[id[level]] > 0)) level++;
    if (level === depth) level = 0;
    const key = id.subarray(level, depth).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { count: 1, oldest: stack, start: start[level], level });
    else {
      group.count++;
      if (start[level] < group.start) Object.assign(group, { oldest: stack, start: start[level] });
    }
  }
  return [...groups.values()].map(({ count, oldest, start, level }) => ({
    pid: follower.info.pid,
    path: [...oldest.id.subarray(level, oldest.depth)].map((id) => follower.nameOf(id)),
    count,
    age: Math.max(0, follower.now - start),
    goroutine: oldest.goid,
    state: stateOf(follower, oldest),
    returns: everEnded[oldest.id[level]] > 0,
  }));
}
