/** The types Interval and GoroutineInfo, which most analyses consume; intervals.ts makes them. */

/** What a goroutine is doing; for Waiting and Runnable the interval has a reason. */
export const Activity = { Running: 1, Runnable: 2, Waiting: 3, Syscall: 4 } as const;
export type Activity = (typeof Activity)[keyof typeof Activity];

/**
 * One stay of a goroutine in one state. A single object is reused: copy what you keep. Times: ns since the trace's
 * start.
 */
export interface Interval {
  goroutine: number;
  activity: Activity;
  /**
   * Waiting: the runtime's reason ("sync", "chan receive", "network", ...), "" if it began before the trace. Runnable:
   * why it became runnable: "preempted" and the like, "created", "syscall", or the reason of the wait before.
   */
  reason: string;
  /** Where the goroutine stopped; for Running where it goes on. An index into the reader's stacks, 0: unknown. */
  stack: number;
  /** Running: where it stopped at the end of the interval, 0: unknown. Else 0. */
  stopStack: number;
  begin: number;
  end: number;
  /** Began before the trace: the duration is "at least". */
  cutBegin: boolean;
  /** Still open at the end of the trace: the duration is "at least". */
  cutEnd: boolean;
  /** Waiting, Runnable: the goroutine that created or woke it; NONE: a timer, the network, or itself. */
  waker: number;
  /** Stack of `waker` at that time, 0: unknown. */
  wakerStack: number;
  /** Running: the P. Syscall: the P with which it was entered, or NONE. Else NONE. */
  proc: number;
  /** Syscall: when it lost its P (its begin if it never had one); NONE: it did not. */
  procLost: number;
}

/** An open interval, for analyses that count a part of it before it ends. Fields as in Interval. */
export interface OpenInterval {
  readonly activity: Activity;
  readonly reason: string;
  readonly stack: number;
  readonly begin: number;
  readonly procLost: number;
}

/** What is known of a goroutine; filled in as the trace reveals more. */
export interface GoroutineInfo {
  readonly id: number;
  /** A small number, unique among live goroutines and reused after the end: an index for tables of consumers. */
  readonly slot: number;
  /** A stack whose outermost frame is the start function; 0 until a stack is known. */
  startStack: number;
  /** "" until a stack is known. */
  startFunction: string;
  /** NONE if it was created before the trace. */
  readonly creator: number;
  readonly creatorStack: number;
  readonly begin: number;
  /** Set when the goroutine has ended. */
  end: number;
  readonly createdInTrace: boolean;
  endedInTrace: boolean;
  /** Whether it is one of the runtime's own (isSystemFunction). */
  system: boolean;
}

/**
 * Whether goroutines with this start function belong to the runtime (as runtime.isSystemGoroutine decides) or to the
 * recording: those that write the trace and the CPU profile are not the program's.
 */
export function isSystemFunction(name: string): boolean {
  if (name.startsWith("runtime.")) return name !== "runtime.main";
  return name.startsWith("runtime/trace.") || name === "runtime/pprof.profileWriter";
}

/** A source of intervals. Calls follow the order of the trace; an interval comes at its end. */
export interface IntervalSource {
  onGoroutineBegin(f: (g: GoroutineInfo) => void): void;
  onInterval(f: (i: Interval, g: GoroutineInfo) => void): void;
  /** Calls `f` after the last interval of a goroutine, and at the end of the trace for those still live. */
  onGoroutineEnd(f: (g: GoroutineInfo) => void): void;
}
