/**
 * Ordering rules for ranges of time (stop-the-world, GC mark, sweep, assist) and for metrics. Each function handles the
 * event that its comment names, with the event's arguments; the results are those of `advance` in order.ts.
 */
import { EventKind, NONE, Reason, ResourceKind, Wire } from "../codes";
import { Cursor } from "./cursor";
import { fail, Step } from "./failure";
import { begin, Record } from "./record";
import { Resource } from "./resource";
import { currentOf, goroutineOf, has, hasAll, inFirst, procOf, procOn, ThreadState } from "./state";
import { stackAt, stringAt } from "./tables";

enum Gc {
  Undetermined,
  Off,
  Running,
}

let gc = Gc.Undetermined;
/** Sequence number of the last GC event; these do not restart with a generation. */
let gcSequence: i64 = 0;

/** STWBegin kind stack: on the current goroutine. */
export function stopBegin(c: Cursor, thread: ThreadState): Step {
  const goroutine = goroutineOn(c, thread);
  const name = stringAt(c, c.a0);
  return start(c, thread, goroutine, ResourceKind.Goroutine, c.a0, name, c.a1);
}

/** STWEnd: names no kind, so it is taken from the begin. */
export function stopEnd(c: Cursor, thread: ThreadState): Step {
  const goroutine = goroutineOn(c, thread);
  if (goroutine === null) return Step.Failed;
  const detail = goroutine.endRange(Wire.STWBegin);
  if (detail === NONE) return fail(c, Reason.RangeNotOpen, goroutine.id);
  const name = stringAt(c, detail);
  if (name < 0) return Step.Failed;
  range(c, thread, EventKind.RangeEnd, ResourceKind.Goroutine, thread.goroutine).text = name;
  return Step.Came;
}

/** GCMarkAssistBegin stack: on the current goroutine. */
export function assistBegin(c: Cursor, thread: ThreadState): Step {
  return start(c, thread, goroutineOn(c, thread), ResourceKind.Goroutine, 0, 0, c.a0);
}

/** GCMarkAssistActive g: g need not be the current goroutine. */
export function assistActive(c: Cursor, thread: ThreadState): Step {
  const goroutine = goroutineOf(c.a0);
  if (goroutine === null) return fail(c, Reason.GoroutineUnknown, c.a0);
  return active(c, thread, goroutine, Wire.GCMarkAssistBegin, ResourceKind.Goroutine);
}

/** GCMarkAssistEnd: on the current goroutine. */
export function assistEnd(c: Cursor, thread: ThreadState): Step {
  const goroutine = goroutineOn(c, thread);
  if (goroutine === null) return Step.Failed;
  if (goroutine.endRange(Wire.GCMarkAssistBegin) === NONE) return fail(c, Reason.RangeNotOpen, goroutine.id);
  range(c, thread, EventKind.RangeEnd, ResourceKind.Goroutine, thread.goroutine);
  return Step.Came;
}

/** GCSweepBegin stack: on the current proc. */
export function sweepBegin(c: Cursor, thread: ThreadState): Step {
  if (!has(c, thread, true, false)) return Step.Failed;
  return start(c, thread, procOn(c, thread), ResourceKind.Proc, 0, 0, c.a0);
}

/** GCSweepEnd swept reclaimed: on the current proc; both in bytes. */
export function sweepEnd(c: Cursor, thread: ThreadState): Step {
  if (!has(c, thread, true, false)) return Step.Failed;
  const proc = procOn(c, thread);
  if (proc === null) return Step.Failed;
  if (proc.endRange(Wire.GCSweepBegin) === NONE) return fail(c, Reason.RangeNotOpen, proc.id);
  const record = range(c, thread, EventKind.RangeEnd, ResourceKind.Proc, thread.proc);
  record.value1 = <f64>(<u64>c.a0);
  record.value2 = <f64>(<u64>c.a1);
  return Step.Came;
}

/** GCSweepActive p: p need not be the current proc. */
export function sweepActive(c: Cursor, thread: ThreadState): Step {
  const proc = procOf(c.a0);
  if (proc === null) return fail(c, Reason.ProcUnknown, c.a0);
  return active(c, thread, proc, Wire.GCSweepBegin, ResourceKind.Proc);
}

/** GCBegin seq stack: global. */
export function gcBegin(c: Cursor, thread: ThreadState): Step {
  if (gc !== Gc.Undetermined) {
    if (c.a0 !== gcSequence + 1) return Step.Wait;
    if (gc === Gc.Running) return fail(c, Reason.GcRunning);
    if (!hasAll(c, thread)) return Step.Failed;
  }
  const stack = stackAt(c, c.a1);
  if (stack < 0) return Step.Failed;
  mark(c, thread, EventKind.RangeBegin, Gc.Running, stack);
  return Step.Came;
}

/**
 * GCActive seq: the GC was already running when the generation began. In the first generation there is nothing to
 * check.
 */
export function gcActive(c: Cursor, thread: ThreadState): Step {
  if (inFirst) {
    if (gc !== Gc.Undetermined) return fail(c, Reason.GcActive);
  } else {
    if (c.a0 !== gcSequence + 1) return Step.Wait;
    if (gc !== Gc.Running) return fail(c, Reason.GcNotRunning);
    if (!hasAll(c, thread)) return Step.Failed;
  }
  mark(c, thread, EventKind.RangeActive, Gc.Running);
  return Step.Came;
}

/** GCEnd seq: global. */
export function gcEnd(c: Cursor, thread: ThreadState): Step {
  if (c.a0 !== gcSequence + 1) return Step.Wait;
  if (gc !== Gc.Running) return fail(c, Reason.GcNotRunning);
  if (!hasAll(c, thread)) return Step.Failed;
  mark(c, thread, EventKind.RangeEnd, Gc.Off);
  return Step.Came;
}

function mark(c: Cursor, thread: ThreadState, kind: EventKind, state: Gc, stack: i32 = 0): void {
  gcSequence = c.a0;
  gc = state;
  range(c, thread, kind, ResourceKind.None, 0, stack);
}

/** HeapAlloc bytes, HeapGoal bytes: metrics. */
export function heapSize(c: Cursor, thread: ThreadState): Step {
  if (!has(c, thread, true, false)) return Step.Failed;
  begin(c, thread, EventKind.Metric, 0).value = <f64>(<u64>c.a0);
  return Step.Came;
}

/** ProcsChange n stack: a metric, GOMAXPROCS. */
export function procsChange(c: Cursor, thread: ThreadState): Step {
  if (!hasAll(c, thread)) return Step.Failed;
  const stack = stackAt(c, c.a1);
  if (stack < 0) return Step.Failed;
  begin(c, thread, EventKind.Metric, stack).value = <f64>(<u64>c.a0);
  return Step.Came;
}

function range(
  c: Cursor,
  thread: ThreadState,
  kind: EventKind,
  resource: ResourceKind,
  id: i64,
  stack: i32 = 0,
): Record {
  const record = begin(c, thread, kind, stack);
  record.resource = <u8>resource;
  record.id = id;
  record.value1 = 0;
  record.value2 = 0;
  return record;
}

/**
 * Begins a range on the current goroutine or proc.
 *
 * @param on null or `name` below 0: looking it up failed already
 * @param detail string id of the name, 0 for ranges without one
 */
function start(
  c: Cursor,
  thread: ThreadState,
  on: Resource | null,
  kind: ResourceKind,
  detail: i64,
  name: i32,
  stackId: i64,
): Step {
  if (on === null || name < 0) return Step.Failed;
  const stack = stackAt(c, stackId);
  if (stack < 0) return Step.Failed;
  if (on.hasRange(c.type, detail)) return fail(c, Reason.RangeOpen, on.id);
  on.beginRange(c.type, detail);
  const record = range(
    c,
    thread,
    EventKind.RangeBegin,
    kind,
    kind === ResourceKind.Proc ? thread.proc : thread.goroutine,
  );
  record.text = name;
  record.stack = stack;
  return Step.Came;
}

/** Handles the announcement that a range is open as a generation begins: new in the first one, known in all others. */
function active(c: Cursor, thread: ThreadState, on: Resource, type: Wire, kind: ResourceKind): Step {
  const open = on.hasRange(type, 0);
  if (inFirst) {
    if (open) return fail(c, Reason.RangeOpenInFirst, on.id);
    on.beginRange(type, 0);
  } else if (!open) return fail(c, Reason.RangeNotOpen, on.id);
  range(c, thread, EventKind.RangeActive, kind, c.a0);
  return Step.Came;
}

/** The current goroutine. If it is missing or unknown, the event fails and this is null. */
function goroutineOn(c: Cursor, thread: ThreadState): Resource | null {
  if (!hasAll(c, thread)) return null;
  const goroutine = currentOf(thread);
  if (goroutine === null) fail(c, Reason.GoroutineUnknown, thread.goroutine);
  return goroutine;
}
