/** What the builder needs to know of a trace that it reads, also while that grows, or several threads read it. */
import type { ProcessTrace } from "../../calltrace/index.js";
import type { Spawn } from "./spawns.js";

/** What is replayed of a process. */
export type Replayable = Pick<ProcessTrace, "chunks" | "clock" | "definitions" | "source">;

/** How far the records of a trace that still grows may be replayed. */
export interface Reach {
  /** Bytes of a chunk. */
  limit(slot: number, chunk: number): number;
  /** Whether a chunk holds no more than that, now and later. */
  isComplete(slot: number, chunk: number): boolean;
  /** Called with the time of the next record of a slot. @throws if something relied on a later one */
  check(slot: number, time: number): void;
  /** Called where the place of a goroutine is a guess because its spawn record is not there, or not any more. */
  guessed(): void;
}

/**
 * Fetches a chunk, or at least the part `from` … `end` (bytes from its start), with its header if that is where records
 * begin; `end` may be before `to`, but then there is a whole record.
 */
export interface Fetch {
  fetch(
    offset: number,
    size: number,
    onward: boolean,
    from: number,
    to: number,
  ): { readonly window: { readonly u16: Uint16Array }; readonly index: number; readonly end: number };
}

/** Where several threads replay a trace, each some slots, its share: what one of them tells the others. */
export interface OtherShares {
  /** Whether a slot is in this share. */
  owns(slot: number): boolean;
  /** A spawn record was replayed. @param at bytes from the start of the chunk */
  spawned(chunk: number, at: number, spawn: Spawn): void;
  /** A query was answered. */
  answered(query: number, node: number): void;
  /** A chunk was replayed. @returns whether to go on: not if the shares give up */
  replayed(chunk: number): boolean;
}
