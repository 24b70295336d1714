/** Traces opened for a report: the filtered call trees, and walks over their single calls. */
import { isGivenBack, type ProcessTrace } from "../calltrace/index.js";
import type { CallFamily } from "./call-id.js";
import { type Replay, rescoped } from "./forest.js";
import { FilteredReplay, type HiddenCalls } from "./replay/filtered-replay.js";
import { type WalkObserver, walkProcess } from "./replay/replay.js";
import { windowOf } from "./replay/scope.js";
import type { ReplayOptions } from "./replay/stacks-for.js";
import { sumUp, withTree } from "./selected-tree.js";
import { isStructural, type SelectOptions, scopeOf } from "./selection.js";
import type { StateClock, WaitVisitor } from "./state-meter.js";
import type { Blame } from "./states.js";
import type { Stays, UserTask } from "./stays.js";
import type { CallForest } from "./tree.js";
import { TreeStateCollector } from "./tree-states.js";
import { type FilteredCalls, type Selected, selectPaths } from "./views/select.js";
import { selectBlame } from "./views/select-blame.js";
import { viewTree } from "./views/view.js";
import { type CallVisitor, combineVisitors, visitEachProcess } from "./visitor.js";
import type { Window } from "./window.js";

const NONE: ReadonlySet<number> = new Set();
const SCOPES = ["call", "goroutine", "window"] as const;

/** Visits calls as it is advanced, and returns how many it left out. */
export type Walk = Generator<undefined, HiddenCalls>;

/** Opened traces. Their sources must stay open for walks. */
export class Recording {
  /** The filtered trees; those of rings are, of paths that were taken only before they reach. */
  readonly forest: CallForest;
  /** Filtered calls, by filter: those not in the trees. */
  readonly filtered: readonly FilteredCalls[];
  private isServing = false;
  private readonly selected: readonly (Selected | undefined)[];

  constructor(
    private readonly replay: Replay,
    readonly select: SelectOptions,
    private readonly build: ReplayOptions,
    private readonly clocks: readonly (StateClock | undefined)[] = [],
    private readonly blames = false,
    inTrees = true,
  ) {
    const { forest, filtered } = replay;
    this.selected = forest.processes.map(({ tree, reach }) =>
      isStructural(select) || reach !== undefined ? selectPaths(tree, forest.functions, select) : undefined,
    );
    const processes = forest.processes.map((process, index) => withTree(process, this.selected[index]));
    this.forest = this.selected.some(Boolean) ? Object.freeze({ ...forest, processes }) : forest;
    if (inTrees && this.hasStates) this.forest = this.forestWithStates(blames);
    this.filtered = [
      ...SCOPES.flatMap((filter) => (filtered[filter] > 0 ? [{ filter, calls: filtered[filter] }] : [])),
      ...sumUp(this.selected.flatMap((selected) => selected?.filtered ?? [])),
    ];
  }

  /** Whether a process has an execution trace, so that its calls can get their states. */
  get isJoinable(): boolean {
    return !this.build.noMerge && this.replay.processes.some(({ process }) => process.execution !== undefined);
  }

  /** Whether any of the execution traces is not in the file of its calls. */
  get isJoinedApart(): boolean {
    return this.replay.processes.some(({ process }) => process.execution !== undefined && !process.holdsExecution);
  }

  /**
   * The recording with the states of calls, in trees and walks.
   *
   * @param clockOf called once for each process
   * @param blames whether to find out who made whom wait, for `CallTree.blame`; that takes time and memory
   * @param inTrees whether trees have states too; that takes a walk, now
   */
  withStates(clockOf: (process: ProcessTrace) => StateClock | undefined, blames = false, inTrees = true): Recording {
    const clocks = this.replay.processes.map(({ process }) => clockOf(process));
    return new Recording(this.replay, this.select, this.build, clocks, blames, inTrees);
  }

  /** Whether the states of calls of any process are known. */
  get hasStates(): boolean {
    return this.clocks.some((clock) => clock !== undefined);
  }

  /**
   * The recording of only a call and its family.
   *
   * @param options what else is selected, and whether to find out who made whom wait; by default the same as here
   */
  ofCall(
    family: CallFamily,
    { select = this.select, blames = this.blames }: { readonly select?: SelectOptions; readonly blames?: boolean } = {},
  ): Recording {
    if (this.build.noMerge) throw new Error("a recording without merging cannot be walked");
    const { id } = family;
    const { pid } = this.forest.processes[id.process].info;
    const scoped = { ...rescoped(this.replay, select, (process) => scopeOf(select, process, family)), family };
    const call = { pid, goid: id.goid, number: id.number };
    return new Recording(scoped, { call, ...select }, this.build, this.clocks, blames);
  }

  /** What belongs to the only call that the recording has; undefined if it has others, or is not merged. */
  get family(): CallFamily | undefined {
    return this.replay.family;
  }

  /** What the goroutines of a process did, whatever calls are shown; undefined if that is not known. */
  staysOf(process: number): Stays | undefined {
    return this.clocks[process]?.stays;
  }

  /** What `from` and `to` are in a process. */
  windowOf(process: number): Window {
    return this.replay.windows[process] ?? {};
  }

  /** The tasks of `runtime/trace` of a process, in the order of their beginnings; none if that is not known. */
  tasksOf(process: number): readonly UserTask[] {
    return this.clocks[process]?.tasks ?? [];
  }

  /** Whether a goroutine is one on which a server calls handlers; undefined if that is not known. */
  servesRequests(process: number, goid: number): boolean | undefined {
    return this.clocks[process]?.serves?.(goid);
  }

  /** Whether a goroutine with calls is one on which a server calls handlers; false where trees have no states. */
  get hasRequests(): boolean {
    return this.isServing;
  }

  /** Whether there are calls to walk: of some processes only the tree is left. */
  get isWalkable(): boolean {
    return !this.replay.processes.some(({ process }) => isGivenBack(process));
  }

  /** Whether a walk visits all calls of the traces. */
  get isWhole(): boolean {
    const { minimum = 0, depth, top } = this.select;
    return (
      !isStructural(this.select) && minimum === 0 && depth === undefined && top === undefined && !this.build.noMerge
    );
  }

  /**
   * Visits all calls of the selection in order. Yields from time to time, so that the caller can write its output;
   * {@link visit} does not. Memory: the open frames.
   *
   * @param progress called with the number of bytes done and in all
   * @param view which of the remaining calls to visit; by default as in `select`
   * @param skips processes that are not visited
   */
  *walk(
    visitor: CallVisitor,
    progress?: (done: number, total: number) => void,
    view: Pick<SelectOptions, "minimum" | "depth" | "top"> = this.select,
    skips: ReadonlySet<number> = NONE,
  ): Walk {
    if (this.build.noMerge) throw new Error("a recording without merging cannot be walked");
    const { processes } = this.replay;
    const hidden = { minimum: 0, paths: 0 };
    const total = processes.reduce((sum, { process }) => sum + process.length, 0);
    let before = 0;
    for (const [index, { process }] of processes.entries()) {
      if (skips.has(index)) continue;
      const sink = this.replayFor(index, visitor, view);
      for (const done of walkProcess(this.replay.processes[index], this.replay.processes[index].scope, sink)) {
        progress?.(before + done, total);
        yield;
      }
      hidden.minimum += sink.hidden.minimum;
      hidden.paths += sink.hidden.paths;
      before += process.length;
      // A process may be too short to pause for output, and there may be thousands.
      yield;
    }
    return hidden;
  }

  /** A {@link walk} to its end. */
  visit(
    visitor: CallVisitor,
    progress?: (done: number, total: number) => void,
    view: Pick<SelectOptions, "minimum" | "depth" | "top"> = this.select,
    skips: ReadonlySet<number> = NONE,
  ): HiddenCalls {
    const walk = this.walk(visitor, progress, view, skips);
    let step = walk.next();
    while (!step.done) step = walk.next();
    return step.value;
  }

  /**
   * Replays all calls of some processes, whatever is selected.
   *
   * @param observers by process
   * @param progress called with the number of bytes done and in all
   */
  replayAll(observers: ReadonlyMap<number, WalkObserver>, progress?: (done: number, total: number) => void): void {
    if (this.build.noMerge) throw new Error("a recording without merging cannot be walked");
    const lengthOf = (process: number) => this.replay.processes[process].process.length;
    const total = [...observers.keys()].reduce((sum, process) => sum + lengthOf(process), 0);
    let before = 0;
    for (const [process, observer] of observers) {
      for (const done of walkProcess(this.replay.processes[process], {}, observer)) progress?.(before + done, total);
      before += lengthOf(process);
    }
  }

  /** The function of one of the nodes that {@link replayAll} reports, an index into the functions of the forest. */
  functionOf(process: number, built: number): number {
    const { paths, ids } = this.replay.processes[process];
    return ids.number(paths.func(built));
  }

  /** The node of a process's tree for one of the numbers that {@link replayAll} reports; 0 if it is not selected. */
  nodeOf(process: number, built: number): number {
    const node = this.replay.processes[process].numbers[built];
    return Math.max(0, this.selected[process]?.map[node] ?? node);
  }

  /** What a replay of a process passes on to the visitor. */
  private replayFor(
    index: number,
    visitor: CallVisitor,
    { minimum = 0, depth, top }: Pick<SelectOptions, "minimum" | "depth" | "top">,
    selected: Pick<Selected, "map" | "context"> | undefined = this.selected[index],
  ): FilteredReplay {
    const { edges, ids, numbers, paths } = this.replay.processes[index];
    const { tree } = this.forest.processes[index];
    const map = selected === undefined ? numbers : numbers.map((node) => selected.map[node]);
    const shown = depth === undefined && top === undefined ? undefined : viewTree(tree, { depth, top }).shown;
    const maps = {
      process: index,
      nodes: map,
      shown,
      context: selected && Uint8Array.from(numbers, (node) => selected.context[node]),
      goStatement: (id: number) => ids.number(id),
      place: ({ node, edge }: { node: number; edge: number }) => {
        let above = node;
        while (above > 0 && map[above] < 0) above = paths.parent(above);
        const { kind, goStatement } = edges.list[edge];
        return {
          node: above > 0 ? map[above] : 0,
          edge: kind,
          goStatement: goStatement === 0 ? -1 : ids.number(goStatement),
        };
      },
    };
    return new FilteredReplay(maps, visitor, minimum, this.clocks[index]);
  }

  private forestWithStates(blames: boolean): CallForest {
    const { forest, clocks } = this;
    const collectors = forest.processes.map(({ tree, depthLimit }) => new TreeStateCollector(tree, depthLimit));
    const waits = clocks.map((clock, process) => {
      const { from, to } = this.windowOf(process);
      const { scope } = this.replay.processes[process];
      const isWhole = scope.goroutines === undefined && scope.family === undefined;
      return blames ? clock?.waits?.(from, to, isWhole ? undefined : (goid) => windowOf(goid, scope)) : undefined;
    });
    const visitors = collectors.map((collector, process) => {
      // Who is to blame may not be selected.
      const together = this.selected[process] === undefined ? waits[process] : undefined;
      return combineVisitors([collector, together ?? {}]);
    });
    const visitor = visitEachProcess(visitors);
    const begin: CallVisitor["begin"] = (goroutine) => {
      this.isServing ||= this.servesRequests(goroutine.process, goroutine.goid) === true;
      visitor.begin?.(goroutine);
    };
    this.visit({ ...visitor, begin }, undefined, {});
    const processes = forest.processes.map((process, index) => {
      const { self, total } = collectors[index];
      if (clocks[index] === undefined) return process;
      const { tree } = process;
      const blame = waits[index] && this.blameOf(index, waits[index]);
      const states = { states: { self, total }, ...(blame === undefined ? {} : { blame }) };
      return Object.freeze({ ...process, tree: Object.freeze({ ...tree, ...states }) });
    });
    return Object.freeze({ ...forest, processes });
  }

  /** @param visitor has visited the process unless calls are selected */
  private blameOf(index: number, visitor: WaitVisitor): Blame {
    const { processes, functions } = this.replay.forest;
    const { tree } = processes[index];
    const selected = this.selected[index];
    if (selected === undefined) return visitor.blame(tree);
    const all = { map: Int32Array.from({ length: tree.size }, (_, node) => node), context: new Uint8Array(tree.size) };
    const replayed = this.replay.processes[index];
    const { goroutines: _goroutines, family: _family, ...time } = replayed.scope;
    const walk = walkProcess(replayed, time, this.replayFor(index, visitor, {}, all));
    while (!walk.next().done);
    return selectBlame(visitor.blame(tree), tree, functions, selected);
  }
}
