/**
 * The events of an execution trace as analyses see them. They correspond one to one to the events of
 * golang.org/x/exp/trace; only the shape differs: one flat object that the reader fills again for every event.
 */
import type { EventKind, ResourceKind } from "./codes.js";

export { EventKind, GoState, NONE, ProcState, ResourceKind } from "./codes.js";

/** The task that regions and logs belong to when their context holds none. */
export const BACKGROUND_TASK = 0;

/** Names of ranges. A stop-the-world range is called `stop-the-world (REASON)`. */
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
 * One event. The reader owns a single one and fills it again on every `next()`: copy what is to be kept.
 *
 * The fields up to `stack` hold for every event. The others mean something only for the kinds named there and are
 * left over from earlier events otherwise. Ids are exact below 2^53.
 */
export interface TraceEvent {
  readonly kind: EventKind;
  /** The event's number on the wire (`Wire` in spec.ts); tells apart what kinds do not, such as create and status. 0: Sync. */
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
   * Stack of the goroutine (or thread) that made the event: an index into the reader's `stacks`, valid and the same for
   * equal stacks in the whole trace; 0 is no stack.
   */
  readonly stack: number;

  /** StateTransition, Range*, Label: what `id` names. None: a global range. */
  readonly resource: ResourceKind;
  /** StateTransition, Range*, Label: the goroutine or proc that it is about (not always the current one). */
  readonly id: number;

  /** StateTransition: a GoState or a ProcState, after `resource`. Equal to `to`: a mere mention in a new generation. */
  readonly from: number;
  readonly to: number;
  /** StateTransition: why the goroutine stopped or blocked ("chan receive", "sync", ...); "" if unknown. */
  readonly reason: string;
  /**
   * StateTransition: stack of the goroutine that changes, as an index into `stacks`. On creation it holds the function
   * that the new goroutine starts in, while `stack` is its creator's; 0 when not known.
   */
  readonly transitionStack: number;

  /**
   * Range*: name of the range. Metric: name of the metric. Label: the label. Task*: the task's type, "" when its begin
   * is not in the trace. Region*: the region's type. Log: the category. Experimental: name of the event.
   */
  readonly name: string;
  /** Log: the message. Readable until the next Sync. */
  readonly message: string;
  /** Task*: its id. Region*, Log: id of the task that it belongs to, maybe BACKGROUND_TASK. */
  readonly task: number;
  /** TaskBegin, TaskEnd: id of the parent task or NONE. */
  readonly parent: number;
  /** Metric: the value; beyond 2^53 rounded. Sync: its number, from 1 on. */
  readonly value: number;
  /** RangeEnd of a GC sweep: bytes swept; else 0. */
  readonly swept: number;
  /** RangeEnd of a GC sweep: bytes reclaimed; else 0. */
  readonly reclaimed: number;
  /** Experimental: the arguments, named by `spec(type).args`; filled again for every event. */
  readonly args: readonly number[];
}

/** A frame of a stack. */
export interface Frame {
  /** Program counter: of the call, or of the leaf where the stack was taken. Beyond 2^53 rounded. */
  readonly pc: number;
  /** As Go spells it, for instance `main.(*Server).Start.func1`. */
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/** The clocks read at the same time, once a generation (Go 1.25 and later). */
export interface ClockSnapshot {
  /** Nanoseconds since the first event of the trace; can be negative by a little. */
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

/** What a Sync event says about the events up to the next one. */
export interface SyncDetails {
  /** Number of the generation; 0 on the last Sync of a trace, which no generation follows. */
  readonly generation: number;
  readonly clock: ClockSnapshot | undefined;
  readonly experiments: readonly ExperimentalBatch[];
}
