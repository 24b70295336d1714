/** Requests: calls of root functions, each with all that it called on its goroutine. */

import { Best } from "../base/best.js";
import { grown } from "../base/columns.js";
import { matching } from "../base/names.js";
import {
  type CallStates,
  type CallVisitor,
  EdgeKind,
  type Ending,
  type Goroutine,
  isTestFunction,
  type Owners,
  type Recording,
  STATES,
} from "../calltree/index.js";
import { Dispatch } from "./dispatch.js";
import { Durations, type Spread } from "./durations.js";
import { type CallRecord, type Candidate, recordOf } from "./listing.js";
import { stateSums } from "./state-sums.js";

/** How root calls are found. */
export type RootKind =
  /** Functions of a name: their outermost calls. */
  | { readonly kind: "named"; readonly matches: (name: string) => boolean }
  /** Handlers: outermost traced calls on goroutines of a server that the module does not own. */
  | { readonly kind: "handlers" }
  /** Tests and subtests. */
  | { readonly kind: "tests" };

/**
 * The requests of one root function; times in nanoseconds. Where middleware passes requests on to handlers, each handler
 * counts as a root, with the times of the outermost calls.
 */
export interface RootStats extends Spread {
  /** An index into the functions of the forest. */
  readonly func: number;
  readonly name: string;
  readonly count: number;
  /**
   * Mean times in each state, by index into STATES, of the slowest tenth and of the others; undefined without an
   * execution trace, or with fewer than {@link COMPARED_MIN} requests.
   */
  readonly slow: readonly number[] | undefined;
  readonly usual: readonly number[] | undefined;
}

export interface Requests {
  /** Most time first. */
  readonly roots: readonly RootStats[];
  /** The slowest requests of all roots. */
  readonly slowest: readonly CallRecord[];
  readonly count: number;
  /** Whether the goroutines of servers were told by guess, because there is no execution trace. */
  readonly guessed: boolean;
}

/** Slow requests are compared with others from this number on. */
const COMPARED_MIN = 10;
/** The most requests of a root whose states are kept for that: those that ended first. */
const KEPT_MAX = 1 << 18;

class Root {
  readonly durations = new Durations();
  total = 0;
  kept = 0;
  duration = new Float64Array(16);
  states = new Float64Array(16 * STATES.length);

  add(duration: number, states: CallStates | undefined): void {
    this.durations.record(duration);
    this.total += duration;
    if (states === undefined || this.kept === KEPT_MAX) return;
    const at = this.kept++;
    this.duration = grown(this.duration, this.kept);
    this.states = grown(this.states, this.kept * STATES.length);
    this.duration[at] = duration;
    this.states.set(states.total, at * STATES.length);
  }

  /** Mean states of some of the kept requests. */
  mean(requests: ArrayLike<number>): number[] {
    const sums = STATES.map(() => 0);
    for (let i = 0; i < requests.length; i++) {
      const at = requests[i] * STATES.length;
      for (let state = 0; state < STATES.length; state++) sums[state] += this.states[at + state];
    }
    return sums.map((sum) => sum / requests.length);
  }
}

/** Collects requests in one walk. Memory: 100 bytes for each request that is kept. */
export class RequestCollector implements CallVisitor {
  private readonly roots = new Map<number, Root>();
  private readonly best: Best<Candidate>;
  /** By function. */
  private readonly isNamed: readonly boolean[];
  private readonly isTestFunction: readonly boolean[];
  private goroutine!: Goroutine;
  private func: ArrayLike<number> = [];
  private wall = 0;
  private tests: ReadonlyMap<number, string> = new Map();
  private serves = false;
  private depth = 0;
  /** Level of the open request, -1 for none. */
  private open = -1;
  /** By process, if it has been visited, and that of the goroutine. */
  private readonly dispatches: (Dispatch | undefined)[] = [];
  private dispatch!: Dispatch;
  private count = 0;
  private guessed = false;

  /**
   * @param slowest how many of the slowest requests to list
   * @param found called with each request as it ends, and its number on its goroutine
   */
  constructor(
    private readonly recording: Recording,
    private readonly root: RootKind,
    slowest: number,
    private readonly found?: (request: Candidate, number: number) => void,
  ) {
    const { functions } = recording.forest;
    const names = functions.map(({ name }) => name);
    this.isNamed = matching(names, root.kind === "named" ? root.matches : () => false);
    this.isTestFunction = matching(names, isTestFunction);
    this.best = new Best<Candidate>(slowest, (a, b) => b.duration - a.duration || a.wall - b.wall);
  }

  begin(goroutine: Goroutine): void {
    const { info, tree } = this.recording.forest.processes[goroutine.process];
    this.goroutine = goroutine;
    this.func = tree.func;
    this.wall = info.startWall;
    this.depth = 0;
    this.open = -1;
    this.tests = tree.tests;
    this.dispatch = this.dispatches[goroutine.process] ??= new Dispatch(tree);
    this.serves = this.root.kind === "tests" || (this.root.kind === "handlers" && this.isServer(goroutine));
  }

  enter(node: number): void {
    const level = this.depth++;
    if (this.open >= 0) {
      this.dispatch.enter(node);
    } else if (this.isRoot(node)) {
      this.open = level;
      this.dispatch.begin(node);
    }
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
  ): void {
    if (--this.depth !== this.open) return;
    this.open = -1;
    this.count++;
    const duration = time - start;
    const handler = this.root.kind === "handlers" ? this.dispatch.handler : node;
    const root = this.roots.get(this.func[handler]) ?? new Root();
    this.roots.set(this.func[handler], root);
    root.add(duration, states);
    const { process, goid } = this.goroutine;
    const candidate: Candidate = {
      ...{ process, goid, node, handler, start, duration, self, how, calls },
      wall: this.wall + start,
      time: duration,
      states: undefined,
    };
    this.found?.(candidate, number);
    if (!this.best.takes(candidate)) return;
    if (states !== undefined) {
      candidate.states = stateSums(self, duration, states);
    }
    this.best.add(candidate);
  }

  /** The requests. Call it after the walk. */
  requests(): Requests {
    const { forest } = this.recording;
    const tests = new Map<number, Owners>();
    const roots = [...this.roots].sort(([, a], [, b]) => b.total - a.total);
    return {
      roots: roots.map(([func, root]) => statsOf(func, forest.functions[func].name, root)),
      slowest: this.best.sorted().map((candidate) => recordOf(forest, candidate, tests)),
      count: this.count,
      guessed: this.guessed,
    };
  }

  /** Whether a goroutine is one of a server: by the function it started with, or else, by guess, if untraced code started it. */
  private isServer({ process, goid, edge }: Goroutine): boolean {
    const known = this.recording.servesRequests(process, goid);
    if (known !== undefined) return known;
    this.guessed = true;
    return edge === EdgeKind.indirect || edge === EdgeKind.approximate;
  }

  private isRoot(node: number): boolean {
    const func = this.func[node];
    if (this.root.kind === "named") return this.isNamed[func];
    const isTest = this.isTestFunction[func] || this.tests.has(node);
    return this.serves && isTest === (this.root.kind === "tests");
  }
}

function statsOf(func: number, name: string, root: Root): RootStats {
  const order = Uint32Array.from({ length: root.kept }, (_, request) => request).sort(
    (a, b) => root.duration[b] - root.duration[a],
  );
  const slow = Math.ceil(root.kept / 10);
  const isCompared = root.kept >= COMPARED_MIN;
  return {
    func,
    name,
    count: root.durations.count,
    ...root.durations.spread(),
    slow: isCompared ? root.mean(order.subarray(0, slow)) : undefined,
    usual: isCompared ? root.mean(order.subarray(slow)) : undefined,
  };
}
