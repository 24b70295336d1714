/**
 * The finished call tree: columns by node, in preorder (a node's subtree is [node, end[node]), parents before children,
 * siblings by first start). Node 0 is the root above all goroutines. Built once, then read-only.
 */
import { baseName } from "../base/place.js";
import type { Control, Note, Problem, ProcessInfo, SnapshotCause } from "../calltrace/index.js";
import type { CollectedDurations } from "./collected-durations.js";
import type { CollectedRequests } from "./collected-requests.js";
import type { FunctionInfo } from "./functions.js";
import type { Blame, TreeStates } from "./states.js";

/** How a node is attached to its parent. */
export const EdgeKind = {
  /** A call; also the outermost frames of the main goroutine. */
  call: 0,
  /** Outermost frame of a goroutine that the parent's go statement started. */
  exact: 1,
  /**
   * Outermost frame of a goroutine started by untraced code that runs on a goroutine started by the parent's go
   * statement.
   */
  indirect: 2,
  /**
   * Outermost frame of a goroutine started by untraced code. The parent is a guess within the right goroutine, or node
   * 0 if that goroutine has no open frame in the trace.
   */
  approximate: 3,
} as const;

export type EdgeKind = (typeof EdgeKind)[keyof typeof EdgeKind];

/** Whether a server may call handlers on a goroutine with such an edge, for all that a call trace tells: untraced code started it. */
export function mayServe(edge: EdgeKind): boolean {
  return edge === EdgeKind.indirect || edge === EdgeKind.approximate;
}

/** The most that tracing added to the times of each node, nanoseconds; never more than the time itself. */
export interface TracingTimes {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** Times in nanoseconds since the start of the process. */
export interface CallTree {
  /** Number of nodes, including node 0. */
  readonly size: number;
  readonly parent: Int32Array;
  /** First node after the subtree. */
  readonly end: Int32Array;
  readonly depth: Uint16Array;
  /** Index into the functions of the forest; -1 for node 0. */
  readonly func: Int32Array;
  readonly edge: Uint8Array;
  /** The go statement, an index into the functions of the forest; -1 for none. */
  readonly goStatement: Int32Array;
  readonly calls: Float64Array;
  /** Sum of the times between enter and exit; for nodes at the depth limit, the self time. */
  readonly total: Float64Array;
  /** Total minus callees. Goroutines started beneath run concurrently and are not subtracted. */
  readonly self: Float64Array;
  /** The most that tracing added to these times; undefined if the traced process did not measure its hooks. */
  readonly tracing?: TracingTimes;
  /** How these times divide into states; undefined without an execution trace of the process. */
  readonly states?: TreeStates;
  /** Who made whom wait; undefined where that is not known, or was not asked for. */
  readonly blame?: Blame;
  readonly first: Float64Array;
  readonly last: Float64Array;
  /**
   * The node above calls on paths beyond the limit; its children sum them by function, with self time only. -1 for
   * none.
   */
  readonly others: number;
  /** Counts by node; nodes without any are absent. */
  readonly panics: ReadonlyMap<number, number>;
  readonly goexits: ReadonlyMap<number, number>;
  /** Frames that never returned. */
  readonly running: ReadonlyMap<number, number>;
  /** Frames that began before the trace of a ring reaches, or while recording was paused; their times are those since then. */
  readonly earlier: ReadonlyMap<number, number>;
  /** Frames that returned after a panic. */
  readonly recovered: ReadonlyMap<number, number>;
  /** For outermost frames: number of goroutines, and the id of the latest. */
  readonly goroutines: ReadonlyMap<number, number>;
  readonly goids: ReadonlyMap<number, number>;
  /** For outermost frames of goroutines that package testing runs tests on: the test as `t.Name()` gives it. */
  readonly tests: ReadonlyMap<number, string>;
}

/** Calls of a function that were not kept. */
interface LeftOutCalls {
  readonly name: string;
  readonly calls: number;
  /** Nanoseconds. */
  readonly time: number;
}

/** Sums over a tree. */
export interface TreeCounts {
  /** Number of call paths: of nodes but node 0. */
  readonly paths: number;
  readonly calls: number;
  /** The calls on paths beyond the limit; undefined if there are no such paths. */
  readonly others: number | undefined;
  readonly running: number;
  readonly panics: number;
  readonly goexits: number;
  readonly earlier: number;
  /** Nodes that begin a test which the trace names. */
  readonly tests: number;
}

/** One process: its tree, and the facts for notices about its completeness. */
export interface ProcessTree {
  /** Index of its source. */
  readonly source: number;
  readonly info: ProcessInfo;
  readonly notes: readonly Note[];
  /** Of the later ones of many processes, it is made each time it is asked for: a loop over them should do so once. */
  readonly tree: CallTree;
  readonly counts: TreeCounts;
  /** Recorded events: enter, exit and spawn each count 1. */
  readonly events: number;
  readonly goroutines: number;
  /** From the first event to the end of the last frame. */
  readonly total: number;
  /** Whether frames were open when the recording ended, so that their times are lower bounds. */
  readonly atLeast: boolean;
  /**
   * Where a ring begins to be complete, nanoseconds since the start of the process; calls that began earlier have this as
   * their start. Undefined if nothing was overwritten.
   */
  readonly reach?: number;
  /** When the last event was or, if that is known, the process ended. */
  readonly end: number;
  /** How the process records; undefined in traces of earlier releases. */
  readonly control?: Control;
  /** Why it was copied; undefined if it is no snapshot. */
  readonly cause?: SnapshotCause;
  /** Calls that were not kept because they were short: by function, those with the most first. */
  readonly leftOut: readonly LeftOutCalls[];
  /** Exits without an enter; an intact trace has none. */
  readonly strayExits: number;
  /** Calls pruned while building (ReplayOptions.minimum). */
  readonly pruned: number;
  /** Deepest level of the tree; deeper calls are siblings of the frames that called them. */
  readonly depthLimit: number;
  /** Whether there are nodes at the depth limit. */
  readonly deep: boolean;
  /** Whether there are function ids beyond the limit; all these count as one function. */
  readonly manyFunctions: boolean;
  /** The most nodes; calls on further paths are counted under `tree.others`. */
  readonly pathLimit: number;
  /** The durations of all calls, if they were asked for and are known. */
  readonly durations?: CollectedDurations | undefined;
  /** The requests that a server may have handled, if they were collected. */
  readonly requests?: CollectedRequests | undefined;
  /** Goroutines whose places are guesses, because the calls were given back before what decides them was known. */
  readonly guesses?: number;
  readonly problem?: Problem;
}

/** All processes of the traces that were read together, with one table of functions. */
export interface CallForest {
  readonly functions: readonly FunctionInfo[];
  readonly processes: readonly ProcessTree[];
  /** The first problem of a trace that does not belong to one of its processes. */
  readonly problem?: SourceProblem;
}

/** A problem of one of several sources, by its index. */
export interface SourceProblem extends Problem {
  readonly source: number;
}

/** The title of a process: the name of its program, without directory and `.exe`. */
export function processTitle({ info }: Pick<ProcessTree, "info">): string {
  return baseName(info.executable).replace(/\.exe$/, "");
}

/** Sum of a sparse count. */
export function sumOf(counts: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
