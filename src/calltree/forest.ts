/** From a trace to the call trees of its processes. */
import { type ByteSource, openTrace, type ProcessTrace } from "../calltrace/index.js";
import { type BuildOptions, TreeBuilder } from "./builder.js";
import { freeze } from "./freeze.js";
import { FunctionTable, IdMap } from "./functions.js";
import { survey } from "./survey.js";
import type { CallForest, CallTree, ProcessTree } from "./tree.js";

export interface ForestOptions extends BuildOptions {
  /** Told now and then how far the work is; `total` is twice the size of the trace. */
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Builds the call trees of all processes of a trace. Damaged traces give the trees of what could be read, and say
 * in `problem` what could not.
 *
 * @throws UserError if the source is no trace, or one of a version this gotrace does not read
 */
export function buildForest(source: ByteSource, options: ForestOptions = {}): CallForest {
  const trace = openTrace(source);
  const table = new FunctionTable();
  const processes = trace.processes.map((process) => buildProcess(process, table, source.size, options));
  return Object.freeze({
    functions: table.list,
    processes,
    ...(trace.problem === undefined ? {} : { problem: trace.problem }),
  });
}

function buildProcess(process: ProcessTrace, table: FunctionTable, size: number, options: ForestOptions): ProcessTree {
  const { base, info } = process;
  const progress = (pass: number) => (bytes: number) =>
    options.progress?.(2 * base + pass * process.length + bytes, 2 * size);
  const facts = survey(process, progress(0));
  const builder = new TreeBuilder(process, facts, options);
  builder.replay(progress(1));
  const { end, known } = endOf(process, builder, builder.last());
  builder.close(end);
  const tree = freeze(builder.nodes, builder.stacks, builder.edges, new IdMap(process.definitions, table));
  return Object.freeze({
    info,
    notes: process.notes,
    tree,
    events: facts.events,
    goroutines: facts.goroutines,
    total: extent(tree),
    atLeast: !known && tree.running.size > 0,
    strayExits: builder.stacks.stray,
    pruned: builder.stacks.pruned,
    depthLimit: builder.nodes.depthLimit,
    ...(facts.problem === undefined ? {} : { problem: facts.problem }),
  });
}

/** When the frames ended that are open at the end of the trace, and whether that is known. */
function endOf(
  { info, definitions }: ProcessTrace,
  builder: TreeBuilder,
  last: number,
): { end: number; known: boolean } {
  if (info.stop !== undefined) return { end: Math.max(info.stop.at, last), known: false };
  // When main.main returns the process ends at once; it does not when main.main is left by Goexit.
  for (const { id, name } of definitions.values()) {
    if (name === "main.main" && builder.isDone(id)) return { end: last, known: true };
  }
  return { end: Math.max(info.end ?? last, last), known: info.end !== undefined };
}

function extent({ size, first, last }: CallTree): number {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (let node = 1; node < size; node++) {
    if (first[node] < from) from = first[node];
    if (last[node] > to) to = last[node];
  }
  return Math.max(0, to - Math.min(from, to));
}
