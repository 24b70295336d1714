/**
 * What the page of a trace draws: bounded series over the whole trace, and close-ups of short windows. All times are ns
 * since the trace's start. Plain data, fit for JSON.
 */

/** Values of buckets of equal width: bucket i covers [i × step, (i + 1) × step). At most 1024 buckets. */
export interface Series {
  /** ns */
  readonly step: number;
  readonly values: readonly number[];
}

/** A phase of the collector, or a pause of the world. */
export interface Phase {
  readonly begin: number;
  readonly end: number;
  /** "GC" for a mark phase; the reason of a stop-the-world, such as "GC mark termination" or "read mem stats". */
  readonly name: string;
  /** Start function of the goroutine that asked for it; "" unknown. */
  readonly function: string;
}

/** One goroutine or one P in a window. */
export interface Lane {
  readonly kind: "goroutine" | "proc";
  readonly id: number;
  /** Start function of a goroutine; "" for a P. */
  readonly name: string;
  /** By begin, clipped to the window. An interval of state "gc" lies upon one that it is a part of. */
  readonly intervals: readonly LaneInterval[];
  /** Intervals that are not there because they are too short to be drawn: one stands for each group of them. */
  readonly omitted: number;
}

export interface LaneInterval {
  readonly begin: number;
  readonly end: number;
  /** "gc": a running goroutine that assists the collector. "idle": a P without a thread. */
  readonly state: "running" | "runnable" | "waiting" | "syscall" | "gc" | "idle";
  /** Waiting, runnable: the reason. On the lane of a P: the start function of the goroutine that ran. */
  readonly reason: string;
  /** On the lane of a P: the goroutine that ran; else the goroutine that made this one runnable; -1 none. */
  readonly other: number;
}

/** The close-up of a span of time: the goroutines asked for, those that woke them, and the Ps. */
export interface Window {
  readonly begin: number;
  readonly end: number;
  readonly lanes: readonly Lane[];
  /** Goroutines that were active in the window and are not shown. */
  readonly omittedGoroutines: number;
}

/** What to look at closely. */
export interface WindowRequest {
  readonly begin: number;
  readonly end: number;
  /** Goroutines that must have a lane; more are added while there is room, by the time they ran. */
  readonly goroutines: readonly number[];
}

export interface TraceCharts {
  /** ns from the first event to the last. */
  readonly duration: number;
  readonly gomaxprocs: number;
  /** Largest live heap and heap goal in each bucket, bytes; a bucket without a value repeats the one before. */
  readonly heapLive: Series;
  readonly heapGoal: Series;
  /** Mean number of Ps that run goroutines of the program, that run the collector's workers, that are in syscalls. */
  readonly procsRunning: Series;
  readonly procsGc: Series;
  readonly procsSyscall: Series;
  /** Mean number of goroutines that are runnable and wait for a P; that wait for something; that live. */
  readonly runnable: Series;
  readonly waiting: Series;
  readonly goroutines: Series;
  /** Mark phases and stop-the-world pauses, in order of time; the longest when there were too many. */
  readonly phases: readonly Phase[];
  readonly omittedPhases: number;
  /** In the order of the requests. */
  readonly windows: readonly Window[];
}
