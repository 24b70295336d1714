/**
 * The events of an execution trace as analyses see them. They correspond one to one to the events of
 * golang.org/x/exp/trace; only the shape differs: one flat object that the reader fills again for every event.
 */

/** What an event is. The numbers are ours and may change; compare with the names. */
export const EventKind = {
  /** A boundary of generations: all goroutines, procs and threads that existed up to here have been named. */
  Sync: 1,
  /** The value of a metric. */
  Metric: 2,
  /** A label put on the current goroutine, such as "GC worker (dedicated)". */
  Label: 3,
  /** A sample of the CPU profiler: what a thread was doing. May contradict the transitions slightly. */
  StackSample: 4,
  /** A range of time begins on a goroutine, on a proc, or globally. */
  RangeBegin: 5,
  /** As RangeBegin, but the range began before the trace (or the generation); its resource need not be the current one. */
  RangeActive: 6,
  RangeEnd: 7,
  /** runtime/trace.NewTask. */
  TaskBegin: 8,
  TaskEnd: 9,
  /** runtime/trace.StartRegion or WithRegion, on the current goroutine. */
  RegionBegin: 10,
  RegionEnd: 11,
  /** runtime/trace.Log. */
  Log: 12,
  /** A goroutine or a proc changes its state. */
  StateTransition: 13,
  /** An event of an experiment of the runtime, in raw form. */
  Experimental: 14,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

/** States of a goroutine. `Running` and `Syscall` bind it to a thread. */
export const GoState = {
  /** Nothing known: the `from` of the first mention in the first generation. */
  Undetermined: 0,
  NotExist: 1,
  Runnable: 2,
  Running: 3,
  Waiting: 4,
  Syscall: 5,
} as const;
export type GoState = (typeof GoState)[keyof typeof GoState];

/** States of a proc (a P of the scheduler). `Running` binds it to a thread. */
export const ProcState = { Undetermined: 0, NotExist: 1, Running: 2, Idle: 3 } as const;
export type ProcState = (typeof ProcState)[keyof typeof ProcState];

/** What a transition, range or label is about. */
export const ResourceKind = { None: 0, Goroutine: 1, Proc: 2, Thread: 3 } as const;
export type ResourceKind = (typeof ResourceKind)[keyof typeof ResourceKind];

/** No goroutine, no proc, no thread, no task. */
export const NONE = -1;

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
  kind: EventKind;
  /** The event's number on the wire (`Wire` in spec.ts); tells apart what kinds do not, such as create and status. 0: Sync. */
  type: number;
  /** Nanoseconds since the first event of the trace; strictly increasing. */
  time: number;
  /** Thread that the event happened on, or NONE. */
  thread: number;
  /** Proc of the thread before the event, or NONE. */
  proc: number;
  /** Goroutine on the thread before the event, or NONE. */
  goroutine: number;
  /**
   * Stack of the goroutine (or thread) that made the event: an index into the reader's `stacks`, valid and the same for
   * equal stacks in the whole trace; 0 is no stack.
   */
  stack: number;

  /** StateTransition, Range*, Label: what `id` names. None: a global range. */
  resource: ResourceKind;
  /** StateTransition, Range*, Label: the goroutine or proc that it is about (not always the current one). */
  id: number;

  /** StateTransition: a GoState or a ProcState, after `resource`. Equal to `to`: a mere mention in a new generation. */
  from: number;
  to: number;
  /** StateTransition: why the goroutine stopped or blocked ("chan receive", "sync", ...); "" when not told. */
  reason: string;
  /**
   * StateTransition: stack of the goroutine that changes, as an index into `stacks`. On creation it holds the function
   * that the new goroutine starts in, while `stack` is its creator's; 0 when not known.
   */
  transitionStack: number;

  /**
   * Range*: name of the range. Metric: name of the metric. Label: the label. Task*: the task's type, "" when its begin
   * is not in the trace. Region*: the region's type. Log: the category. Experimental: name of the event.
   */
  name: string;
  /** Log: the message. Readable until the next Sync. */
  readonly message: string;
  /** Task*: its id. Region*, Log: id of the task that it belongs to, maybe BACKGROUND_TASK. */
  task: number;
  /** TaskBegin, TaskEnd: id of the parent task or NONE. */
  parent: number;
  /** Metric: the value; beyond 2^53 rounded. Sync: its number, from 1 on. */
  value: number;
  /** RangeEnd of a GC sweep: bytes swept; else 0. */
  swept: number;
  /** RangeEnd of a GC sweep: bytes reclaimed; else 0. */
  reclaimed: number;
  /** Experimental: the arguments, named by `spec(type).args`; filled again for every event. */
  args: number[];
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

/** The strings that an event's message is in. */
interface Texts {
  text(place: number): string;
}

const NO_TEXTS: Texts = { text: () => "" };

/** The event as the reader holds it. A class, so that a log message is decoded only when somebody reads it. */
export class EventRecord implements TraceEvent {
  kind: EventKind = EventKind.Sync;
  type = 0;
  time = -0;
  thread: number = NONE;
  proc: number = NONE;
  goroutine: number = NONE;
  stack = 0;
  resource: ResourceKind = ResourceKind.None;
  id = 0;
  from = 0;
  to = 0;
  reason = "";
  transitionStack = 0;
  name = "";
  task = 0;
  parent: number = NONE;
  value = -0;
  swept = -0;
  reclaimed = -0;
  args: number[] = [];
  private texts = NO_TEXTS;
  private place = 0;

  get message(): string {
    return this.texts.text(this.place);
  }

  setMessage(texts: Texts, place: number): void {
    this.texts = texts;
    this.place = place;
  }
}
