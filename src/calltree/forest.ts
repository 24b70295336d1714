/** Builds the call trees of all processes of one or more traces. */
import type { Durations } from "../base/durations.js";
import { UserError } from "../base/errors.js";
import { type ByteSource, isGivenBack, openTrace, snapshotCause, type Trace } from "../calltrace/index.js";
import { costBound } from "./bound.js";
import type { CallFamily } from "./call-id.js";
import { renumbered } from "./collected-requests.js";
import { Compactor, type CompactProcess } from "./compact.js";
import { countProcess } from "./count-process.js";
import { type FollowedProcess, fromFollowed } from "./followed.js";
import { freeze } from "./freeze.js";
import { FunctionTable, IdMap } from "./functions.js";
import { requireCalls, requireTree, storedCounts } from "./given-back.js";
import { type PackedDurations, unpackDurations } from "./packed-durations.js";
import type { Counted } from "./replay/count.js";
import { NodePaths } from "./replay/node-paths.js";
import type { NodeTable } from "./replay/nodes.js";
import { type Replayed, walkProcess } from "./replay/replay.js";
import type { Scope } from "./replay/scope.js";
import type { Stacks } from "./replay/stacks.js";
import type { ReplayOptions } from "./replay/stacks-for.js";
import type { CountOptions, Threads } from "./shares/threads.js";
import type { CallForest, CallTree, ProcessTree, SourceProblem } from "./tree.js";
import { type Bound, lastSeen, type Reaching, requireReach, type Window, windowsOf } from "./window.js";

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
}

/** Whether all calls of a process count, in the tree that is usual. */
function isWhole(options: Omit<ReplayOptions, keyof Scope>, scope: Scope): boolean {
  const { collectsDurations: _durations, collectsRequests: _requests, ...limits } = options;
  return [...Object.values(limits), ...Object.values(scope)].every((value) => value === undefined || value === false);
}

/** The trees of some traces, and the data needed to walk their calls again. */
export interface Replay {
  readonly forest: CallForest;
  readonly processes: readonly (Replayed & {
    readonly numbers: Int32Array;
    readonly ids: IdMap;
    readonly lastSeen: number;
    /** What was counted. */
    readonly scope: Scope;
  })[];
  /** Calls left out because they do not belong to the selected call, goroutines or time window. */
  readonly filtered: Stacks["filtered"];
  /** By process: `from` and `to`. */
  readonly windows: readonly Window[];
  /** Only this counts. */
  readonly family?: CallFamily;
}

/**
 * Builds the call trees of all processes of some traces. For damaged traces, the trees hold what could be read and
 * `problem` reports what could not. A source that is not a trace is also reported there, as long as at least one is.
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
  const table = new FunctionTable();
  const compactor = new Compactor(table.pool);
  const opened: Opened[] = [];
  const size = list.reduce((sum, source) => sum + source.size, 0);
  let before = 0;
  let refusal: UserError | undefined;
  let problem: SourceProblem | undefined;
  for (const [index, source] of list.entries()) {
    const trace = tryOpen(source);
    if (trace instanceof UserError) {
      refusal ??= trace;
      problem ??= { offset: 0, message: trace.message, source: index };
      continue;
    }
    for (const process of trace.processes) {
      opened.push({ process: compactor.compact(process), source: index, before, lastSeen: lastSeen(process) });
    }
    if (trace.problem !== undefined) problem ??= { ...trace.problem, source: index };
    before += source.size;
  }
  if (opened.length === 0 && refusal !== undefined) throw refusal;
  if (opened.every(({ source }) => options.followed?.[source] === undefined))
    requireTree(opened.map(({ process }) => process));
  // What remains can be sent to another thread.
  const { from, to, threads, progress: done, followed: counted, ...limits } = options;
  const traces = opened.map(reaching);
  const windows = windowsOf(options, traces);
  const scopes = traces.map((_, index) => ({ ...scopeOf(index), ...windows[index] }));
  const built = opened.map((one, index) => {
    const { process, source, before } = one;
    const progress = (pass: number, bytes: number) =>
      done?.(2 * (before + process.base) + pass * process.length + bytes, 2 * size);
    const isAll = isWhole(limits, scopes[index]);
    if (!isAll) requireCalls(process);
    const followed = fromFollowed(process, isAll ? counted?.[source] : undefined);
    const ready = followed ?? (isGivenBack(process) ? storedCounts(process) : undefined);
    return buildProcess(one, table, { ...limits, threads, scope: scopes[index] }, progress, ready);
  });
  const ends = built.map(({ replayed }) => replayed.end);
  requireReach(options, windows, traces, ends);
  const processes = built.map(({ tree }) => tree);
  const forest = Object.freeze({ functions: table.list, processes, ...(problem === undefined ? {} : { problem }) });
  return { forest, processes: built.map(({ replayed }) => replayed), filtered: sumUp(built), windows };
}

/**
 * The same traces, but other calls count. It takes a walk over the goroutines that do.
 *
 * @param replay one of merged calls that all counted
 * @param bounds only the time between these counts
 * @param scopeOf what of each process counts in that time
 * @throws UserError if no process reaches into the time
 */
export function rescoped(
  replay: Replay,
  bounds: Pick<ForestOptions, "from" | "to">,
  scopeOf: (process: number) => Omit<Scope, keyof Window>,
): Replay {
  const traces = replay.processes.map(reaching);
  const windows = windowsOf(bounds, traces);
  const ends = replay.processes.map(({ end }) => end);
  requireReach(bounds, windows, traces, ends);
  const built = replay.processes.map((replayed, index): Built => {
    const scope = { ...scopeOf(index), ...windows[index] };
    const { process, edges, ids, paths } = replayed;
    const nodes = paths.table();
    const stacks = walked(replayed, scope, nodes);
    const { tree, number } = freeze(nodes, stacks, edges.list, ids, costBound(process.info));
    const before = replay.forest.processes[index];
    const atLeast = before.atLeast && tree.running.size > 0;
    const deep = tree.depth.includes(nodes.depthLimit);
    const { window } = stacks.filtered;
    // The walk does not see the goroutines that do not count.
    const filtered = { call: callsOf(before.tree) - callsOf(tree) - window, goroutine: 0, window };
    return {
      tree: Object.freeze({ ...before, tree, total: extent(tree), atLeast, deep }),
      replayed: { ...replayed, numbers: number, scope },
      filtered,
    };
  });
  const processes = built.map(({ tree }) => tree);
  const forest = Object.freeze({ ...replay.forest, processes });
  return { forest, processes: built.map(({ replayed }) => replayed), filtered: sumUp(built), windows };
}

/** Walks a process to the end. @param nodes its paths; what counts is added there */
function walked(replayed: Replayed, scope: Scope, nodes: NodeTable): Stacks {
  const nothing = { begin() {}, enter() {}, exit() {}, spawn() {}, end() {} };
  const walk = walkProcess(replayed, scope, nothing, nodes);
  let step = walk.next();
  while (!step.done) step = walk.next();
  return step.value;
}

/** Number of calls that a tree counts. */
function callsOf({ calls, others }: CallTree): number {
  return calls.reduce((sum, count) => sum + count, others > 0 ? -calls[others] : 0);
}

function sumUp(built: readonly Built[]): Replay["filtered"] {
  const sum = (kind: keyof Replay["filtered"]) => built.reduce((calls, { filtered }) => calls + filtered[kind], 0);
  return { call: sum("call"), goroutine: sum("goroutine"), window: sum("window") };
}

/** A process that is not read yet. */
interface Opened {
  readonly process: CompactProcess;
  /** The index of its source, and the bytes of the sources before. */
  readonly source: number;
  readonly before: number;
  readonly lastSeen: number;
}

interface Built {
  readonly tree: ProcessTree;
  readonly replayed: Replay["processes"][number];
  readonly filtered: Replay["filtered"];
}

function tryOpen(source: ByteSource): Trace | UserError {
  try {
    return openTrace(source);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function reaching({
  process: { info, reach },
  lastSeen,
}: Pick<Replay["processes"][number], "process" | "lastSeen">): Reaching {
  return { info, ...(reach === undefined ? {} : { reach }), lastSeen };
}

function buildProcess(
  { process, source, lastSeen }: Opened,
  table: FunctionTable,
  { scope, ...options }: CountOptions & { readonly scope: Scope },
  progress: (pass: number, bytes: number) => void,
  ready?: Counted,
): Built {
  const { info } = process;
  const counted = ready ?? countProcess(process, { ...options, ...scope }, progress);
  const { nodes, stacks, edges, attachments, end, known } = counted;
  const ids = new IdMap(process.definitions, table);
  attachments.trim();
  const { tree, number } = freeze(nodes, stacks, edges.list, ids, costBound(info));
  const cause = snapshotCause(process);
  return {
    tree: Object.freeze({
      source,
      info,
      notes: process.notes,
      tree,
      events: counted.events,
      goroutines: counted.goroutines,
      total: extent(tree),
      atLeast: !known && tree.running.size > 0,
      end,
      leftOut: [...process.leftOut]
        .map(([id, { calls, time }]) => ({ name: process.definitions.get(id)?.name ?? `?${id}`, calls, time }))
        .sort((a, b) => b.calls - a.calls),
      ...(process.reach === undefined ? {} : { reach: process.reach }),
      ...(process.control === undefined ? {} : { control: process.control }),
      ...(cause === undefined ? {} : { cause }),
      strayExits: stacks.stray,
      pruned: stacks.pruned,
      depthLimit: nodes.depthLimit,
      deep: tree.depth.includes(nodes.depthLimit),
      manyFunctions: nodes.hasOtherIds,
      pathLimit: nodes.pathLimit,
      ...(counted.guesses === undefined ? {} : { guesses: counted.guesses }),
      ...(counted.problem === undefined ? {} : { problem: counted.problem }),
      ...(counted.durations === undefined ? {} : { durations: byFunction(counted.durations, ids) }),
      ...(counted.requests === undefined ? {} : { requests: renumbered(counted.requests, number) }),
    }),
    replayed: {
      ...{ process, paths: new NodePaths(nodes), edges: { list: edges.list }, attachments },
      ...{ end, ids, numbers: number, scope, lastSeen },
    },
    filtered: stacks.filtered,
  };
}

/** By function of the forest. */
function byFunction(packed: PackedDurations, ids: IdMap): Map<number, Durations> {
  const result = new Map<number, Durations>();
  for (const [id, durations] of unpackDurations(packed)) {
    const func = ids.number(id);
    const others = result.get(func);
    if (others === undefined) result.set(func, durations);
    else others.merge(durations);
  }
  return result;
}

/** From the first event of a tree to the end of its last frame, nanoseconds. */
export function extent(tree: CallTree): number {
  const { from, to } = spanOf(tree);
  return to - from;
}

/** When the first event of a tree was and when its last frame ended, nanoseconds since the start of the process. */
export function spanOf({ size, first, last }: CallTree): { readonly from: number; readonly to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (let node = 1; node < size; node++) {
    if (first[node] < from) from = first[node];
    if (last[node] > to) to = last[node];
  }
  return { from: Math.min(from, to), to };
}
