/**
 * The finished call tree: columns by node, in preorder (a node's subtree is [node, end[node]), parents before
 * children, siblings by first start). Node 0 stands above all goroutines. Built once, then only read.
 */
import { baseName } from "../base/place.js";
import type { Note, Problem, ProcessInfo } from "../calltrace/index.js";
import type { FunctionInfo } from "./functions.js";

/** How a node hangs under its parent. */
export const EdgeKind = {
  /** Called by it; also the outermost frames of the main goroutine. */
  call: 0,
  /** Outermost frame of a goroutine that the parent's go statement started. */
  exact: 1,
  /** Outermost frame of a goroutine that untraced code started, itself started by the parent's go statement. */
  indirect: 2,
  /**
   * Outermost frame of a goroutine that untraced code started; the parent is a guess within the right goroutine, or
   * node 0 if that goroutine has no open frame in the trace.
   */
  approximate: 3,
} as const;

export type EdgeKind = (typeof EdgeKind)[keyof typeof EdgeKind];

/** The most that tracing added to the times of each node, nanoseconds; never more than the time itself. */
export interface TracingTimes {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** Times in nanoseconds since the start of the process. */
export interface CallTree {
  /** Number of nodes, node 0 included. */
  readonly size: number;
  readonly parent: Int32Array;
  /** First node behind the subtree. */
  readonly end: Int32Array;
  readonly depth: Uint16Array;
  /** Index into the functions of the forest; -1 for node 0. */
  readonly func: Int32Array;
  readonly edge: Uint8Array;
  /** The go statement, an index into the functions of the forest; -1 for none. */
  readonly goStatement: Int32Array;
  readonly calls: Float64Array;
  /** Time between enter and exit, of all calls; for nodes at the depth limit, self time. */
  readonly total: Float64Array;
  /** Total without the calls beneath; goroutines are concurrent and stay in. */
  readonly self: Float64Array;
  /** The most that tracing added to these times; undefined where the traced process did not measure its hooks. */
  readonly tracing?: TracingTimes;
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** The node above calls whose paths are beyond the limit, by function, with self time; -1 where there are none. */
  readonly others: number;
  /** Counts by node, only where there are any. */
  readonly panics: ReadonlyMap<number, number>;
  readonly goexits: ReadonlyMap<number, number>;
  /** Frames that never returned. */
  readonly running: ReadonlyMap<number, number>;
  /** Frames that returned although a panic ran through them. */
  readonly recovered: ReadonlyMap<number, number>;
  /** For outermost frames: number of goroutines, and the id of the latest. */
  readonly goroutines: ReadonlyMap<number, number>;
  readonly goids: ReadonlyMap<number, number>;
  /** For outermost frames of goroutines that package testing runs tests on: the test as `t.Name()` gives it. */
  readonly tests: ReadonlyMap<number, string>;
}

/** One process: its tree, and what a report must say about how complete it is. */
export interface ProcessTree {
  /** Which of the sources it comes from. */
  readonly source: number;
  readonly info: ProcessInfo;
  readonly notes: readonly Note[];
  readonly tree: CallTree;
  /** Recorded events: enter, exit and spawn each count 1. */
  readonly events: number;
  readonly goroutines: number;
  /** From the first event to the end of the last frame. */
  readonly total: number;
  /** Frames that were open when the recording ended last at least until then: it is not known when they ended. */
  readonly atLeast: boolean;
  /** Exits without an enter; a sound trace has none. */
  readonly strayExits: number;
  /** Calls left out while building (BuildOptions.minimum). */
  readonly pruned: number;
  /** Deepest level; calls further down stand on it, beside the frames they belong under. */
  readonly depthLimit: number;
  /** Whether there are nodes on that level. */
  readonly deep: boolean;
  /** Whether there are functions with ids beyond the limit, whose calls are counted as those of one. */
  readonly manyFunctions: boolean;
  /** Most nodes; calls on other paths are counted under `tree.others`. */
  readonly pathLimit: number;
  readonly problem?: Problem;
}

/** All processes of the traces that were read together, with one table of functions. */
export interface CallForest {
  readonly functions: readonly FunctionInfo[];
  readonly processes: readonly ProcessTree[];
  /** What is wrong with the traces beyond the problems of the processes: the first such thing. */
  readonly problem?: SourceProblem;
}

/** A problem of one of several sources, by its index. */
export interface SourceProblem extends Problem {
  readonly source: number;
}

/** What people call a process: its program, without its directory and the ending that Windows wants. */
export function processTitle({ info }: Pick<ProcessTree, "info">): string {
  return baseName(info.executable).replace(/\.exe$/, "");
}

/** Sum of a sparse count. */
export function sumOf(counts: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
