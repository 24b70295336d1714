/**
 * The wire format of execution traces, version 2 (Go 1.22 and later), as a table. Numbers and names are those of Go's
 * internal/trace/tracev2.
 */

/** Versions in the header that this reader knows: 1.23 stands for Go 1.24 too. */
export const VERSIONS: readonly number[] = [22, 23, 25, 26];
/** From this version on a sync batch with a clock snapshot stands where a lone frequency stood. */
export const VERSION_SYNC = 25;
/** From this version on a generation ends with a byte of its own. */
export const VERSION_END = 26;

export const HEADER_SIZE = 16;
export const MAX_BATCH = 64 << 10;
export const MAX_FRAMES = 128;
export const MAX_STRING = 1 << 10;
/** The sync event that opens a generation has no number on the wire. */
export const SYNC = 0;

/** Numbers of batches, table entries and events. */
export const Wire = {
  EventBatch: 1,
  Stacks: 2,
  Stack: 3,
  Strings: 4,
  String: 5,
  CPUSamples: 6,
  CPUSample: 7,
  Frequency: 8,
  ProcsChange: 9,
  ProcStart: 10,
  ProcStop: 11,
  ProcSteal: 12,
  ProcStatus: 13,
  GoCreate: 14,
  GoCreateSyscall: 15,
  GoStart: 16,
  GoDestroy: 17,
  GoDestroySyscall: 18,
  GoStop: 19,
  GoBlock: 20,
  GoUnblock: 21,
  GoSyscallBegin: 22,
  GoSyscallEnd: 23,
  GoSyscallEndBlocked: 24,
  GoStatus: 25,
  STWBegin: 26,
  STWEnd: 27,
  GCActive: 28,
  GCBegin: 29,
  GCEnd: 30,
  GCSweepActive: 31,
  GCSweepBegin: 32,
  GCSweepEnd: 33,
  GCMarkAssistActive: 34,
  GCMarkAssistBegin: 35,
  GCMarkAssistEnd: 36,
  HeapAlloc: 37,
  HeapGoal: 38,
  GoLabel: 39,
  UserTaskBegin: 40,
  UserTaskEnd: 41,
  UserRegionBegin: 42,
  UserRegionEnd: 43,
  UserLog: 44,
  GoSwitch: 45,
  GoSwitchDestroy: 46,
  GoCreateBlocked: 47,
  GoStatusStack: 48,
  ExperimentalBatch: 49,
  Sync: 50,
  ClockSnapshot: 51,
  EndOfGeneration: 52,
  Span: 128,
  SpanAlloc: 129,
  SpanFree: 130,
  HeapObject: 131,
  HeapObjectAlloc: 132,
  HeapObjectFree: 133,
  GoroutineStack: 134,
  GoroutineStackAlloc: 135,
  GoroutineStackFree: 136,
} as const;

export interface EventSpec {
  readonly name: string;
  /** Names of the arguments behind the time difference. */
  readonly args: readonly string[];
}

/** Arguments of the events that stand in event batches; all of them are unsigned varints. */
const ARGUMENTS: Partial<Record<keyof typeof Wire, string>> = {
  ProcsChange: "procs_value stack",
  ProcStart: "p p_seq",
  ProcStop: "",
  ProcSteal: "p p_seq m",
  ProcStatus: "p pstatus",
  GoCreate: "new_g new_stack stack",
  GoCreateSyscall: "new_g",
  GoStart: "g g_seq",
  GoDestroy: "",
  GoDestroySyscall: "",
  GoStop: "reason_string stack",
  GoBlock: "reason_string stack",
  GoUnblock: "g g_seq stack",
  GoSyscallBegin: "p_seq stack",
  GoSyscallEnd: "",
  GoSyscallEndBlocked: "",
  GoStatus: "g m gstatus",
  STWBegin: "kind_string stack",
  STWEnd: "",
  GCActive: "gc_seq",
  GCBegin: "gc_seq stack",
  GCEnd: "gc_seq",
  GCSweepActive: "p",
  GCSweepBegin: "stack",
  GCSweepEnd: "swept_value reclaimed_value",
  GCMarkAssistActive: "g",
  GCMarkAssistBegin: "stack",
  GCMarkAssistEnd: "",
  HeapAlloc: "heapalloc_value",
  HeapGoal: "heapgoal_value",
  GoLabel: "label_string",
  UserTaskBegin: "task parent_task name_string stack",
  UserTaskEnd: "task stack",
  UserRegionBegin: "task name_string stack",
  UserRegionEnd: "task name_string stack",
  UserLog: "task key_string value_string stack",
  GoSwitch: "g g_seq",
  GoSwitchDestroy: "g g_seq",
  GoCreateBlocked: "new_g new_stack stack",
  GoStatusStack: "g m gstatus stack",
  ClockSnapshot: "mono sec nsec",
  Span: "id npages_value kindclass",
  SpanAlloc: "id npages_value kindclass",
  SpanFree: "id",
  HeapObject: "id type",
  HeapObjectAlloc: "id type",
  HeapObjectFree: "id",
  GoroutineStack: "id order",
  GoroutineStackAlloc: "id order",
  GoroutineStackFree: "id",
};

const specs: (EventSpec | undefined)[] = new Array(256).fill(undefined);
/** Events whose arguments are quantities: up to 64 bits, and none of them an id of something. */
const QUANTITIES = /^(HeapAlloc|HeapGoal|GCSweepEnd|Span.*|HeapObject.*|GoroutineStack.*)$/;
/** Added to their number of arguments in ARITY. */
export const WIDE = 16;
/** Number of arguments by the event's number; -1: no event of an event batch. */
export const ARITY = new Int8Array(256).fill(-1);
for (const [name, type] of Object.entries(Wire)) {
  const list = ARGUMENTS[name as keyof typeof Wire];
  const args = list ? list.split(" ") : [];
  specs[type] = { name, args };
  if (list !== undefined) ARITY[type] = args.length + (QUANTITIES.test(name) ? WIDE : 0);
}

/** Name and arguments of a number on the wire; undefined when there is no such event. */
export function spec(type: number): EventSpec | undefined {
  return specs[type];
}

/** The name of an event for messages. */
export function nameOf(type: number): string {
  return specs[type]?.name ?? `event ${type}`;
}

/** Goroutine states as the wire has them. */
export const GoStatus = { Bad: 0, Runnable: 1, Running: 2, Syscall: 3, Waiting: 4 } as const;

/**
 * Proc states as the wire has them. SyscallAbandoned: what a proc is in when its first mention in a generation is that
 * it was stolen, so that nobody knows which thread it is stolen from.
 */
export const ProcStatus = { Bad: 0, Running: 1, Idle: 2, Syscall: 3, SyscallAbandoned: 4 } as const;
