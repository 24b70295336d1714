/** Traces opened for a report: the filtered call trees, and walks over their single calls. */
import type { ProcessTrace } from "../calltrace/index.js";
import type { CallFamily } from "./call-id.js";
import type { Replay } from "./forest.js";
import type { HiddenCalls } from "./replay/core-walk.js";
import { ObservedWalk, type WalkObserver } from "./replay/observed-walk.js";
import { walkProcess } from "./replay/replay.js";
import type { ReplayOptions } from "./replay/stacks-for.js";
import { rescoped } from "./rescoped.js";
import { isStructural, type SelectOptions, scopeOf } from "./selection.js";
import { Shelf } from "./shelf.js";
import { ShownProcesses, type StateCheck, type StateSource, type WalkView } from "./shown.js";
import type { StateClock } from "./state-clock.js";
import type { Stays, UserTask } from "./stays.js";
import type { CallForest } from "./tree.js";
import type { FilteredCalls } from "./views/select.js";
import type { CallVisitor } from "./visitor.js";
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
  private readonly shown: ShownProcesses;

  constructor(
    private readonly replay: Replay,
    readonly select: SelectOptions,
    private readonly build: ReplayOptions,
    private readonly states?: StateSource,
  ) {
    this.shown = new ShownProcesses(replay, select, states);
    const { forest, filtered } = this.shown;
    this.forest = forest;
    this.filtered = [
      ...SCOPES.flatMap((filter) => {
        const calls = replay.filtered[filter];
        return calls > 0 ? [{ filter, calls }] : [];
      }),
      ...filtered,
    ];
  }

  /** Whether a process has an execution trace, so that its calls can get their states. */
  get isJoinable(): boolean {
    return !this.build.noMerge && this.replay.traces.some(({ execution }) => execution !== "none");
  }

  /** Whether any of the execution traces is not in the file of its calls. */
  get isJoinedApart(): boolean {
    return this.replay.traces.some(({ execution }) => execution === "apart");
  }

  /**
   * The recording with the states of calls, in trees and walks.
   *
   * @param clockOf called for each process, and again for those of which little is kept
   * @param blames whether to find out who made whom wait, for `CallTree.blame`; that takes time and memory
   * @param inTrees whether trees have states too; that takes a walk, now
   * @param check called once for each process with a clock
   */
  withStates(
    clockOf: (process: ProcessTrace) => StateClock | undefined,
    blames = false,
    inTrees = true,
    check?: StateCheck,
  ): Recording {
    const { built, isHeld } = this.replay;
    const clocks = new Shelf((process) => ({ clock: clockOf(built.at(process).replayed.process) }), isHeld);
    return new Recording(this.replay, this.select, this.build, { clocks, blames, inTrees, check });
  }

  /** Whether the trees are those that were built: nothing was filtered, and they have no states. */
  get isAsBuilt(): boolean {
    return !this.shown.isChanged;
  }

  /** Whether the states of calls of any process are known. */
  get hasStates(): boolean {
    return this.shown.hasStates;
  }

  /**
   * The recording of only a call and its family.
   *
   * @param options what else is selected, and whether to find out who made whom wait; by default the same as here
   */
  ofCall(
    family: CallFamily,
    { select = this.select, blames }: { readonly select?: SelectOptions; readonly blames?: boolean } = {},
  ): Recording {
    if (this.build.noMerge) throw new Error("a recording without merging cannot be walked");
    const { id } = family;
    const { pid } = this.forest.processes[id.process].info;
    const scoped = { ...rescoped(this.replay, select, (process) => scopeOf(select, process, family)), family };
    const call = { pid, goid: id.goid, number: id.number };
    const { states } = this;
    const own = states && { clocks: states.clocks, blames: blames ?? states.blames, inTrees: true };
    return new Recording(scoped, { call, ...select }, this.build, own);
  }

  /** What belongs to the only call that the recording has; undefined if it has others, or is not merged. */
  get family(): CallFamily | undefined {
    return this.replay.family;
  }

  /** What the goroutines of a process did, whatever calls are shown; undefined if that is not known. */
  staysOf(process: number): Stays | undefined {
    return this.shown.clockOf(process)?.stays;
  }

  /** What `from` and `to` are in a process. */
  windowOf(process: number): Window {
    return this.replay.windows[process] ?? {};
  }

  /** The tasks of `runtime/trace` of a process, in the order of their beginnings; none if that is not known. */
  tasksOf(process: number): readonly UserTask[] {
    return this.shown.clockOf(process)?.tasks ?? [];
  }

  /** Whether a goroutine is one on which a server calls handlers; undefined if that is not known. */
  servesRequests(process: number, goid: number): boolean | undefined {
    return this.shown.clockOf(process)?.serves?.(goid);
  }

  /** Whether a goroutine with calls is one on which a server calls handlers; false where trees have no states. */
  get hasRequests(): boolean {
    return this.shown.isServing;
  }

  /** Whether there are calls to walk: of some processes only the tree is left. */
  get isWalkable(): boolean {
    return this.replay.traces.every(({ given }) => given === "no");
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
    view: WalkView = this.select,
    skips: ReadonlySet<number> = NONE,
  ): Walk {
    if (this.build.noMerge) throw new Error("a recording without merging cannot be walked");
    const { traces } = this.replay;
    const hidden = { minimum: 0, paths: 0 };
    const total = traces.reduce((sum, { length }) => sum + length, 0);
    let before = 0;
    for (const [process, { length }] of traces.entries()) {
      if (skips.has(process)) continue;
      const walk = this.shown.walk(process, visitor, view);
      let step = walk.next();
      for (; !step.done; step = walk.next()) {
        progress?.(before + step.value, total);
        yield;
      }
      hidden.minimum += step.value.minimum;
      hidden.paths += step.value.paths;
      before += length;
      // A process may be too short to pause for output, and there may be thousands.
      yield;
    }
    return hidden;
  }

  /** A {@link walk} to its end. */
  visit(
    visitor: CallVisitor,
    progress?: (done: number, total: number) => void,
    view: WalkView = this.select,
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
    const lengthOf = (process: number) => this.replay.traces[process].length;
    const total = [...observers.keys()].reduce((sum, process) => sum + lengthOf(process), 0);
    let before = 0;
    for (const [process, observer] of observers) {
      const { replayed } = this.replay.built.at(process);
      const walk = new ObservedWalk(replayed.paths.table(), {}, observer);
      for (const done of walkProcess(replayed, {}, walk)) progress?.(before + done, total);
      before += lengthOf(process);
    }
  }

  /** The function of one of the nodes that {@link replayAll} reports, an index into the functions of the forest. */
  functionOf(process: number, built: number): number {
    const { paths, ids } = this.replay.built.at(process).replayed;
    return ids.number(paths.func(built));
  }

  /** The node of a process's tree for one of the numbers that {@link replayAll} reports; 0 if it is not selected. */
  nodeOf(process: number, built: number): number {
    return this.shown.nodeOf(process, built);
  }
}
