/** Lists single calls of chosen functions: the slowest, the first, the last or the n-th. */
import { Best } from "../base/best.js";
import { matching } from "../base/names.js";
import {
  type CallForest,
  type CallStates,
  type CallVisitor,
  Ending,
  type FunctionInfo,
  formatCallId,
  type Goroutine,
  type Owners,
  ownersOf,
  timeIn,
} from "../calltree/index.js";
import { pathOf } from "./paths.js";
import { type StateSums, stateSums } from "./state-sums.js";

/** Which calls to list. All choices but `slowest` order calls by their start on the wall clock, across processes. */
export type Choice =
  | { readonly kind: "slowest" | "first" | "last"; readonly count: number }
  /** The `count`-th call by start. */
  | { readonly kind: "nth"; readonly count: number };

export interface ListingOptions {
  readonly choice: Choice;
  /** The states whose time counts instead of the duration; only for the choice `slowest`. */
  readonly by?: readonly number[] | undefined;
  /** Least duration, nanoseconds. */
  readonly minimum?: number;
  /** Deepest level; outermost calls are level 1. */
  readonly depth?: number;
}

/** One call; times in nanoseconds, as measured. */
export interface CallRecord {
  readonly function: FunctionInfo;
  /** The path in the call tree: callers, outermost first, then the function itself. */
  readonly path: readonly string[];
  /** Of a request that middleware passed on: the path to its handler. */
  readonly handler: readonly string[] | undefined;
  /** Of a task of runtime/trace: its type. Function and path are those of the call in which it began, and self has no states. */
  readonly task?: string;
  readonly goroutine: number;
  /** Its number on the goroutine, and both as its id; 0 and undefined for what is not a single call. */
  readonly number: number;
  readonly id: string | undefined;
  /** Index into the processes of the forest. */
  readonly process: number;
  readonly pid: number;
  /** The test it belongs to. */
  readonly test: string | undefined;
  /** Since the start of the process. */
  readonly start: number;
  /** Since 1970; a float64 rounds it to a multiple of 256. */
  readonly wall: number;
  readonly duration: number;
  readonly self: number;
  /** Whether it began before the trace of a ring reaches, or while recording was paused: then its times are those since then. */
  readonly isCut: boolean;
  readonly end: keyof typeof Ending;
  /** How duration and self time divide into states; undefined without an execution trace. */
  readonly states: StateSums | undefined;
  /** Traced calls beneath it on its goroutine. */
  readonly calls: number;
}

/** The listed calls. */
export interface Listing {
  readonly choice: Choice;
  /** The states whose time decided which calls are the slowest; undefined for their durations. */
  readonly by: readonly number[] | undefined;
  /** Number of calls to choose from. */
  readonly calls: number;
  /** Calls of these functions that `minimum` and `depth` left out. */
  readonly leftOut: number;
  /** Slowest first, or in the order in which they began. */
  readonly records: readonly CallRecord[];
}

/** A call that may be listed. */
export interface Candidate {
  readonly process: number;
  readonly goid: number;
  /** Of the call on its goroutine; 0 for what is not a single call. */
  readonly number: number;
  readonly node: number;
  /** Of a request: the node of its handler. */
  readonly handler?: number;
  readonly start: number;
  readonly wall: number;
  readonly duration: number;
  /** The duration, or what of it counts. */
  readonly time: number;
  readonly self: number;
  readonly how: Ending;
  readonly calls: number;
  /** Whether it began before `start`, while recording was paused. */
  readonly isLate?: boolean;
  /** Set when the candidate is kept. */
  states: StateSums | undefined;
}

const byStart = (a: Candidate, b: Candidate) => a.wall - b.wall || a.process - b.process || a.start - b.start;
const ORDERS: Readonly<Record<Choice["kind"], (a: Candidate, b: Candidate) => number>> = {
  slowest: (a, b) => b.time - a.time || byStart(a, b),
  first: byStart,
  nth: byStart,
  last: (a, b) => byStart(b, a),
};
const NAMES = Object.fromEntries(Object.entries(Ending).map(([name, how]) => [how, name])) as Readonly<
  Record<Ending, keyof typeof Ending>
>;

/** Picks calls in one walk. Memory: the open calls and the requested number of calls. */
export class CallLister implements CallVisitor {
  private readonly best: Best<Candidate>;
  private readonly asked: readonly boolean[];
  private goroutine: Goroutine | undefined;
  private func: ArrayLike<number> = [];
  private depth: ArrayLike<number> = [];
  private wall = 0;
  private calls = 0;
  private leftOut = 0;

  /** @param matches selects functions by name */
  constructor(
    private readonly forest: CallForest,
    matches: (name: string) => boolean,
    private readonly options: ListingOptions,
  ) {
    this.asked = matching(
      forest.functions.map(({ name }) => name),
      matches,
    );
    this.best = new Best(options.choice.count, ORDERS[options.choice.kind]);
  }

  begin(goroutine: Goroutine): void {
    const { info, tree } = this.forest.processes[goroutine.process];
    this.goroutine = goroutine;
    this.func = tree.func;
    this.depth = tree.depth;
    this.wall = info.startWall;
  }

  exit(
    node: number,
    start: number,
    time: number,
    self: number,
    how: Ending,
    calls: number,
    states: CallStates | undefined,
    number: number,
    isLate: boolean,
  ): void {
    const { by, minimum = 0, depth = Number.POSITIVE_INFINITY } = this.options;
    if (!this.asked[this.func[node]]) return;
    const duration = time - start;
    const counted = by === undefined ? duration : timeIn(by, states?.total ?? []);
    if (counted < minimum || this.depth[node] > depth) {
      this.leftOut++;
      return;
    }
    this.calls++;
    const { process, goid } = this.goroutine!;
    const candidate: Candidate = {
      ...{ process, goid, number, node, start, duration, self, how, calls, isLate },
      wall: this.wall + start,
      time: counted,
      states: undefined,
    };
    offer(this.best, candidate, states);
  }

  /** The picked calls. */
  listing(): Listing {
    const { calls, leftOut } = this;
    const { choice, by } = this.options;
    const picked = this.best.sorted();
    const shown =
      choice.kind === "nth" ? picked.slice(choice.count - 1) : choice.kind === "last" ? picked.reverse() : picked;
    const tests = new Map<number, Owners>();
    return { choice, by, calls, leftOut, records: shown.map((candidate) => recordOf(this.forest, candidate, tests)) };
  }
}

/** Keeps a call if it is among the best. Its states are valid only now, and are copied only then. */
export function offer(best: Best<Candidate>, candidate: Candidate, states: CallStates | undefined): void {
  if (!best.takes(candidate)) return;
  if (states !== undefined) candidate.states = stateSums(candidate.self, candidate.duration, states);
  best.add(candidate);
}

/** A call as it is listed. @param tests by process, what has been looked up; added to */
export function recordOf(
  { functions, processes }: CallForest,
  {
    process,
    goid,
    number,
    node,
    handler = node,
    start,
    wall,
    duration,
    self,
    how,
    calls,
    states,
    isLate = false,
  }: Candidate,
  tests: Map<number, Owners>,
): CallRecord {
  const { tree, info, reach } = processes[process];
  const owners = tests.get(process) ?? ownersOf(tree, functions);
  tests.set(process, owners);
  return {
    function: functions[tree.func[node]],
    path: pathOf(functions, tree, node),
    handler: handler === node ? undefined : pathOf(functions, tree, handler),
    goroutine: goid,
    number,
    id: goid === 0 || number === 0 ? undefined : formatCallId({ processes }, { process, goid, number }),
    process,
    pid: info.pid,
    test: owners.names[owners.of[node]],
    start,
    wall,
    duration,
    self,
    isCut: isLate || start === reach,
    end: NAMES[how],
    calls,
    states,
  };
}
