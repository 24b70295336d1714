/**
 * How the time of calls divides into the states that their goroutine was in. The states come from outside, from an
 * execution trace of the same process; here they are only charged to calls.
 */

/** The states. A goroutine is in exactly one at any time, so the times in them add up to the whole. */
export const STATES = [
  /** On a processor. */
  "running",
  /** Ready, and waiting for a processor. */
  "runnable",
  /** Waiting for a Mutex, an RWMutex or the lock of a file. */
  "lock",
  /** Waiting for a WaitGroup, a Cond or a Once. */
  "wait",
  /** Sending to or receiving from a channel. */
  "channel",
  "select",
  /** Waiting for the network, a pipe or a terminal: whatever the runtime polls. */
  "network",
  "sleep",
  "syscall",
  /** Marking for the collector, or waiting for it. */
  "gc",
  /** Any other wait, such as that of an iterator's coroutine. */
  "other",
  /** Not in the execution trace: before its first event, after its last one, or in a part that was lost. */
  "unknown",
] as const;

export type StateName = (typeof STATES)[number];

/** Index into {@link STATES}. */
export const State = Object.freeze(
  Object.fromEntries(STATES.map((name, index) => [name, index])) as Record<StateName, number>,
);

/** States that another goroutine ends. The others end by a timer, the network, the system or the collector. */
export const ENDED_BY_OTHERS: ReadonlySet<number> = new Set([State.lock, State.wait, State.channel, State.select]);

/** Times of a call by index into {@link STATES}, nanoseconds. The arrays are reused: copy what you keep. */
export interface CallStates {
  /** Adds up to the call's self time. */
  readonly self: Float64Array;
  /** Adds up to the call's duration. */
  readonly total: Float64Array;
  /** The only state with any time, if that is known to be so; else -1. */
  readonly only: number;
}

/** By index into {@link STATES}: a column by node, nanoseconds; undefined where no node has any time in the state. */
export type StateColumns = readonly (Float64Array | undefined)[];

/** How the times of a tree's nodes divide into states: sums over their calls. */
export interface TreeStates {
  readonly self: StateColumns;
  readonly total: StateColumns;
}

/** The time of a node in each state, by index into {@link STATES}. */
export function statesAt(columns: StateColumns, node: number): number[] {
  return columns.map((column) => column?.[node] ?? 0);
}

/** Who made whom wait. */
export interface Blame {
  /** Pairs of nodes, most time first. */
  readonly pairs: readonly Blamed[];
  /** Why calls waited, also where nobody is to blame. */
  readonly reasons: readonly WaitReason[];
  /**
   * By node: how long the runtime had stopped the world while its calls lasted, nanoseconds. That is no part of their
   * time, but overlaps with any of them.
   */
  readonly stopped: ReadonlyMap<number, number>;
  /** How long it was stopped since the process started, nanoseconds. */
  readonly stoppedTime: number;
  /** Shorter waits are not counted, because there are too many; nanoseconds, 0 if all are. */
  readonly minimum: number;
}

/** The time that calls of a node waited for one reason, nanoseconds. */
export interface WaitReason {
  readonly node: number;
  /** Index into STATES. */
  readonly state: number;
  /** In the words of the Go runtime. */
  readonly reason: string;
  readonly self: number;
  /** With callees. */
  readonly total: number;
}

/** The time that calls of one node waited because of calls of another one. */
export interface Blamed {
  /** The waiting calls, a node of the tree; 0 where no traced call was open. */
  readonly waiter: number;
  /** Index into STATES. */
  readonly state: number;
  /** Why they waited, in the words of the Go runtime. */
  readonly reason: string;
  /** Whether these are goroutines that waited before their first call; `waiter` is then that call. */
  readonly starts: boolean;
  /** The calls that ended the wait, or that held the lock; 0 where no traced call was open. */
  readonly culprit: number;
  /**
   * Untraced goroutines between the two: each ended the wait of the one before. The functions that they started with,
   * from the waiter on, separated by `, `; "" for none, or if that is unknown.
   */
  readonly via: string;
  /**
   * What was to blame where no traced call was open: the state in which the last goroutine of `via` was most of the
   * time meanwhile, or `timer`; for `runnable` also `idle processor`, `stop the world` or `scheduler`; `filtered` if it
   * is the last function of `via`, whose calls are not selected; "" if that is unknown, or there is a call.
   */
  readonly cause: string;
  /** Nanoseconds in all, and of the longest wait. */
  readonly time: number;
  readonly longest: number;
  readonly waits: number;
}
