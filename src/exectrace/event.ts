/**
 * The event type that analyses work with. Events correspond one to one to those of golang.org/x/exp/trace; only the
 * shape differs: one flat object, which the reader fills again for every event.
 */
import type { EventKind, ResourceKind } from "./codes.js";

export { EventKind, GoState, NONE, ProcState, ResourceKind } from "./codes.js";

/** Id of the task of regions and logs whose context holds no task. */
export const BACKGROUND_TASK = 0;

/** Names of ranges. For stop-the-world ranges it is the beginning: they are called `stop-the-world (REASON)`. */
export const RangeName = {
  gcMark: "GC concurrent mark phase",
  gcSweep: "GC incremental sweep",
  gcMarkAssist: "GC mark assist",
  stopTheWorld: "stop-the-world",
} as const;

/** Names of metrics; `runtime/metrics` uses the same. */
export const MetricName = {
  gomaxprocs: "/sched/gomaxprocs:threads",
  heapLive: "/memory/classes/heap/objects:bytes",
  heapGoal: "/gc/heap/goal:bytes",
} as const;

/**
 * One event. The reader owns a single object and fills it again on every `next()`: copy what you keep.
 *
 * The fields up to `stack` are set for every event. The others are meaningful only for the kinds named in their
 * comments, and otherwise hold leftovers of earlier events. Ids are exact below 2^53.
 */
export interface TraceEvent {
  readonly kind: EventKind;
  /**
   * The event's number on the wire (`Wire` in codes.ts), which tells more than `kind`, such as create from status. 0:
   * Sync.
   */
  readonly type: number;
  /** Nanoseconds since the first event of the trace; strictly increasing. */
  readonly time: number;
  /** Thread that the event happened on, or NONE. */
  readonly thread: number;
  /** Proc of the thread before the event, or NONE. */
  readonly proc: number;
  /** Goroutine on the thread before the event, or NONE. */
  readonly goroutine: number;
  /**
   * Stack of the goroutine (or thread) that made the event, as an index into the reader's `stacks`; 0: no stack. Equal
   * stacks have the same index in the whole trace.
   */
  readonly stack: number;

  /** StateTransition, Range*, Label: what `id` identifies. None: a global range. */
  readonly resource: ResourceKind;
  /** StateTransition, Range*, Label: the goroutine or proc that the event is about, not always the current one. */
  readonly id: number;

  /**
   * StateTransition: the states before and after, GoState or ProcState according to `resource`. They are equal when a
   * new generation merely mentions the resource.
   */
  readonly from: number;
  readonly to: number;
  /** StateTransition: why the goroutine stopped or blocked ("chan receive", "sync", ...); "" if unknown. */
  readonly reason: string;
  /**
   * StateTransition: stack of the goroutine that changes, as an index into `stacks`; 0 if unknown. On creation it holds
   * the function that the new goroutine starts in, while `stack` is the creator's.
   */
  readonly transitionStack: number;

  /**
   * Range*: name of the range. Metric: name of the metric. Label: the label. Task*: the task's type, "" if its begin is
   * not in the trace. Region*: the region's type. Log: the category. Experimental: name of the event.
   */
  readonly name: string;
  /** Log: the message. Readable until the next Sync. */
  readonly message: string;
  /** Task*: its id. Region*, Log: id of their task, possibly BACKGROUND_TASK. */
  readonly task: number;
  /** Task*: id of the parent task, or NONE. */
  readonly parent: number;
  /** Metric: the value, rounded beyond 2^53. Sync: its number, from 1 on. */
  readonly value: number;
  /** RangeEnd of a GC sweep: bytes swept; else 0. */
  readonly swept: number;
  /** RangeEnd of a GC sweep: bytes reclaimed; else 0. */
  readonly reclaimed: number;
  /** Experimental: the arguments, in the order of `spec(type).args`. */
  readonly args: readonly number[];
}

/** A frame of a stack. */
export interface Frame {
  /** Program counter of the call, or in the leaf of the point where the stack was taken. Rounded beyond 2^53. */
  readonly pc: number;
  /** Full name as Go spells it, for example `main.(*Server).Start.func1`. */
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/** All clocks at one moment, taken once in each generation (Go 1.25 and later). */
export interface ClockSnapshot {
  /** Nanoseconds since the first event of the trace; may be slightly negative. */
  readonly time: number;
  /** Nanoseconds of the system's monotonic clock. */
  readonly mono: bigint;
  /** Nanoseconds since 1970, UTC. */
  readonly wall: bigint;
}

/** Raw data of an experiment of the runtime. */
export interface ExperimentalBatch {
  /** Number of the experiment; 1 is AllocFree. */
  readonly experiment: number;
  readonly thread: number;
  readonly data: Uint8Array;
}

/** Details of a Sync event; they apply to the events up to the next one. */
export interface SyncDetails {
  /** Number of the generation; 0 for the last Sync of a trace, which no generation follows. */
  readonly generation: number;
  readonly clock: ClockSnapshot | undefined;
  readonly experiments: readonly ExperimentalBatch[];
}
