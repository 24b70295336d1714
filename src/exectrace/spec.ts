/**
 * The wire format of execution traces, version 2 (Go 1.22 and later), as a table. Names are those of Go's
 * internal/trace/tracev2; codes.ts has the numbers.
 */
import { FOREIGN, Wire } from "./codes.js";

/** Versions in the header that this reader knows. Go 1.24 also writes 23. */
export const VERSIONS: readonly number[] = [22, 23, 25, 26];
/**
 * From this version on, each generation has a sync batch (frequency and clock snapshot) in place of a frequency batch.
 */
export const VERSION_SYNC = 25;
/** From this version on, a byte marks the end of each generation. */
export const VERSION_END = 26;

export const HEADER_SIZE = 16;
/** Limits of Go's runtime: bytes of a batch, frames of a stack, bytes of a string. */
export const MAX_BATCH = 64 << 10;
export const MAX_FRAMES = 128;
export const MAX_STRING = 1 << 10;

/** Name and arguments of an event. */
export interface EventSpec {
  readonly name: string;
  /** Names of the arguments that follow the time difference. */
  readonly args: readonly string[];
}

/** The names of a numeric enum. */
export function namesOf<T extends object>(values: T): (keyof T & string)[] {
  return Object.keys(values).filter((name) => Number.isNaN(Number(name))) as (keyof T & string)[];
}

/** Arguments of the events in event batches; all are unsigned varints. */
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
/** Number of arguments by the event's number on the wire, or FOREIGN. */
export const ARITY = new Uint8Array(256).fill(FOREIGN);
for (const name of namesOf(Wire)) {
  const type = Wire[name];
  const list = ARGUMENTS[name];
  const args = list ? list.split(" ") : [];
  specs[type] = { name, args };
  if (list !== undefined) ARITY[type] = args.length;
}

/** Name and arguments of the event with a number on the wire; undefined if there is no such event. */
export function spec(type: number): EventSpec | undefined {
  return specs[type];
}

/** The name of an event for messages. */
export function nameOf(type: number): string {
  return specs[type]?.name ?? `event ${type}`;
}
