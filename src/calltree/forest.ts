/** Builds the call trees of all processes of one or more traces. */
import { type ByteSource, isGivenBack } from "../calltrace/index.js";
import { type Built, buildProcess, withoutTree } from "./built.js";
import type { CallFamily } from "./call-id.js";
import { CollectedDurations } from "./collected-durations.js";
import type { CompactProcess } from "./compact.js";
import { countProcess } from "./count-process.js";
import { type FollowedProcess, fromFollowed } from "./followed.js";
import { type FunctionInfo, FunctionTable } from "./functions.js";
import { requireCalls, requireTree, storedCounts } from "./given-back.js";
import { type Opened, OpenedTraces } from "./opened.js";
import type { Scope } from "./replay/scope.js";
import type { ReplayOptions } from "./replay/stacks-for.js";
import type { Threads } from "./shares/threads.js";
import { HELD, Holding, Shelf } from "./shelf.js";
import type { CallForest, ProcessTree } from "./tree.js";
import { type Bound, requireReach, type Window, windowsOf, withinReach } from "./window.js";

export interface ForestOptions extends Omit<ReplayOptions, keyof Scope> {
  /** Only the time between these. */
  readonly from?: Bound;
  readonly to?: Bound;
  /**
   * Called from time to time with the progress in bytes; `total` is twice the size of the traces, because each is read
   * twice.
   */
  readonly progress?: (done: number, total: number) => void;
  /** For large traces. */
  readonly threads?: Threads;
  /** By source: what a process that was followed has counted. It is used where all calls count. */
  readonly followed?: readonly (FollowedProcess | undefined)[];
  /** Called once with each process as it is built, which alone has durations then; `functions` has those of all so far. */
  readonly each?: ((process: ProcessTree, functions: readonly FunctionInfo[]) => void) | undefined;
  /** Of which processes the trees are kept; those of others are built again when they are asked for. By default {@link HELD}. */
  readonly held?: { readonly processes: number; readonly paths: number };
}

/** Whether all calls of a process count, in the tree that is usual. */
function isWhole(options: Omit<ReplayOptions, keyof Scope>, scope: Scope): boolean {
  const { collectsDurations: _durations, collectsRequests: _requests, ...limits } = options;
  return [...Object.values(limits), ...Object.values(scope)].every((value) => value === undefined || value === false);
}

/** The trees of some traces, and the data needed to walk their calls again. */
export interface Replay {
  readonly forest: CallForest;
  /** By process. */
  readonly traces: readonly Opened[];
  readonly built: Shelf<Built>;
  /** Whether what is made of a process is kept. */
  readonly isHeld: (process: number) => boolean;
  /** Calls left out because they do not belong to the selected call, goroutines or time window. */
  readonly filtered: Built["filtered"];
  /** By process: `from` and `to`. */
  readonly windows: readonly Window[];
  /** Only this counts. */
  readonly family?: CallFamily;
}

/**
 * Builds the call trees of all processes of some traces. For damaged traces, the trees hold what could be read and
 * `problem` reports what could not. A source that is not a trace is also reported there, as long as at least one is.
 *
 * Memory: the trees of the first processes, see {@link HELD}, and what notices need of the others.
 *
 * @param sources a trace, or several whose processes are shown together
 * @param scopeOf what of each process counts in that time
 * @throws UserError if no source is a trace of a supported version, or none reaches into the time to show, or of none is
 * anything left
 */
export function replayTraces(
  sources: ByteSource | readonly ByteSource[],
  options: ForestOptions = {},
  scopeOf: (process: number) => Omit<Scope, keyof Window> = () => ({}),
): Replay {
  const list = "read" in sources ? [sources] : sources;
  // What remains can be sent to another thread.
  const { from, to, threads, progress, followed: counted, held = HELD, each, ...limits } = options;
  const table = new FunctionTable();
  const opened = new OpenedTraces(list, table.pool);
  const traces = opened.list;
  const size = list.reduce((sum, source) => sum + source.size, 0);
  let windows: Window[] = [];
  // Not what is built again later.
  let done = progress;
  const holding = new Holding(held);
  const isHeld = (index: number) => {
    const { source } = traces[index];
    return holding.has(index) || list[source].live !== undefined || counted?.[source] !== undefined;
  };
  /** Those that are not built yet. */
  const ready = new Map<number, CompactProcess>();
  /** Of the process that was built last. */
  let durations: CollectedDurations | undefined;
  const built = new Shelf((index): Built => {
    const process = ready.get(index) ?? opened.again(index);
    ready.delete(index);
    const { source, before } = traces[index];
    const scope = { ...scopeOf(index), ...windows[index] };
    const tell = (pass: number, bytes: number) =>
      done?.(2 * (before + process.base) + pass * process.length + bytes, 2 * size);
    const isAll = isWhole(limits, scope);
    if (!isAll) requireCalls(process);
    const followed = fromFollowed(process, isAll ? counted?.[source] : undefined);
    const stored = followed ?? (isGivenBack(process) ? storedCounts(process) : undefined);
    const counts = stored ?? countProcess(process, { ...limits, threads, ...scope }, tell);
    // Those of thousands of processes take more memory than trees.
    const { durations: _packed, single: _single, ...others } = counts;
    const made = buildProcess(process, source, scope, each === undefined ? counts : others, table);
    durations = CollectedDurations.of(counts, made.replayed.ids);
    holding.decide(index, made.tree.tree.size);
    return made;
  }, isHeld);
  const trees = new Trees(built, isHeld);
  const add = (index: number) => {
    const tree = trees.add(index);
    each?.(durations === undefined ? tree : Object.freeze({ ...tree, durations }), table.list);
  };
  const isBounded = from !== undefined || to !== undefined;
  for (const [index, process] of opened.open()) {
    if (!isBounded || index < held.processes || isHeld(index)) ready.set(index, process);
    if (isBounded) continue;
    windows.push(withinReach({}, process.reach));
    add(index);
  }
  if (traces.every(({ given, source }) => given === "lost" && counted?.[source] === undefined))
    requireTree(traces.slice(0, 1).map((_, index) => ready.get(index) ?? opened.again(index)));
  if (isBounded) {
    windows = windowsOf(options, traces);
    for (const index of traces.keys()) add(index);
  }
  done = undefined;
  requireReach(options, windows, traces, trees.ends);
  const { processes, filtered } = trees;
  const { problem } = opened;
  const forest = Object.freeze({ functions: table.list, processes, ...(problem === undefined ? {} : { problem }) });
  return { forest, traces, built, isHeld, filtered, windows };
}

/** The trees of processes, one after another. */
export class Trees {
  readonly processes: ProcessTree[] = [];
  /** The sums so far. */
  readonly filtered = { call: 0, goroutine: 0, window: 0 };
  /** By process. */
  readonly ends: number[] = [];

  constructor(
    private readonly built: Shelf<Built>,
    private readonly isHeld: (index: number) => boolean,
  ) {}

  private readonly again = (index: number) => this.built.at(index).tree;

  /** Adds the next process. @returns it, as it was built */
  add(index: number): ProcessTree {
    const { tree, filtered } = this.built.at(index);
    this.processes.push(this.isHeld(index) ? tree : withoutTree(tree, this.again, index));
    this.ends.push(tree.end);
    for (const scope of ["call", "goroutine", "window"] as const) this.filtered[scope] += filtered[scope];
    return tree;
  }
}
