/** Error messages for the failures of the core. */
import { Reason } from "./codes.js";
import { corrupt, type TraceError } from "./errors.js";
import { nameOf } from "./spec.js";

/** Damage within a batch. {event} is the event's name; {a}, {b}, {c} are the core's details, {n} is {a} as a double. */
const DAMAGE: Partial<Record<Reason, string>> = {
  [Reason.Foreign]: "{event} among the events of a thread",
  [Reason.MalformedNumber]: "a malformed number in {event}",
  [Reason.TimeOutOfRange]: "a time out of range in {event}",
  [Reason.BatchTime]: "a time of {n} ticks",
  [Reason.SampleStack]: "a CPU sample names the stack {a}, which is missing",
};

/** Events that cannot have happened at their point of the trace. Messages begin with "EVENT of thread N: ". */
const ORDER: Partial<Record<Reason, string>> = {
  [Reason.Stuck]: "neither this event can come next nor that of another thread",
  [Reason.Impossible]: "it does not belong among the events of a thread",
  [Reason.StackMissing]: "the stack {a} is missing in its generation",
  [Reason.StringMissing]: "the string {a} is missing in its generation",
  [Reason.NoThread]: "there is no thread",
  [Reason.ThreadWithoutProc]: "thread {a} has no proc",
  [Reason.ThreadWithoutGoroutine]: "thread {a} has no goroutine",
  [Reason.ThreadHasGoroutine]: "thread {a} has goroutine {b} already",
  [Reason.TooManyGoroutines]: "there are too many goroutines",
  [Reason.TooManyProcs]: "more than {a} procs",
  [Reason.TooManyThreads]: "more than {a} threads",
  [Reason.TooManyTasks]: "more than {a} tasks without an end",
  [Reason.GoroutineUnknown]: "goroutine {a} does not exist",
  [Reason.GoroutineExists]: "goroutine {a} exists already",
  [Reason.GoroutineState]: "goroutine {a} is in another state",
  [Reason.GoroutineStatus]: "goroutine {a} has status {b}, but had {c}",
  [Reason.GoroutineStatusUnknown]: "goroutine {a} has the unknown status {b}",
  [Reason.GoroutineNotCreated]: "goroutine {a} is new, but nobody created it",
  [Reason.CreatorNotRunning]: "goroutine {a} is not running",
  [Reason.SyscallWithoutThread]: "goroutine {a} is in a syscall without a thread",
  [Reason.SyscallThread]: "goroutine {a} is in a syscall on a thread that has goroutine {b}",
  [Reason.SyscallOtherThread]: "goroutine {a} is in a syscall on thread {b}, which has goroutine {c}",
  [Reason.ProcUnknown]: "proc {a} is unknown",
  [Reason.ProcState]: "proc {a} is neither running nor in a syscall",
  [Reason.ProcStatus]: "proc {a} has status {b}, but had {c}",
  [Reason.ProcStatusUnknown]: "proc {a} has the unknown status {b}",
  [Reason.ProcSequence]: "proc {a} is at event {b}, which {c} does not follow",
  [Reason.ProcNotInSyscall]: "proc {a} is not in a syscall",
  [Reason.ProcWithoutThread]: "no thread has proc {a}, which is about to be stolen",
  [Reason.StolenFromNobody]: "proc {a} is stolen from thread {b}, which does not exist",
  [Reason.StolenFromOther]: "proc {a} is stolen from thread {b}, which has proc {c}",
  [Reason.RangeOpen]: "the range is open already on {a}",
  [Reason.RangeOpenInFirst]: "the range is open already on {a}, in the first generation",
  [Reason.RangeNotOpen]: "the range is not open on {a}",
  [Reason.GcActive]: "the GC was active before, in the first generation",
  [Reason.GcRunning]: "the GC is running already",
  [Reason.GcNotRunning]: "the GC is not running",
  [Reason.TaskExists]: "task {a} has begun already",
};

/**
 * Makes the error for a failure of the core.
 *
 * @param type number of the event on the wire
 * @param offset of its batch in the file
 * @param details the a, b and c of `fail` (core/failure.ts)
 */
export function failureError(
  reason: Reason,
  type: number,
  thread: bigint,
  offset: number,
  details: readonly [bigint, bigint, bigint],
): TraceError {
  const [a, b, c] = details;
  const values: Record<string, string> = { event: nameOf(type), a: `${a}`, b: `${b}`, c: `${c}`, n: `${double(a)}` };
  const template = DAMAGE[reason] ?? `{event} of thread ${thread}: ${ORDER[reason]}`;
  return corrupt(
    offset,
    template.replace(/\{(\w+)\}/g, (_, name: string) => values[name]),
  );
}

/** The double with these bits. */
function double(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, bits);
  return view.getFloat64(0);
}
