/** Builds the tree of one process. */
import { namedLeftOut, snapshotCause } from "../calltrace/index.js";
import { costBound } from "./bound.js";
import { CollectedDurations } from "./collected-durations.js";
import { renumbered } from "./collected-requests.js";
import type { CompactProcess } from "./compact.js";
import { freeze } from "./freeze.js";
import { type FunctionTable, IdMap } from "./functions.js";
import type { Counted } from "./replay/count.js";
import { NodePaths } from "./replay/node-paths.js";
import type { Replayed } from "./replay/replay.js";
import type { Scope } from "./replay/scope.js";
import type { Stacks } from "./replay/stacks.js";
import { type CallTree, type ProcessTree, sumOf, type TreeCounts } from "./tree.js";

/** A process whose calls were counted. */
export interface Built {
  readonly tree: ProcessTree;
  /** What walks over its calls need. */
  readonly replayed: Replayed & {
    readonly numbers: Int32Array;
    readonly ids: IdMap;
    /** What was counted. */
    readonly scope: Scope;
  };
  /** Calls left out because they do not belong to the selected call, goroutines or time window. */
  readonly filtered: Stacks["filtered"];
}

/** @param source the index of its source */
export function buildProcess(
  process: CompactProcess,
  source: number,
  scope: Scope,
  counted: Counted,
  table: FunctionTable,
): Built {
  const { info } = process;
  const { nodes, stacks, edges, attachments, end, known } = counted;
  const ids = new IdMap(process.definitions, table);
  attachments.trim();
  const { tree, number } = freeze(nodes, stacks, edges.list, ids, costBound(info));
  const cause = snapshotCause(process);
  const durations = CollectedDurations.of(counted, ids);
  return {
    tree: Object.freeze({
      source,
      info,
      notes: process.notes,
      tree,
      counts: countsOf(tree),
      events: counted.events,
      goroutines: counted.goroutines,
      total: extent(tree),
      atLeast: !known && tree.running.size > 0,
      end,
      leftOut: process.leftOut.size === 0 ? NOTHING : namedLeftOut(process.leftOut, process.definitions),
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
      ...(durations === undefined ? {} : { durations }),
      ...(counted.requests === undefined ? {} : { requests: renumbered(counted.requests, number) }),
    }),
    replayed: {
      ...{ process, paths: new NodePaths(nodes), edges: { list: edges.list }, attachments },
      ...{ end, ids, numbers: number, scope },
    },
    filtered: stacks.filtered,
  };
}

const NOTHING: ProcessTree["leftOut"] = [];

/** The same process with another tree. */
export function withTree(process: ProcessTree, tree: CallTree, facts: Partial<ProcessTree> = {}): ProcessTree {
  return Object.freeze({
    ...process,
    ...facts,
    tree,
    counts: countsOf(tree),
    total: extent(tree),
    atLeast: process.atLeast && tree.running.size > 0,
  });
}

type Large = "tree" | "durations" | "requests";

/** A process whose tree is not kept. A class, so that thousands of them share their shape. */
class FarProcess implements Pick<ProcessTree, Large> {
  constructor(
    private readonly again: (process: number) => ProcessTree,
    private readonly index: number,
    private readonly hasRequests: boolean,
  ) {}

  get tree(): CallTree {
    return this.again(this.index).tree;
  }

  get durations(): ProcessTree["durations"] {
    return this.again(this.index).durations;
  }

  get requests(): ProcessTree["requests"] {
    return this.hasRequests ? this.again(this.index).requests : undefined;
  }
}

/** The process without what is large, which is made again whenever it is asked for. */
export function withoutTree(process: ProcessTree, again: (process: number) => ProcessTree, index: number): ProcessTree {
  const { tree: _tree, durations: _durations, requests, ...facts } = process;
  return Object.assign(new FarProcess(again, index, requests !== undefined), facts);
}

function countsOf(tree: CallTree): TreeCounts {
  const { size, calls, others, running, panics, goexits, earlier, tests } = tree;
  // Those of `others` are counted at its children.
  const all = calls.reduce((sum, count) => sum + count, others > 0 ? -calls[others] : 0);
  return {
    paths: size - 1,
    calls: all,
    others: others > 0 ? calls[others] : undefined,
    running: sumOf(running),
    panics: sumOf(panics),
    goexits: sumOf(goexits),
    earlier: sumOf(earlier),
    tests: tests.size,
  };
}

/** From the first event of a tree to the end of its last frame, nanoseconds. */
function extent(tree: CallTree): number {
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
