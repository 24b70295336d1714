/** What an interval and a goroutine are, for all that consume them; `intervals` makes them. */

export const Activity = { Running: 1, Runnable: 2, Waiting: 3, Syscall: 4 } as const;
export type Activity = (typeof Activity)[keyof typeof Activity];

/** One stay of a goroutine in one state. ONE object is reused: copy what you keep. Times: ns since the trace's start. */
export interface Interval {
  goroutine: number;
  activity: Activity;
  /**
   * Waiting: what for, as the runtime says ("sync", "chan receive", "network", ...), "" when it began before the trace.
   * Runnable: why it became so: "preempted" and the like, "created", "syscall", or the reason it had waited for.
   */
  reason: string;
  /** Where the goroutine stopped; for Running where it goes on. An index into the reader's stacks, 0 unknown. */
  stack: number;
  /** Running: where it stops then; 0 unknown. Else 0. */
  stopStack: number;
  begin: number;
  end: number;
  /** Began before the trace: the duration is "at least". */
  cutBegin: boolean;
  /** Still open at the end of the trace: the duration is "at least". */
  cutEnd: boolean;
  /** Waiting, Runnable: the goroutine that made it runnable (created or woke it), or NONE: a timer, the network, itself. */
  waker: number;
  /** The stack of that at the time, 0 unknown. */
  wakerStack: number;
  /** Running: the P. Syscall: the P it was entered with, or NONE. Else NONE. */
  proc: number;
  /** Syscall: time from which it had no P any more (its begin, when it never had one), or NONE. */
  procLost: number;
}

/** An open interval, for analyses that attribute a part of it before it ends. */
export interface OpenInterval {
  readonly activity: Activity;
  readonly reason: string;
  readonly stack: number;
  readonly begin: number;
  readonly procLost: number;
}

/** What is known of a goroutine; filled in as the trace tells more. */
export interface GoroutineInfo {
  readonly id: number;
  /** A small number, unique among living goroutines and given again after the end: for tables of one's own. */
  readonly slot: number;
  /** A stack whose outermost frame is the start function; 0 as long as no stack was seen. */
  startStack: number;
  /** "" as long as no stack was seen. */
  startFunction: string;
  readonly creator: number;
  readonly creatorStack: number;
  readonly begin: number;
  /** Valid when the goroutine is over. */
  end: number;
  readonly createdInTrace: boolean;
  endedInTrace: boolean;
  /** One of the runtime's own, after its start function. */
  system: boolean;
}

/**
 * Whether goroutines with this start function are the runtime's own (runtime.isSystemGoroutine, seen from outside), or
 * record: those that write the trace and the CPU profile are not the program's.
 */
export function isSystemFunction(name: string): boolean {
  if (name.startsWith("runtime.")) return name !== "runtime.main";
  return name.startsWith("runtime/trace.") || name === "runtime/pprof.profileWriter";
}

/** Where intervals come from; calls come in the order of the trace (intervals by their end). */
export interface IntervalSource {
  onGoroutineBegin(f: (g: GoroutineInfo) => void): void;
  onInterval(f: (i: Interval, g: GoroutineInfo) => void): void;
  /** After the last interval of a goroutine; at the end of the trace also for those that live. */
  onGoroutineEnd(f: (g: GoroutineInfo) => void): void;
}
