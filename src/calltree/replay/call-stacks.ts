/** What a tree is built with: the stacks of open calls of all slots, and the nodes to which they add up. */
import type { RecordDecoder } from "../../calltrace/index.js";
import type { CollectedRequests } from "../collected-requests.js";
import type { PackedDurations } from "../packed-durations.js";
import type { CallDurations } from "./call-durations.js";
import type { Endings } from "./endings.js";
import type { NodeTable } from "./nodes.js";
import type { Reach } from "./reach.js";
import type { CountedTime } from "./scope.js";

/** A chunk in memory, `size` bytes from byte `index` on. One object stands for the same bytes as long as it is used. */
export interface OpenChunk {
  readonly units: Uint16Array;
  readonly index: number;
  readonly size: number;
}

export interface TakenNodes {
  readonly nodes: NodeTable;
  /** By node (the columns may be shorter): number of goroutines with the node as an outermost frame, and the last one by id. */
  readonly goroutines: Int32Array<ArrayBuffer>;
  readonly goids: Float64Array<ArrayBuffer>;
  /** By function, if they were asked for and there was enough memory. */
  readonly durations?: PackedDurations;
  /** The same of a small trace, call by call. */
  readonly single?: CallDurations;
  /** Also if asked for and complete; with the numbers of nodes here. */
  readonly requests?: CollectedRequests;
}

/** Nodes are numbers of the tree's table, frames are known only to the stacks. */
export interface CallStacks {
  readonly endings: Endings;
  /** Exits without an open frame; an intact trace has none. */
  readonly stray: number;
  /** Calls pruned from an unmerged tree because they are short. */
  readonly pruned: number;
  /** Calls outside the scope: not of the family, on other goroutines, or before or after the time window. */
  readonly filtered: { call: number; goroutine: number; window: number };
  /** A goroutine begins on a slot, which has no open frames. @returns the window in which its calls count */
  open(slot: number, goid: number): CountedTime;
  /**
   * Replays the records of a chunk from the decoder's position on, until its status is not `more`.
   *
   * @param chunk for which the decoder has been opened
   * @param reach is told when the next records are
   */
  run(slot: number, decoder: RecordDecoder, chunk: OpenChunk, reach?: Pick<Reach, "check">): void;
  /** Ends all open frames of a slot at `time`, as never returned. */
  abandon(slot: number, time: number): void;
  /** The nodes of a slot's open frames, innermost first. */
  openNodes(slot: number): Iterable<number>;
  /** The function of a node, its id in the trace. */
  functionOf(node: number): number;
  /** Whether there are more paths than a tree may have. */
  readonly hasOtherPaths: boolean;
  /**
   * Whether a function that was called as the outermost one of a goroutine of the root has ended, not by Goexit; undefined if it
   * was not.
   */
  isDone(func: number): boolean | undefined;
  /** Protects a node of an unmerged tree from being pruned. */
  hold(node: number): void;
  /** The nodes; nothing may be replayed from now on. */
  take(): TakenNodes;
}
