/** The selected part of a process, with its derived data. */
import type { PageSection } from "../data/calls.js";
import type { PageStats } from "../data/functions.js";
import { EdgeKind, type Paths } from "../data/paths.js";
import type { TreeStates } from "../data/states.js";
import { type CallTotals, callTotals, type Span } from "../data/totals.js";
import { type Layout, layOut, type Shown } from "./layout.js";
import type { CallModel, ProcessModel } from "./model.js";
import { busyStates, pathsIn } from "./part-states.js";

/** A part of a process. Derived data is computed on first use. */
export class Part {
  readonly spans: readonly Span[];
  /** The time that counts as 100%, nanoseconds. */
  readonly whole: number;
  /** Functions of tests. */
  readonly #tests: ReadonlySet<number>;
  #totals: CallTotals | undefined;
  readonly #layouts = new Map<string, Layout>();
  #waitingTimes: WaitingTimes | undefined;
  #states: TreeStates | undefined;

  /**
   * @param section the part; undefined for the whole process
   * @param countsWaiting whether the time of goroutines that wait for work counts
   */
  constructor(
    readonly model: CallModel,
    readonly process: ProcessModel,
    readonly section: PageSection | undefined,
    readonly countsWaiting: boolean,
  ) {
    this.spans = section?.spans ?? process.everything;
    this.whole = section?.whole ?? process.info.total;
    const tests = process.info.sections.filter(({ test }) => test);
    this.#tests = new Set(tests.map(({ spans }) => process.paths.func[spans[0][0]]));
  }

  /** Totals by function of the calls in the part. Waiting for work counts if {@link countsWaiting}. */
  get totals(): CallTotals {
    const { paths, stacks, stats } = this.process;
    this.#totals ??= withoutWaiting(
      this.section ? callTotals(paths, this.model.size, stacks, this.spans) : stats,
      this.process,
      this.waitingTimes,
    );
    return this.#totals;
  }

  /** The waiting time that does not count, by node on the paths to where goroutines wait. */
  get waitingTimes(): WaitingTimes {
    this.#waitingTimes ??= waitingTimesOf(this.process, this.countsWaiting ? [] : this.process.info.waits);
    return this.#waitingTimes;
  }

  /** A node's total without waiting time that does not count, nanoseconds. */
  totalOf(node: number): number {
    return Math.max(0, this.process.paths.total[node] - (this.waitingTimes.total.get(node) ?? 0));
  }

  /** The distribution of call durations; known only for a whole process. */
  get spread(): PageStats | undefined {
    return this.section ? undefined : this.process.stats;
  }

  /** Whether a node belongs to the part. */
  has(node: number): boolean {
    return this.spans.some(([begin, end]) => node >= begin && node < end);
  }

  /** The states of paths without waiting for work that does not count; undefined if the run recorded none. */
  get states(): TreeStates | undefined {
    const { states, paths, info } = this.process;
    this.#states ??= states && busyStates(states.paths, paths, this.countsWaiting ? [] : info.waits);
    return this.#states;
  }

  /** The paths; with some states only their times in these, without waiting for work that does not count. */
  paths(states?: readonly number[]): Paths {
    const { paths } = this.process;
    return states && this.states ? pathsIn(paths, this.states, states) : paths;
  }

  layout({ weight, order, states }: Shown): Layout {
    const key = `${weight} ${order} ${states ?? ""}`;
    let layout = this.#layouts.get(key);
    if (!layout) {
      const waiting = states ? {} : { waitingTimes: this.waitingTimes };
      layout = layOut(this.paths(states), this.spans, { weight, order, ...waiting });
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  /**
   * The mark before the outermost frame of a goroutine, as in the tree: `go`, or `go~` if untraced code started it;
   * none for tests, which always have their own goroutine.
   * @param top whether its parent is unknown
   */
  spawnWord(edge: number, top: boolean, func: number): string {
    if (edge === EdgeKind.call || this.#tests.has(func)) return "";
    return edge === EdgeKind.exact || top ? "go " : "go~ ";
  }

  /** The node of a function with the longest total; 0 if it has none in the part. */
  longest(func: number): number {
    const { paths } = this.process;
    let found = 0;
    for (const [begin, end] of this.spans) {
      for (let node = begin; node < end; node++) {
        if (paths.func[node] === func && (found === 0 || this.totalOf(node) > this.totalOf(found))) found = node;
      }
    }
    return found;
  }
}

/**
 * Time that does not count, nanoseconds: in `total` for all nodes on the path, in `self` for the node where goroutines
 * wait.
 */
export interface WaitingTimes {
  readonly total: ReadonlyMap<number, number>;
  readonly self: ReadonlyMap<number, number>;
}

function waitingTimesOf({ paths }: ProcessModel, waits: ProcessModel["info"]["waits"]): WaitingTimes {
  const total = new Map<number, number>();
  const self = new Map<number, number>();
  for (const [outermost, innermost, time] of waits) {
    self.set(innermost, time);
    for (let node = innermost; node >= outermost; node = paths.parent[node]) total.set(node, time);
  }
  return { total, self };
}

function withoutWaiting(all: CallTotals, { paths, stacks }: ProcessModel, times: WaitingTimes): CallTotals {
  if (times.total.size === 0) return all;
  const totals = { calls: all.calls, total: all.total.slice(), self: all.self.slice() };
  const take = (column: Float64Array, node: number, time: number) => {
    const func = paths.func[node];
    column[func] = Math.max(0, column[func] - time);
  };
  for (const [node, time] of times.total) if (stacks.outer[node] === 1) take(totals.total, node, time);
  for (const [node, time] of times.self) take(totals.self, node, time);
  return totals;
}
