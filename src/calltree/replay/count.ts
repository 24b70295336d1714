/** Counts the calls of a process: both passes over its trace, and the ends of calls that never returned. */
import type { Problem, ProcessTrace } from "../../calltrace/index.js";
import type { PackedDurations } from "../packed-durations.js";
import type { AttachmentTable } from "./attachments.js";
import { TreeBuilder } from "./builder.js";
import type { CallStacks, TakenNodes } from "./call-stacks.js";
import type { EdgeTable } from "./edges.js";
import type { Endings } from "./endings.js";
import type { NodeTable } from "./nodes.js";
import { type Prescan, prescan } from "./prescan.js";
import type { ReplayOptions } from "./stacks-for.js";

/** What the replay of a process has counted. */
export interface Counted {
  readonly nodes: NodeTable;
  readonly edges: EdgeTable;
  readonly attachments: AttachmentTable;
  readonly stacks: StackCounts;
  /** Recorded events: enter, exit and spawn each count 1. */
  readonly events: number;
  readonly goroutines: number;
  /** The time at which frames still open at the end of the trace ended, and whether it is known exactly. */
  readonly end: number;
  readonly known: boolean;
  readonly problem?: Problem;
  /** By function, if asked for and known. */
  readonly durations?: PackedDurations;
  /** Goroutines whose places are guesses, because the calls were given back before what decides them was known. */
  readonly guesses?: number;
}

/** What is counted beside the nodes. */
export interface StackCounts extends Pick<CallStacks, "stray" | "pruned" | "filtered">, Omit<TakenNodes, "nodes"> {
  readonly endings: Pick<Endings, "panics" | "goexits" | "running" | "recovered" | "earlier">;
}

/** Bytes of a process up to which compiling the core takes longer than doing without it. */
const SMALL = 1 << 20;

/** @param progress called with the number of the pass and the bytes of it that are done */
export function countProcess(
  process: ProcessTrace,
  options: ReplayOptions,
  progress: (pass: number, bytes: number) => void,
): Counted {
  const isPlain = options.isPlain ?? process.length < SMALL;
  const facts = prescan(process, (bytes) => progress(0, bytes), isPlain);
  const builder = new TreeBuilder(process, facts, { ...options, isPlain });
  builder.replay((bytes) => progress(1, bytes));
  return completed(process, facts, builder);
}

/** Ends the calls that are open after the replay of a whole trace. */
export function completed(
  process: ProcessTrace,
  { events, goroutines, problem }: Prescan,
  builder: TreeBuilder,
): Counted {
  const { end, known } = endOf(process, builder, builder.last());
  builder.close(end);
  const { edges, attachments } = builder;
  const { endings, stray, pruned, filtered } = builder.stacks;
  const { nodes, goroutines: outermost, goids, durations } = builder.stacks.take();
  const stacks = { endings, stray, pruned, filtered, goroutines: outermost, goids };
  const counts = { nodes, stacks, edges, attachments, events, goroutines, end, known };
  return {
    ...counts,
    ...(problem === undefined ? {} : { problem }),
    ...(durations === undefined ? {} : { durations }),
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
    if (name === "main.main" && builder.stacks.isDone(id)) return { end: last, known: true };
  }
  return { end: Math.max(info.end ?? last, last), known: info.exitStatus !== undefined };
}
