/** The chunks with which a running process is controlled and uses space again, as data; see spec.ts. */
import type { HeaderField } from "./spec.js";

/** Bytes of the control chunk; a process has one. */
export const CONTROL_SIZE = 1024;

/** The fields of the control chunk, which the process and the gotrace command write while the process runs. */
export const CONTROL_FIELDS = [
  /** One of {@link GATES}. */
  { name: "gate", offset: 32, type: "u32" },
  /** The command adds 1 when it has changed `minimum`, `depth` or the text. */
  { name: "generation", offset: 36, type: "u32" },
  /** Nanoseconds: shorter calls that have only such callees are not kept; 0 for none. */
  { name: "minimum", offset: 40, type: "u64" },
  /** Frames on deeper levels are not recorded; 0 for no limit. */
  { name: "depth", offset: 48, type: "u32" },
  /** The command adds 1 to ask for a snapshot. */
  { name: "dump", offset: 52, type: "u32" },
  { name: "textLength", offset: 56, type: "u32" },
  /** See {@link MODES}. */
  { name: "mode", offset: 60, type: "u32" },
  /** Size of the ring in bytes, and its length in nanoseconds; 0 if only the size counts. */
  { name: "ringBytes", offset: 64, type: "u64" },
  { name: "ringAge", offset: 72, type: "u64" },
  /** Ticks since which the trace of a ring is complete; 0 if nothing was overwritten. */
  { name: "ringFrom", offset: 80, type: "u64" },
  /** Bytes of chunks whose space was used again. */
  { name: "reused", offset: 88, type: "u64" },
  /** Offset of the first chunk with counts of calls left out by `minimum`; 0 for none. */
  { name: "leftOut", offset: 96, type: "u64" },
  /** Entries written to the log of the gate. */
  { name: "changes", offset: 104, type: "u32" },
  /** The generation that the process has put in force. */
  { name: "applied", offset: 108, type: "u32" },
  /** The first line of the text that is no pattern, from 1 on; 0 if all are. */
  { name: "wrong", offset: 112, type: "u32" },
  /** Snapshots written, triggers that were met too soon after one, and snapshots that could not be written. */
  { name: "snapshots", offset: 116, type: "u32" },
  { name: "skipped", offset: 120, type: "u32" },
  { name: "failed", offset: 124, type: "u32" },
  /** How often gotrace paused the process because it could not read as fast. */
  { name: "behind", offset: 760, type: "u32" },
  /** Calls that took as long as a condition about states says, and that are to be looked at: see runtime-go/candidate.go. */
  { name: "stateCalls", offset: 764, type: "u32" },
  /** How it stands with the states of calls beside a ring: see {@link RING_STATES}. */
  { name: "states", offset: 752, type: "u32" },
  /** The snapshots that have got all of the states that they get. */
  { name: "statesDone", offset: 756, type: "u32" },
  /** The first condition of GOTRACE_DUMP_WHEN that the process does not understand, from 1 on; 0 if it understands all. */
  { name: "wrongWhen", offset: 896, type: "u32" },
  /**
   * Giving back: ranges of the file that the command wants to be holes, counted; bytes of holes so far; ranges that the process
   * has seen to; 1 if the file system has no holes.
   */
  { name: "giveAsked", offset: 900, type: "u32" },
  { name: "given", offset: 904, type: "u64" },
  { name: "giveDone", offset: 912, type: "u32" },
  { name: "giveFailed", offset: 916, type: "u32" },
  /** Where the chunks begin that the command has appended to a file with holes; 0 for none. */
  { name: "appended", offset: 1016, type: "u64" },
] as const satisfies readonly HeaderField[];

/**
 * The text: lines of `+` or `-` and a regular expression for function names. The last one that matches decides; where none
 * does, a function is recorded unless the first line begins with `+`.
 */
export const CONTROL_TEXT = { offset: 128, most: 624 } as const;

/**
 * Whether the process records: yes; not until it is told so; not until gotrace has read what was written; not until it is told
 * so, and it is to write a snapshot, after which it puts `paused` here.
 */
export const GATES = { open: 0n, paused: 1n, behind: 2n, asked: 3n } as const;

/**
 * The log of the gate, written by the gotrace command: entries of u64, the time on the runtime's clock in nanoseconds
 * shifted left by one, and the new gate. Entry `n` is at place `n` modulo the number of entries.
 */
export const GATE_LOG = { offset: 768, entries: 16 } as const;

/**
 * Chunks of counts: for each of `ids` functions two u64, the number of calls left out and their time in ticks. `slot` of the
 * chunk is the id of the first function, `ticks` the offset of the next such chunk, 0 for none.
 */
export const COUNTS = { ids: 512, bytes: 16 } as const;

/** The latest ranges to become holes: two u64, the offsets from and to. Range `n` is at place `n` modulo the number of entries. */
export const GIVE = { offset: 920, entries: 6 } as const;

/** What a process does with space, by number: writes on, or overwrites the oldest chunks. */
export const MODES = ["plain", "ring"] as const;

/**
 * The states of calls beside a ring, by number: not asked for; recorded by Go's flight recorder, which in a snapshot means
 * that they are still to be appended; appended; four earlier snapshots were still to get theirs; the file could not be
 * written; Go is older than 1.25; the program has a flight recorder itself; the flight recorder could not be started.
 */
export const RING_STATES = ["none", "on", "written", "busy", "failed", "oldGo", "own", "unstarted"] as const;

/** Bytes of the header of a chunk of kind `ring`: that of `events`, and the fields of {@link RingChunk}. */
export const RING_HEADER = 64;

/** Offsets in the header of a chunk of a ring. */
export enum RingChunk {
  /** u64: ticks at which its slot opened its next chunk; 0 before that. */
  closed = 32,
  /** u32: bytes of the snapshot behind the header; its records come next. */
  snapshot = 40,
  /** u64: ticks at which the process last left the chunk alone when it looked for space. */
  passed = 48,
}
