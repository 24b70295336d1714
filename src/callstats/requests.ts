/** Requests: calls of root functions, each with all that it called on its goroutine. */

import { Best } from "../base/best.js";
import { matching } from "../base/names.js";
import { isStandard, packageOf } from "../base/packages.js";
import {
  type CallStates,
  type CallVisitor,
  EdgeKind,
  type Ending,
  type Goroutine,
  isTestFunction,
  type Owners,
  type Recording,
} from "../calltree/index.js";
import { Dispatch } from "./dispatch.js";
import { RequestFocus } from "./focus.js";
import { type CallRecord, type Candidate, offer, recordOf } from "./listing.js";
import { type RootStats, RootTimes, statsOf } from "./request-root.js";

/** How root calls are found. */
export type RootKind =
  /** Functions of a name: their outermost calls. */
  | { readonly kind: "named"; readonly matches: (name: string) => boolean }
  /** Handlers: outermost traced calls on goroutines of a server that the module does not own. */
  | { readonly kind: "handlers" }
  /** By guess: outermost traced calls on goroutines that code of another module started, or runs on. */
  | { readonly kind: "callbacks" }
  /** Tests and subtests. */
  | { readonly kind: "tests" };

export interface Requests {
  readonly kind: RootKind["kind"] | "tasks";
  /** Most time first. */
  readonly roots: readonly RootStats[];
  /** The slowest requests of all roots. */
  readonly slowest: readonly CallRecord[];
  readonly count: number;
  /** Whether the goroutines of servers were told by guess. */
  readonly guessed: boolean;
}

/** The fewest calls on goroutines of other modules that are taken for requests where there is nothing else. */
export const CALLBACKS_MIN = 3;

/** Packages whose goroutines run what their caller then waits for. */
const WAITED_FOR = /^golang\.org\/x\/sync(\/|$)/;

/** Collects requests in one walk. Memory: 100 bytes for each request that is kept. */
export class RequestCollector implements CallVisitor {
  private readonly roots = new Map<number, RootTimes>();
  private readonly best: Best<Candidate>;
  /** By function. */
  private readonly isNamed: readonly boolean[];
  private readonly isTestFunction: readonly boolean[];
  /** Paths of packages with traced functions. */
  private readonly traced: ReadonlySet<string>;
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
  private readonly focus: RequestFocus;
  private count = 0;
  private guessed = false;

  /**
   * @param slowest how many of the slowest requests to list
   * @param found called with each request as it ends; its states are valid until it returns
   */
  constructor(
    private readonly recording: Recording,
    private readonly root: RootKind,
    slowest: number,
    private readonly found?: (request: Candidate, states: CallStates | undefined) => void,
  ) {
    const { functions } = recording.forest;
    const names = functions.map(({ name }) => name);
    this.isNamed = matching(names, root.kind === "named" ? root.matches : () => false);
    this.isTestFunction = matching(names, isTestFunction);
    this.traced = new Set(names.map(packageOf));
    this.focus = new RequestFocus(recording.forest, recording.select.focus);
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
    this.serves = this.isServing(goroutine);
  }

  enter(node: number): void {
    const level = this.depth++;
    if (this.open >= 0) {
      this.dispatch.enter(node);
      this.focus.enter(this.func[node]);
    } else if (this.isRoot(node)) {
      this.open = level;
      this.dispatch.begin(node);
      this.focus.begin(this.recording.forest.processes[this.goroutine.process].tree, node);
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
    if (!this.focus.isWithin) return;
    this.count++;
    const duration = time - start;
    const isDispatched = this.root.kind === "handlers" || this.root.kind === "callbacks";
    const handler = isDispatched ? this.dispatch.handler : node;
    const root = this.roots.get(this.func[handler]) ?? new RootTimes();
    this.roots.set(this.func[handler], root);
    root.add(duration, states?.total);
    const { process, goid } = this.goroutine;
    const candidate: Candidate = {
      ...{ process, goid, number, node, handler, start, duration, self, how, calls },
      wall: this.wall + start,
      time: duration,
      states: undefined,
    };
    this.found?.(candidate, states);
    offer(this.best, candidate, states);
  }

  /** The requests. Call it after the walk. */
  requests(): Requests {
    const { forest } = this.recording;
    const tests = new Map<number, Owners>();
    const roots = [...this.roots].sort(([, a], [, b]) => b.total - a.total);
    return {
      kind: this.root.kind,
      roots: roots.map(([func, root]) => statsOf(func, forest.functions[func].name, root)),
      slowest: this.best.sorted().map((candidate) => recordOf(forest, candidate, tests)),
      count: this.count,
      guessed: this.guessed,
    };
  }

  private isServing(goroutine: Goroutine): boolean {
    switch (this.root.kind) {
      case "tests":
        return true;
      case "handlers":
        return this.isServer(goroutine);
      case "callbacks":
        this.guessed = true;
        return this.isForeign(goroutine);
      default:
        return false;
    }
  }

  /** Whether a goroutine started with a function of another module that runs callbacks of its own accord. */
  private isForeign({ process, goid }: Goroutine): boolean {
    const start = this.recording.staysOf(process)?.startOf(goid) ?? "";
    const path = packageOf(start);
    if (path === "" || isStandard({ function: start, file: "" }) || WAITED_FOR.test(path)) return false;
    return !this.traced.has(path);
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
