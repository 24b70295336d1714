/** Requests: calls of root functions, each with all that it called on its goroutine. */

import { matching } from "../base/names.js";
import { isStandard, packageOf } from "../base/packages.js";
import {
  type CallStates,
  type CallTree,
  type CallVisitor,
  type CollectedRequests,
  EdgeKind,
  Ending,
  type Goroutine,
  isTestFunction,
  mayServe,
  type Recording,
} from "../calltree/index.js";
import { addCollected, hasAllCalls } from "./collected.js";
import { Dispatch } from "./dispatch.js";
import { RequestFocus } from "./focus.js";
import type { CallRecord, Candidate } from "./listing.js";
import type { RootStats } from "./request-root.js";
import { RequestTally } from "./request-tally.js";

/** How root calls are found. */
export type RootKind =
  /** Functions of a name: their outermost calls. The text is what the user wrote, if that was it. */
  | { readonly kind: "named"; readonly matches: (name: string) => boolean; readonly text?: string }
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
  /** Calls that a ring has without their beginning and their end: by guess they are loops of servers, and no requests. */
  readonly endless?: number;
  /** What was not kept of requests whose calls were given back while the program ran. */
  readonly unkept?: {
    /** Names of roots whose requests are not told apart by handler, although there are handlers beneath. */
    readonly unsplit: readonly string[];
    /** How many of the slowest requests are known, if that is fewer than asked for. */
    readonly slowest?: number;
    /** Goroutines of which it is a guess who started them: their calls may be requests, or not. */
    readonly guesses: number;
  };
}

/** The fewest calls on goroutines of other modules that are taken for requests where there is nothing else. */
export const CALLBACKS_MIN = 3;

/** Packages whose goroutines run what their caller then waits for. */
const WAITED_FOR = /^golang\.org\/x\/sync(\/|$)/;

/** Collects requests in one walk. */
export class RequestCollector implements CallVisitor {
  private readonly tally: RequestTally;
  /** By function. */
  private readonly isNamed: readonly boolean[];
  private readonly isTestFunction: readonly boolean[];
  /** Paths of packages with traced functions. */
  private readonly traced: ReadonlySet<string>;
  private goroutine!: Goroutine;
  private tree!: CallTree;
  private func: ArrayLike<number> = [];
  private wall = 0;
  private serves = false;
  private depth = 0;
  /** Level of the open request, -1 for none. */
  private open = -1;
  /** That of the process. */
  private dispatch!: Dispatch;
  private dispatched: CallTree | undefined;
  private readonly focus: RequestFocus;
  private readonly unsplit = new Set<number>();
  /** How many of the slowest requests are known. */
  private known = Number.POSITIVE_INFINITY;
  private guesses = 0;
  private guessed = false;
  /** Whether it is a guess that the goroutine serves. */
  private isGuess = false;
  private reach: number | undefined;
  private endless = 0;

  /**
   * @param slowest how many of the slowest requests to list
   * @param found called with each request as it ends; its states are valid until it returns
   */
  constructor(
    private readonly recording: Recording,
    private readonly root: RootKind,
    private readonly slowest: number,
    private readonly found?: (request: Candidate, states: CallStates | undefined) => void,
  ) {
    const { functions } = recording.forest;
    const names = functions.map(({ name }) => name);
    this.isNamed = matching(names, root.kind === "named" ? root.matches : () => false);
    this.isTestFunction = matching(names, isTestFunction);
    this.traced = new Set(names.map(packageOf));
    this.focus = new RequestFocus(recording.forest, recording.select.focus);
    this.tally = new RequestTally(recording.forest, slowest);
  }

  /**
   * Takes the requests that were collected while processes were followed, each of which is found if it is one of the slowest.
   * @param only a process; by default all
   * @returns these processes; the walk must not visit them
   */
  take(only?: number): ReadonlySet<number> {
    const { recording, root, tally, isDispatched } = this;
    const taken = new Set<number>();
    const text = root.kind === "named" ? root.text : undefined;
    if (root.kind === "callbacks" || (root.kind === "named" && text === undefined)) return taken;
    if (recording.hasStates || !recording.isWhole) return taken;
    const list = (request: Candidate) => {
      tally.list(request);
      this.found?.(request, undefined);
    };
    for (const [process, one] of recording.forest.processes.entries()) {
      const { requests, tree, guesses = 0 } = one;
      if (requests === undefined || requests.root !== text || (only ?? process) !== process) continue;
      const isRoot = this.collectedRoots(tree, requests);
      if (isRoot === undefined) continue;
      const roots = { isRoot, isDispatched, list };
      const { unsplit, slowest } = addCollected(tally, recording.forest, process, requests, roots);
      for (const func of unsplit) this.unsplit.add(func);
      this.known = Math.min(this.known, slowest);
      if (isDispatched) this.guesses += guesses;
      this.guessed ||= isDispatched;
      taken.add(process);
    }
    return taken;
  }

  /** Whether collected calls of a node are requests; undefined if some of these were not collected. */
  private collectedRoots(tree: CallTree, requests: CollectedRequests): ((node: number) => boolean) | undefined {
    if (this.root.kind === "named") return () => true;
    if (this.root.kind === "handlers") {
      return (node) => mayServe(tree.edge[node] as EdgeKind) && !this.isTest(tree, node);
    }
    const tests = this.outermostTests(tree);
    return hasAllCalls(tree, requests, tests) ? (node) => tests.has(node) : undefined;
  }

  /** The tests that are not called by others on the same goroutine. */
  private outermostTests(tree: CallTree): Set<number> {
    const { size, parent, edge } = tree;
    const tests = new Set<number>();
    const isWithin = new Uint8Array(size);
    for (let node = 1; node < size; node++) {
      const isBelow = edge[node] === EdgeKind.call && isWithin[parent[node]] === 1;
      const isTest = this.isTest(tree, node);
      if (isTest && !isBelow) tests.add(node);
      if (isTest || isBelow) isWithin[node] = 1;
    }
    return tests;
  }

  begin(goroutine: Goroutine): void {
    const { info, tree, reach } = this.recording.forest.processes[goroutine.process];
    this.reach = reach;
    this.goroutine = goroutine;
    this.tree = tree;
    this.func = tree.func;
    this.wall = info.startWall;
    this.depth = 0;
    this.open = -1;
    if (tree !== this.dispatched) this.dispatch = new Dispatch(tree);
    this.dispatched = tree;
    this.isGuess = false;
    this.serves = this.isServing(goroutine);
  }

  enter(node: number): void {
    const level = this.depth++;
    if (this.open >= 0) {
      this.dispatch.enter(node);
      this.focus.enter(this.func[node]);
    } else if (this.isRoot(node, level)) {
      this.open = level;
      this.dispatch.begin(node);
      this.focus.begin(this.tree, node);
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
    isLate: boolean,
  ): void {
    if (--this.depth !== this.open) return;
    this.open = -1;
    if (!this.focus.isWithin) return;
    if (this.isGuess && how === Ending.running && start === this.reach) {
      this.endless++;
      return;
    }
    const duration = time - start;
    const handler = this.isDispatched ? this.dispatch.handler : node;
    const { process, goid } = this.goroutine;
    const candidate: Candidate = {
      ...{ process, goid, number, node, handler, start, duration, self, how, calls, isLate },
      wall: this.wall + start,
      time: duration,
      states: undefined,
    };
    this.found?.(candidate, states);
    this.tally.add(this.func[handler], candidate, states);
  }

  /** Whether each request was found by itself, and with its handler. */
  get isComplete(): boolean {
    return this.known === Number.POSITIVE_INFINITY && this.unsplit.size === 0;
  }

  /** The requests. Call it after the walk. */
  requests(): Requests {
    const { functions } = this.recording.forest;
    const unkept = {
      unsplit: [...this.unsplit].map((func) => functions[func].name).sort(),
      ...(this.known < this.slowest ? { slowest: this.known } : {}),
      guesses: this.guesses,
    };
    return {
      kind: this.root.kind,
      roots: this.tally.roots(),
      slowest: this.tally.slowest().slice(0, this.known),
      count: this.tally.count,
      guessed: this.guessed,
      ...(this.endless === 0 ? {} : { endless: this.endless }),
      ...(this.unsplit.size === 0 && this.known >= this.slowest && this.guesses === 0 ? {} : { unkept }),
    };
  }

  /** Whether it is about outermost calls of goroutines, behind which there may be handlers. */
  private get isDispatched(): boolean {
    return this.root.kind === "handlers" || this.root.kind === "callbacks";
  }

  private isServing(goroutine: Goroutine): boolean {
    switch (this.root.kind) {
      case "tests":
        return true;
      case "handlers":
        return this.isServer(goroutine);
      case "callbacks":
        this.guessed = this.isGuess = true;
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
    this.guessed = this.isGuess = true;
    return mayServe(edge);
  }

  private isRoot(node: number, level: number): boolean {
    if (this.root.kind === "named") return this.isNamed[this.func[node]];
    if (!this.serves || (this.isDispatched && level > 0)) return false;
    return this.isTest(this.tree, node) === (this.root.kind === "tests");
  }

  private isTest({ func, tests }: CallTree, node: number): boolean {
    return this.isTestFunction[func[node]] || tests.has(node);
  }
}
