/** Ranges of time (stop-the-world and the work of the GC), and metrics. */
import { unsigned } from "./bytes.js";
import type { Cursor } from "./cursor.js";
import { EventKind, type EventRecord, MetricName, NONE, RangeName, ResourceKind } from "./event.js";
import type { Resource } from "./resource.js";
import { Wire } from "./spec.js";
import { GcState, type Machine, type ThreadState } from "./state.js";

type Kind = typeof EventKind.RangeBegin | typeof EventKind.RangeActive | typeof EventKind.RangeEnd;

/** STWBegin kind stack: on the current goroutine. */
export function stopBegin(m: Machine, c: Cursor, thread: ThreadState): boolean {
  start(m, c, currentOf(m, c, thread), c.a0);
  const event = range(
    m,
    c,
    thread,
    EventKind.RangeBegin,
    stopName(m, c, c.a0),
    ResourceKind.Goroutine,
    thread.goroutine,
  );
  event.stack = m.stack(c, c.a1);
  return true;
}

/** STWEnd: which kind it was tells its begin. */
export function stopEnd(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const name = stopName(m, c, finish(m, c, currentOf(m, c, thread), Wire.STWBegin));
  range(m, c, thread, EventKind.RangeEnd, name, ResourceKind.Goroutine, thread.goroutine);
  return true;
}

/** GCMarkAssistBegin stack: on the current goroutine. */
export function assistBegin(m: Machine, c: Cursor, thread: ThreadState): boolean {
  start(m, c, currentOf(m, c, thread), 0);
  const event = assist(m, c, thread, EventKind.RangeBegin, thread.goroutine);
  event.stack = m.stack(c, c.a0);
  return true;
}

/** GCMarkAssistActive g: on any goroutine. */
export function assistActive(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const goroutine = m.goroutine(c.a0);
  if (!goroutine) throw m.fail(c, `goroutine ${c.a0} does not exist`);
  confirm(m, c, goroutine, Wire.GCMarkAssistBegin);
  assist(m, c, thread, EventKind.RangeActive, c.a0);
  return true;
}

/** GCMarkAssistEnd. */
export function assistEnd(m: Machine, c: Cursor, thread: ThreadState): boolean {
  finish(m, c, currentOf(m, c, thread), Wire.GCMarkAssistBegin);
  assist(m, c, thread, EventKind.RangeEnd, thread.goroutine);
  return true;
}

function assist(m: Machine, c: Cursor, thread: ThreadState, kind: Kind, goroutine: number): EventRecord {
  return range(m, c, thread, kind, RangeName.gcMarkAssist, ResourceKind.Goroutine, goroutine);
}

/** GCSweepBegin stack: on the current proc. */
export function sweepBegin(m: Machine, c: Cursor, thread: ThreadState): boolean {
  start(m, c, procOf(m, c, thread), 0);
  const event = range(m, c, thread, EventKind.RangeBegin, RangeName.gcSweep, ResourceKind.Proc, thread.proc);
  event.stack = m.stack(c, c.a0);
  return true;
}

/** GCSweepEnd swept reclaimed. */
export function sweepEnd(m: Machine, c: Cursor, thread: ThreadState): boolean {
  finish(m, c, procOf(m, c, thread), Wire.GCSweepBegin);
  const event = range(m, c, thread, EventKind.RangeEnd, RangeName.gcSweep, ResourceKind.Proc, thread.proc);
  event.swept = c.w0;
  event.reclaimed = c.w1;
  return true;
}

/** GCSweepActive p: on any proc. */
export function sweepActive(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const proc = m.procs.get(c.a0);
  if (!proc) throw m.fail(c, `proc ${c.a0} is unknown`);
  confirm(m, c, proc, Wire.GCSweepBegin);
  range(m, c, thread, EventKind.RangeActive, RangeName.gcSweep, ResourceKind.Proc, c.a0);
  return true;
}

/** GCBegin seq stack: global; the sequence numbers of GC events count through the whole trace. */
export function gcBegin(m: Machine, c: Cursor, thread: ThreadState): boolean {
  if (m.gc !== GcState.Undetermined) {
    if (c.a0 !== m.gcSequence + 1) return false;
    if (m.gc === GcState.Running) throw m.fail(c, "the GC is running already");
    m.needAll(c, thread);
  }
  mark(m, c, thread, EventKind.RangeBegin, GcState.Running).stack = m.stack(c, c.a1);
  return true;
}

/** GCActive seq: in the first generation nothing is known before. */
export function gcActive(m: Machine, c: Cursor, thread: ThreadState): boolean {
  if (m.inFirst) {
    if (m.gc !== GcState.Undetermined) throw m.fail(c, "the GC was active before, in the first generation");
  } else {
    if (c.a0 !== m.gcSequence + 1) return false;
    if (m.gc !== GcState.Running) throw m.fail(c, "the GC is not running");
    m.needAll(c, thread);
  }
  mark(m, c, thread, EventKind.RangeActive, GcState.Running);
  return true;
}

/** GCEnd seq. */
export function gcEnd(m: Machine, c: Cursor, thread: ThreadState): boolean {
  if (c.a0 !== m.gcSequence + 1) return false;
  if (m.gc !== GcState.Running) throw m.fail(c, "the GC is not running");
  m.needAll(c, thread);
  mark(m, c, thread, EventKind.RangeEnd, GcState.Off);
  return true;
}

function mark(m: Machine, c: Cursor, thread: ThreadState, kind: Kind, state: number): EventRecord {
  m.gcSequence = c.a0;
  m.gc = state;
  return range(m, c, thread, kind, RangeName.gcMark, ResourceKind.None, 0);
}

/** HeapAlloc bytes. */
export function heapAlloc(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.need(c, thread, true, false);
  metric(m, c, thread, MetricName.heapLive, c.w0);
  return true;
}

/** HeapGoal bytes. */
export function heapGoal(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.need(c, thread, true, false);
  metric(m, c, thread, MetricName.heapGoal, c.w0);
  return true;
}

/** ProcsChange n stack. */
export function procsChange(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.needAll(c, thread);
  metric(m, c, thread, MetricName.gomaxprocs, unsigned(c.a0)).stack = m.stack(c, c.a1);
  return true;
}

function metric(m: Machine, c: Cursor, thread: ThreadState, name: string, value: number): EventRecord {
  const event = m.begin(c, thread, EventKind.Metric);
  event.name = name;
  event.value = value;
  return event;
}

function range(
  m: Machine,
  c: Cursor,
  thread: ThreadState,
  kind: Kind,
  name: string,
  resource: ResourceKind,
  id: number,
): EventRecord {
  const event = m.begin(c, thread, kind);
  event.name = name;
  event.resource = resource;
  event.id = id;
  event.swept = 0;
  event.reclaimed = 0;
  return event;
}

function start(m: Machine, c: Cursor, resource: Resource, detail: number): void {
  if (resource.ranges.has(c.type, detail)) throw m.fail(c, `the range is open already on ${resource.id}`);
  resource.ranges.begin(c.type, detail);
}

function confirm(m: Machine, c: Cursor, resource: Resource, type: number): void {
  const open = resource.ranges.has(type, 0);
  if (m.inFirst) {
    if (open) throw m.fail(c, `the range is open already on ${resource.id}, in the first generation`);
    resource.ranges.begin(type, 0);
  } else if (!open) throw m.fail(c, `the range is not open on ${resource.id}`);
}

function finish(m: Machine, c: Cursor, resource: Resource, type: number): number {
  const detail = resource.ranges.end(type);
  if (detail === NONE) throw m.fail(c, `the range is not open on ${resource.id}`);
  return detail;
}

function stopName(m: Machine, c: Cursor, detail: number): string {
  return `${RangeName.stopTheWorld} (${m.text(c, detail)})`;
}

function procOf(m: Machine, c: Cursor, thread: ThreadState): Resource {
  m.need(c, thread, true, false);
  if (!thread.p) throw m.fail(c, `proc ${thread.proc} is unknown`);
  return thread.p;
}

function currentOf(m: Machine, c: Cursor, thread: ThreadState): Resource {
  m.needAll(c, thread);
  const goroutine = m.current(thread);
  if (!goroutine) throw m.fail(c, `goroutine ${thread.goroutine} does not exist`);
  return goroutine;
}
