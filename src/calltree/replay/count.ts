/** What the replay of a process has counted, and the ends of calls that never returned. */
import type { Problem, ProcessTrace } from "../../calltrace/index.js";
import type { CollectedRequests } from "../collected-requests.js";
import type { PackedDurations } from "../packed-durations.js";
import type { AttachmentTable } from "./attachments.js";
import type { TreeBuilder } from "./builder.js";
import type { CallDurations } from "./call-durations.js";
import type { CallStacks, TakenNodes } from "./call-stacks.js";
import type { EdgeTable } from "./edges.js";
import type { Endings } from "./endings.js";
import type { NodeTable } from "./nodes.js";
import type { Prescan } from "./prescan.js";

/** What a replay has counted of calls. */
export interface Counts {
  readonly nodes: NodeTable;
  readonly edges: EdgeTable;
  readonly attachments: AttachmentTable;
  readonly stacks: StackCounts;
  /** By function, if asked for and known. */
  readonly durations?: PackedDurations;
  /** The same of a small trace. */
  readonly single?: CallDurations;
  /** If asked for and known; with the numbers of {@link nodes}. */
  readonly requests?: CollectedRequests;
}

/** What the replay of a process has counted. */
export interface Counted extends Counts {
  /** Recorded events: enter, exit and spawn each count 1. */
  readonly events: number;
  readonly goroutines: number;
  /** The time at which frames still open at the end of the trace ended, and whether it is known exactly. */
  readonly end: number;
  readonly known: boolean;
  readonly problem?: Problem;
  /** Goroutines whose places are guesses, because the calls were given back before what decides them was known. */
  readonly guesses?: number;
}

/** What is counted beside the nodes. */
export interface StackCounts
  extends Pick<CallStacks, "stray" | "pruned" | "filtered">,
    Omit<TakenNodes, "nodes" | "durations" | "single" | "requests"> {
  readonly endings: Pick<Endings, "panics" | "goexits" | "running" | "recovered" | "earlier">;
}

/** Ends the calls that are open after the replay of a whole trace. */
export function completed(process: ProcessTrace, facts: Prescan, builder: TreeBuilder): Counted {
  const end = endOf(process, builder.last(), hasMainEnded(process, builder.stacks) === true);
  builder.close(end.end);
  return countedOf(countsOf(builder), facts, end);
}

/** All that was counted of a process. */
export function countedOf(counts: Counts, { events, goroutines, problem }: Prescan, end: End): Counted {
  return { ...counts, events, goroutines, ...end, ...(problem === undefined ? {} : { problem }) };
}

/** What a builder has counted; it can count nothing more. */
export function countsOf({ stacks, edges, attachments }: TreeBuilder): Counts {
  const { endings, stray, pruned, filtered } = stacks;
  const { nodes, goroutines, goids, durations, single, requests } = stacks.take();
  const counts = { nodes, edges, attachments, stacks: { endings, stray, pruned, filtered, goroutines, goids } };
  return {
    ...counts,
    ...(durations === undefined ? {} : { durations }),
    ...(single === undefined ? {} : { single }),
    ...(requests === undefined ? {} : { requests }),
  };
}

/** Whether main.main has ended, and not by Goexit; undefined if it was not called. */
export function hasMainEnded(
  { definitions }: Pick<ProcessTrace, "definitions">,
  stacks: CallStacks,
): boolean | undefined {
  let ended: boolean | undefined;
  for (const { id, name } of definitions.values()) {
    if (name === "main.main") ended = ended || (stacks.isDone(id) ?? ended);
  }
  return ended;
}

/** The time at which frames still open at the end of the trace ended, and whether it is known exactly. */
type End = Pick<Counted, "end" | "known">;

/** @param last the time of the last event */
export function endOf({ info }: ProcessTrace, last: number, isMainDone: boolean): End {
  if (info.stop !== undefined) return { end: Math.max(info.stop.at, last), known: false };
  if (info.now !== undefined) return { end: Math.max(info.now, last), known: false };
  // The process ends at once when main.main returns, but not when main.main is left by Goexit.
  if (isMainDone) return { end: last, known: true };
  return { end: Math.max(info.end ?? last, last), known: info.exitStatus !== undefined };
}
