/** What a recording shows of each process: the paths that are selected, with the states of their calls. */
import type { ProcessTrace } from "../calltrace/index.js";
import { withoutTree, withTree } from "./built.js";
import type { Replay } from "./forest.js";
import { CoreWalk, type HiddenCalls, type WalkResult } from "./replay/core-walk.js";
import { walkProcess } from "./replay/replay.js";
import { type Scope, windowOf } from "./replay/scope.js";
import { flatNodes } from "./replay/walk-sums.js";
import { isStructural, type SelectOptions } from "./selection.js";
import { Shelf } from "./shelf.js";
import type { StateClock, WaitVisitor } from "./state-clock.js";
import type { Blame } from "./states.js";
import type { CallForest, ProcessTree } from "./tree.js";
import { type FilteredCalls, type Selected, selectPaths } from "./views/select.js";
import { selectBlame } from "./views/select-blame.js";
import { viewTree } from "./views/view.js";
import { type CallVisitor, combineVisitors, type OutlineVisitor } from "./visitor.js";

/** Which of the calls that are selected a walk visits. */
export type WalkView = Pick<SelectOptions, "minimum" | "depth" | "top">;

/** The states of calls. */
export interface StateSource {
  /** By process. */
  readonly clocks: Shelf<{ readonly clock: StateClock | undefined }>;
  readonly check?: StateCheck | undefined;
  /** Whether to find out who made whom wait, for `CallTree.blame`; that takes time and memory. */
  readonly blames: boolean;
  /** Whether trees have states too; that takes a walk. */
  readonly inTrees: boolean;
}

/**
 * Called once for each process with a clock.
 * @param shown the process; without states if trees get none
 */
export type StateCheck = (process: ProcessTrace, clock: StateClock, shown: ProcessTree) => void;

interface Shown {
  readonly process: ProcessTree;
  readonly selected: Selected | undefined;
}

export class ShownProcesses {
  /** The filtered trees; those of rings are, of paths that were taken only before they reach. */
  readonly forest: CallForest;
  /** Calls that the selection of paths left out. */
  readonly filtered: readonly FilteredCalls[];
  /** Whether the states of calls of any process are known. */
  readonly hasStates: boolean;
  /** Whether it differs from what was built. */
  readonly isChanged: boolean;
  /** Whether a goroutine with calls is one on which a server calls handlers; false where trees have no states. */
  isServing = false;
  private readonly shown: Shelf<Shown>;

  constructor(
    private readonly replay: Replay,
    private readonly select: SelectOptions,
    private readonly states: StateSource | undefined,
  ) {
    const { built, forest, isHeld, traces } = replay;
    this.shown = new Shelf((process) => this.make(process), isHeld);
    const filtered: FilteredCalls[] = [];
    const processes: ProcessTree[] = [];
    let hasStates = false;
    const again = (process: number) => this.shown.at(process).process;
    this.isChanged = traces.some((_, process) => states !== undefined || this.isSelected(process));
    for (const process of this.isChanged ? traces.keys() : []) {
      if (states === undefined && !this.isSelected(process)) {
        processes.push(forest.processes[process]);
        continue;
      }
      const { process: tree, selected } = this.shown.at(process);
      filtered.push(...(selected?.filtered ?? []));
      processes.push(isHeld(process) ? tree : withoutTree(tree, again, process));
      const clock = this.clockOf(process);
      if (clock === undefined) continue;
      hasStates = true;
      states?.check?.(built.at(process).replayed.process, clock, tree);
    }
    this.hasStates = hasStates;
    this.forest = this.isChanged ? Object.freeze({ ...forest, processes }) : forest;
    this.filtered = sumUp(filtered);
  }

  clockOf(process: number): StateClock | undefined {
    return this.states?.clocks.at(process).clock;
  }

  /**
   * Walks a process; yields the number of bytes done every few thousand events.
   * @returns the calls that the visitor was not told of although they are in the tree
   */
  walk(process: number, visitor: CallVisitor, view: WalkView): Generator<number, HiddenCalls> {
    const { process: tree, selected } = this.shown.at(process);
    const { scope } = this.replay.built.at(process).replayed;
    return this.walkIn(process, scope, visitor, view, tree, selected);
  }

  /** The node of a process's tree for one that was built; 0 if it is not selected. */
  nodeOf(process: number, built: number): number {
    const node = this.replay.built.at(process).replayed.numbers[built];
    return Math.max(0, this.shown.at(process).selected?.map[node] ?? node);
  }

  private isSelected(process: number): boolean {
    return isStructural(this.select) || this.replay.traces[process].reach !== undefined;
  }

  private make(index: number): Shown {
    const { built, forest } = this.replay;
    const { tree: whole } = built.at(index);
    const selected = this.isSelected(index) ? selectPaths(whole.tree, forest.functions, this.select) : undefined;
    const process = selected === undefined ? whole : withTree(whole, selected.tree);
    const clock = this.states?.inTrees ? this.clockOf(index) : undefined;
    return { process: clock === undefined ? process : this.withStates(index, process, selected, clock), selected };
  }

  private withStates(
    index: number,
    process: ProcessTree,
    selected: Selected | undefined,
    clock: StateClock,
  ): ProcessTree {
    const { tree } = process;
    const { replayed } = this.replay.built.at(index);
    const { scope } = replayed;
    const isWhole = scope.goroutines === undefined && scope.family === undefined;
    const { from, to } = this.replay.windows[index];
    const countedOf = isWhole ? undefined : (goid: number) => windowOf(goid, scope);
    const waits = this.states?.blames ? clock.waits?.(from, to, countedOf) : undefined;
    // Who is to blame may not be selected.
    const serving: CallVisitor = {
      begin: ({ goid }) => {
        this.isServing ||= clock.serves?.(goid) === true;
      },
    };
    const visitor = selected === undefined && waits ? combineVisitors([serving, waits]) : serving;
    // Where all calls count, and are selected, it need not be told of each.
    const isAll = selected === undefined && isWhole && from === undefined && to === undefined;
    const walk = this.walkIn(index, scope, visitor, {}, process, selected, {
      sumsUp: true,
      outline: isAll ? waits : undefined,
    });
    let step = walk.next();
    while (!step.done) step = walk.next();
    const { states } = step.value;
    const blame = waits && this.blameOf(index, waits, selected);
    const added = { ...(states && { states }), ...(blame === undefined ? {} : { blame }) };
    return Object.freeze({ ...process, tree: Object.freeze({ ...tree, ...added }) });
  }

  /** @param visitor has visited the process unless calls are selected */
  private blameOf(index: number, visitor: WaitVisitor, selected: Selected | undefined): Blame {
    const { functions } = this.replay.forest;
    const { tree: whole, replayed } = this.replay.built.at(index);
    const { tree } = whole;
    if (selected === undefined) return visitor.blame(tree);
    const all = { map: Int32Array.from({ length: tree.size }, (_, node) => node), context: new Uint8Array(tree.size) };
    const { goroutines: _goroutines, family: _family, ...time } = replayed.scope;
    const walk = this.walkIn(index, time, visitor, {}, whole, all);
    while (!walk.next().done);
    return selectBlame(visitor.blame(tree), tree, functions, selected);
  }

  private *walkIn(
    index: number,
    scope: Scope,
    visitor: CallVisitor,
    { minimum = 0, depth, top }: WalkView,
    { tree, depthLimit }: ProcessTree,
    selected: Pick<Selected, "map" | "context"> | undefined,
    { sumsUp = false, outline }: { sumsUp?: boolean; outline?: OutlineVisitor | undefined } = {},
  ): Generator<number, WalkResult> {
    const { replayed } = this.replay.built.at(index);
    const { edges, ids, numbers, paths } = replayed;
    const map = selected === undefined ? numbers : numbers.map((node) => selected.map[node]);
    const shown = depth === undefined && top === undefined ? undefined : viewTree(tree, { depth, top }).shown;
    const maps = {
      process: index,
      nodes: map,
      shown,
      context: selected && Uint8Array.from(numbers, (node) => selected.context[node]),
      flat: sumsUp ? flatNodes(tree, depthLimit) : undefined,
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
    const walk = new CoreWalk(replayed, scope, maps, visitor, { minimum, clock: this.clockOf(index), outline });
    yield* walkProcess(replayed, scope, walk);
    return walk.finish();
  }
}

/** The sums by filter. */
function sumUp(filtered: readonly FilteredCalls[]): FilteredCalls[] {
  const sums = new Map<FilteredCalls["filter"], number>();
  for (const { filter, calls } of filtered) sums.set(filter, (sums.get(filter) ?? 0) + calls);
  return [...sums].map(([filter, calls]) => ({ filter, calls }));
}
