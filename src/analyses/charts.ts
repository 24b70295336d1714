/**
 * Types of the charts on the page of a trace: bounded series over the whole trace, and close-ups of short windows. All
 * times are ns since the trace's start. Plain data that JSON can hold.
 */

/** Values in buckets of equal width: bucket i covers [i × step, (i + 1) × step). At most 1024 buckets. */
export interface Series {
  /** Width of a bucket, ns. */
  readonly step: number;
  readonly values: readonly number[];
}

/** A mark phase of the garbage collector, or a stop-the-world pause. */
export interface Phase {
  readonly begin: number;
  readonly end: number;
  /** "GC" for a mark phase; the reason of a stop-the-world, such as "GC mark termination" or "read mem stats". */
  readonly name: string;
  /** Start function of the goroutine that began it; "" if unknown. */
  readonly function: string;
}

/** One goroutine or one P in a window. */
export interface Lane {
  readonly kind: "goroutine" | "proc";
  readonly id: number;
  /** Start function of a goroutine; "" for a P. */
  readonly name: string;
  /** By begin, clipped to the window. An interval of state "gc" overlies the one that it is part of. */
  readonly intervals: readonly LaneInterval[];
  /** Number of intervals that were too short to be drawn and were merged into a neighbour. */
  readonly omitted: number;
}

/** One interval of a lane. */
export interface LaneInterval {
  readonly begin: number;
  readonly end: number;
  /** "gc": running for the garbage collector, such as in a mark assist. "idle": a P without a thread. */
  readonly state: "running" | "runnable" | "waiting" | "syscall" | "gc" | "idle";
  /** Waiting, runnable: the reason. On the lane of a P: the start function of the goroutine that ran. */
  readonly reason: string;
  /** On the lane of a P: the goroutine that ran. Else the goroutine that made this one runnable; -1: none. */
  readonly other: number;
}

/** The close-up of a span of time: the requested goroutines, those that woke them, and the Ps. */
export interface Window {
  readonly begin: number;
  readonly end: number;
  readonly lanes: readonly Lane[];
  /** Number of goroutines that were active in the window but have no lane. */
  readonly omittedGoroutines: number;
}

/** A request for a close-up. */
export interface WindowRequest {
  readonly begin: number;
  readonly end: number;
  /** Goroutines that must have a lane. While there is room, those that ran longest are added. */
  readonly goroutines: readonly number[];
}

/** All charts of a trace. */
export interface TraceCharts {
  /** Time from the first event to the last, ns. */
  readonly duration: number;
  readonly gomaxprocs: number;
  /** Largest live heap and heap goal in each bucket, bytes; a bucket without a value repeats the one before. */
  readonly heapLive: Series;
  readonly heapGoal: Series;
  /**
   * Mean number of Ps that run goroutines of the program, that run workers of the garbage collector, and that are in
   * syscalls.
   */
  readonly procsRunning: Series;
  readonly procsGc: Series;
  readonly procsSyscall: Series;
  /** Mean number of goroutines that are runnable, that wait, and that exist. */
  readonly runnable: Series;
  readonly waiting: Series;
  readonly goroutines: Series;
  /** Mark phases and stop-the-world pauses in order of time; only the longest if there were too many. */
  readonly phases: readonly Phase[];
  readonly omittedPhases: number;
  /** Close-ups, in the order of the requests. */
  readonly windows: readonly Window[];
}
