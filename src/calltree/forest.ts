/** Builds the call trees of all processes of one or more traces. */
import { UserError } from "../base/errors.js";
import { type ByteSource, openTrace, type ProcessTrace, type Trace } from "../calltrace/index.js";
import { costBound } from "./bound.js";
import { freeze } from "./freeze.js";
import { FunctionTable, IdMap } from "./functions.js";
import { type ReplayOptions, TreeBuilder } from "./replay/builder.js";
import { prescan } from "./replay/prescan.js";
import type { Replayed } from "./replay/replay.js";
import type { CallForest, CallTree, ProcessTree, SourceProblem } from "./tree.js";
import { type Bound, requireReach, type Window, windowsOf } from "./window.js";

export interface ForestOptions extends Omit<ReplayOptions, "from" | "to"> {
  /** Only the time between these. */
  readonly from?: Bound;
  readonly to?: Bound;
  /**
   * Called from time to time with the progress in bytes; `total` is twice the size of the traces, because each is read
   * twice.
   */
  readonly progress?: (done: number, total: number) => void;
}

/** The trees of some traces, and the data needed to walk their calls again. */
export interface Replay {
  readonly forest: CallForest;
  readonly processes: readonly (Replayed & { readonly numbers: Int32Array; readonly ids: IdMap })[];
  /** Calls left out because they were not on the selected goroutines, or not in the selected time window. */
  readonly filtered: { readonly goroutine: number; readonly window: number };
  /** By process: `from` and `to`. */
  readonly windows: readonly Window[];
}

/**
 * Builds the call trees of all processes of some traces. For damaged traces, the trees hold what could be read and
 * `problem` reports what could not. A source that is not a trace is also reported there, as long as at least one is.
 *
 * @param sources a trace, or several whose processes are shown together
 * @throws UserError if no source is a trace of a supported version, or none reaches into the time to show
 */
export function replayTraces(sources: ByteSource | readonly ByteSource[], options: ForestOptions = {}): Replay {
  const list = "read" in sources ? [sources] : sources;
  const opened: { readonly process: ProcessTrace; readonly source: number; readonly before: number }[] = [];
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
    for (const process of trace.processes) opened.push({ process, source: index, before });
    if (trace.problem !== undefined) problem ??= { ...trace.problem, source: index };
    before += source.size;
  }
  if (opened.length === 0 && refusal !== undefined) throw refusal;
  const { from, to, ...scope } = options;
  const traces = opened.map(({ process }) => process);
  const windows = windowsOf(options, traces);
  const table = new FunctionTable();
  const built = opened.map(({ process, source, before }, index) => {
    const progress = (pass: number, bytes: number) =>
      options.progress?.(2 * (before + process.base) + pass * process.length + bytes, 2 * size);
    return buildProcess(process, source, table, { ...scope, ...windows[index] }, progress);
  });
  const ends = built.map(({ replayed }) => replayed.end);
  requireReach(options, windows, traces, ends);
  const processes = built.map(({ tree }) => tree);
  const forest = Object.freeze({ functions: table.list, processes, ...(problem === undefined ? {} : { problem }) });
  const sum = (kind: "goroutine" | "window") => built.reduce((calls, { filtered }) => calls + filtered[kind], 0);
  const filtered = { goroutine: sum("goroutine"), window: sum("window") };
  return { forest, processes: built.map(({ replayed }) => replayed), filtered, windows };
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

function buildProcess(
  process: ProcessTrace,
  source: number,
  table: FunctionTable,
  options: ReplayOptions,
  progress: (pass: number, bytes: number) => void,
): Built {
  const { info } = process;
  const facts = prescan(process, (bytes) => progress(0, bytes));
  const builder = new TreeBuilder(process, facts, options);
  builder.replay((bytes) => progress(1, bytes));
  const { end, known } = endOf(process, builder, builder.last());
  builder.close(end);
  const { nodes, stacks, edges, attachments } = builder;
  const ids = new IdMap(process.definitions, table);
  const { tree, number } = freeze(nodes, stacks, edges.list, ids, costBound(info));
  return {
    tree: Object.freeze({
      source,
      info,
      notes: process.notes,
      tree,
      events: facts.events,
      goroutines: facts.goroutines,
      total: extent(tree),
      atLeast: !known && tree.running.size > 0,
      strayExits: stacks.stray,
      pruned: stacks.pruned,
      depthLimit: nodes.depthLimit,
      deep: tree.depth.includes(nodes.depthLimit),
      manyFunctions: nodes.hasOtherIds,
      pathLimit: nodes.pathLimit,
      ...(facts.problem === undefined ? {} : { problem: facts.problem }),
    }),
    replayed: { process, nodes, edges, attachments, end, ids, numbers: number },
    filtered: stacks.filtered,
  };
}

/** The time at which frames still open at the end of the trace ended, and whether it is known exactly. */
function endOf(
  { info, definitions }: ProcessTrace,
  builder: TreeBuilder,
  last: number,
): { end: number; known: boolean } {
  if (info.stop !== undefined) return { end: Math.max(info.stop.at, last), known: false };
  if (info.now !== undefined) return { end: Math.max(info.now, last), known: false };
  // The process ends at once when main.main returns, but not when main.main is left by Goexit.
  for (const { id, name } of definitions.values()) {
    if (name === "main.main" && builder.isDone(id)) return { end: last, known: true };
  }
  return { end: Math.max(info.end ?? last, last), known: info.exitStatus !== undefined };
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
