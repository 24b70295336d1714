/**
 * Numbers shared by the core of the reader (core/, AssemblyScript) and the rest (TypeScript); both compile this file.
 * Numbers of the wire format are those of Go's internal/trace/tracev2.
 */

/** Numbers of batches, table entries and events. */
export enum Wire {
  EventBatch = 1,
  Stacks = 2,
  Stack = 3,
  Strings = 4,
  String = 5,
  CPUSamples = 6,
  CPUSample = 7,
  Frequency = 8,
  ProcsChange = 9,
  ProcStart = 10,
  ProcStop = 11,
  ProcSteal = 12,
  ProcStatus = 13,
  GoCreate = 14,
  GoCreateSyscall = 15,
  GoStart = 16,
  GoDestroy = 17,
  GoDestroySyscall = 18,
  GoStop = 19,
  GoBlock = 20,
  GoUnblock = 21,
  GoSyscallBegin = 22,
  GoSyscallEnd = 23,
  GoSyscallEndBlocked = 24,
  GoStatus = 25,
  STWBegin = 26,
  STWEnd = 27,
  GCActive = 28,
  GCBegin = 29,
  GCEnd = 30,
  GCSweepActive = 31,
  GCSweepBegin = 32,
  GCSweepEnd = 33,
  GCMarkAssistActive = 34,
  GCMarkAssistBegin = 35,
  GCMarkAssistEnd = 36,
  HeapAlloc = 37,
  HeapGoal = 38,
  GoLabel = 39,
  UserTaskBegin = 40,
  UserTaskEnd = 41,
  UserRegionBegin = 42,
  UserRegionEnd = 43,
  UserLog = 44,
  GoSwitch = 45,
  GoSwitchDestroy = 46,
  GoCreateBlocked = 47,
  GoStatusStack = 48,
  ExperimentalBatch = 49,
  Sync = 50,
  ClockSnapshot = 51,
  EndOfGeneration = 52,
  Span = 128,
  SpanAlloc = 129,
  SpanFree = 130,
  HeapObject = 131,
  HeapObjectAlloc = 132,
  HeapObjectFree = 133,
  GoroutineStack = 134,
  GoroutineStackAlloc = 135,
  GoroutineStackFree = 136,
}

/** Goroutine states on the wire. */
export enum GoStatus {
  Bad = 0,
  Runnable = 1,
  Running = 2,
  Syscall = 3,
  Waiting = 4,
}

/**
 * Proc states on the wire. A proc is SyscallAbandoned when a generation first mentions it by saying that it was stolen:
 * the thread it was stolen from is then unknown.
 */
export enum ProcStatus {
  Bad = 0,
  Running = 1,
  Idle = 2,
  Syscall = 3,
  SyscallAbandoned = 4,
}

/** Kinds of events. The numbers are gotrace's own and may change; compare with the names. */
export enum EventKind {
  /** A boundary of generations: all goroutines, procs and threads that existed before it have been named. */
  Sync = 1,
  /** The value of a metric. */
  Metric = 2,
  /** A label put on the current goroutine, such as "GC worker (dedicated)". */
  Label = 3,
  /** A sample of the CPU profiler: what a thread was doing. May contradict the transitions slightly. */
  StackSample = 4,
  /** A range of time begins on a goroutine, on a proc, or globally. */
  RangeBegin = 5,
  /**
   * As RangeBegin, but the range began before the trace or the generation. Its resource need not be the current one.
   */
  RangeActive = 6,
  RangeEnd = 7,
  /** runtime/trace.NewTask. */
  TaskBegin = 8,
  TaskEnd = 9,
  /** runtime/trace.StartRegion or WithRegion, on the current goroutine. */
  RegionBegin = 10,
  RegionEnd = 11,
  /** runtime/trace.Log. */
  Log = 12,
  /** A goroutine or a proc changes its state. */
  StateTransition = 13,
  /** An event of an experiment of the runtime, in raw form. */
  Experimental = 14,
}

/** States of a goroutine. `Running` and `Syscall` bind it to a thread. */
export enum GoState {
  /** Unknown: the `from` of the first mention in the first generation. */
  Undetermined = 0,
  NotExist = 1,
  Runnable = 2,
  Running = 3,
  Waiting = 4,
  Syscall = 5,
}

/** States of a proc (a P of the scheduler). `Running` binds it to a thread. */
export enum ProcState {
  Undetermined = 0,
  NotExist = 1,
  Running = 2,
  Idle = 3,
}

/** What a transition, range or label is about. */
export enum ResourceKind {
  None = 0,
  Goroutine = 1,
  Proc = 2,
  Thread = 3,
}

/** Stands in tables of arities for numbers that may not occur in event batches. */
export const FOREIGN = 7;

/** No goroutine, no proc, no thread, no task. */
export const NONE = -1;

/** Offsets of the fields of an event record of the core, in bytes. core/record.ts says what they hold. */
export enum Place {
  time = 0,
  thread = 8,
  proc = 16,
  goroutine = 24,
  id = 32,
  parent = 40,
  kind = 48,
  type = 49,
  resource = 50,
  from = 51,
  to = 52,
  stack = 56,
  target = 60,
  text = 64,
  message = 68,
  values = 72,
  size = 96,
}

/** Offsets of the fields of a batch description, in bytes (host.ts writes it, core/cursor.ts reads it). */
export enum BatchPlace {
  offset = 0,
  ticks = 8,
  start = 16,
  end = 20,
  size = 24,
}

/** Offsets of the fields of a CPU sample, in bytes (host.ts writes it, core/samples.ts reads it). */
export enum SamplePlace {
  time = 0,
  thread = 8,
  proc = 16,
  goroutine = 24,
  stack = 32,
  offset = 40,
  size = 48,
}

/** Why the core stopped; failures.ts has the texts. */
export enum Reason {
  None = 0,
  // Damage: the content of a batch makes no sense.
  Foreign,
  MalformedNumber,
  TimeOutOfRange,
  BatchTime,
  SampleStack,
  // Order: the event cannot have happened at this point of the trace.
  Stuck,
  Impossible,
  StackMissing,
  StringMissing,
  NoThread,
  ThreadWithoutProc,
  ThreadWithoutGoroutine,
  ThreadHasGoroutine,
  TooManyGoroutines,
  TooManyProcs,
  TooManyThreads,
  TooManyTasks,
  GoroutineUnknown,
  GoroutineExists,
  GoroutineState,
  GoroutineStatus,
  GoroutineStatusUnknown,
  GoroutineNotCreated,
  CreatorNotRunning,
  SyscallWithoutThread,
  SyscallThread,
  SyscallOtherThread,
  ProcUnknown,
  ProcState,
  ProcStatus,
  ProcStatusUnknown,
  ProcSequence,
  ProcNotInSyscall,
  ProcWithoutThread,
  StolenFromNobody,
  StolenFromOther,
  RangeOpen,
  RangeOpenInFirst,
  RangeNotOpen,
  GcActive,
  GcRunning,
  GcNotRunning,
  TaskExists,
}
