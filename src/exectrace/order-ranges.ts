/** Ranges of time (stop-the-world, GC), metrics, and what user code writes: tasks, regions, logs. */

import { unsigned } from "./bytes.js";
import type { Cursor } from "./cursor.js";
import { EventKind, type EventRecord, MetricName, NONE, RangeName, ResourceKind } from "./event.js";
import { spec, Wire } from "./spec.js";
import { beginOf, GcState, type Machine, type Resource, type ThreadState } from "./state.js";

type Kind = typeof EventKind.RangeBegin | typeof EventKind.RangeActive | typeof EventKind.RangeEnd;

/** STWBegin kind stack, GCMarkAssistBegin stack: on the current goroutine. */
export function goRangeBegin(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.needAll(c, thread);
  const goroutine = currentOf(m, c, thread);
  const stopped = c.type === Wire.STWBegin;
  const detail = stopped ? c.a0 : 0;
  start(m, c, goroutine, detail);
  const name = stopped ? stopName(m, c, detail) : RangeName.gcMarkAssist;
  const event = range(m, c, thread, EventKind.RangeBegin, name, ResourceKind.Goroutine, thread.goroutine);
  event.stack = m.stack(c, stopped ? c.a1 : c.a0);
  return true;
}

/** GCMarkAssistActive g: on any goroutine. */
export function goRangeActive(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const goroutine = m.goroutine(c.a0);
  if (!goroutine) throw m.fail(c, `goroutine ${c.a0} does not exist`);
  confirm(m, c, goroutine);
  range(m, c, thread, EventKind.RangeActive, RangeName.gcMarkAssist, ResourceKind.Goroutine, c.a0);
  return true;
}

/** STWEnd, GCMarkAssistEnd. */
export function goRangeEnd(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.needAll(c, thread);
  const detail = finish(m, c, currentOf(m, c, thread));
  const name = c.type === Wire.STWEnd ? stopName(m, c, detail) : RangeName.gcMarkAssist;
  range(m, c, thread, EventKind.RangeEnd, name, ResourceKind.Goroutine, thread.goroutine);
  return true;
}

/** GCSweepBegin stack, GCSweepEnd swept reclaimed: on the current proc. */
export function sweep(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.need(c, thread, true, false);
  const proc = thread.p;
  if (!proc) throw m.fail(c, `proc ${thread.proc} is unknown`);
  const begins = c.type === Wire.GCSweepBegin;
  if (begins) start(m, c, proc, 0);
  else finish(m, c, proc);
  const kind = begins ? EventKind.RangeBegin : EventKind.RangeEnd;
  const event = range(m, c, thread, kind, RangeName.gcSweep, ResourceKind.Proc, thread.proc);
  if (begins) event.stack = m.stack(c, c.a0);
  else {
    event.swept = unsigned(c.a0);
    event.reclaimed = unsigned(c.a1);
  }
  return true;
}

/** GCSweepActive p: on any proc. */
export function sweepActive(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const proc = m.procs.get(c.a0);
  if (!proc) throw m.fail(c, `proc ${c.a0} is unknown`);
  confirm(m, c, proc);
  range(m, c, thread, EventKind.RangeActive, RangeName.gcSweep, ResourceKind.Proc, c.a0);
  return true;
}

/** GCActive seq, GCBegin seq stack, GCEnd seq: global; their sequence numbers count through the whole trace. */
export function gc(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const begins = c.type === Wire.GCBegin;
  const ends = c.type === Wire.GCEnd;
  const opens = begins ? m.gc === GcState.Undetermined : !ends && m.inFirst;
  if (opens) {
    if (m.gc !== GcState.Undetermined) throw m.fail(c, "the GC was active before, in the first generation");
  } else {
    if (c.a0 !== m.gcSequence + 1) return false;
    if (begins ? m.gc === GcState.Running : m.gc !== GcState.Running) {
      throw m.fail(c, begins ? "the GC is running already" : "the GC is not running");
    }
    m.needAll(c, thread);
  }
  m.gcSequence = c.a0;
  m.gc = ends ? GcState.Off : GcState.Running;
  const kind = begins ? EventKind.RangeBegin : ends ? EventKind.RangeEnd : EventKind.RangeActive;
  const event = range(m, c, thread, kind, RangeName.gcMark, ResourceKind.None, 0);
  if (begins) event.stack = m.stack(c, c.a1);
  return true;
}

/** HeapAlloc bytes, HeapGoal bytes; ProcsChange n stack. */
export function metric(m: Machine, c: Cursor, thread: ThreadState): boolean {
  if (c.type === Wire.ProcsChange) m.needAll(c, thread);
  else m.need(c, thread, true, false);
  const event = m.begin(c, thread, EventKind.Metric);
  event.value = unsigned(c.a0);
  if (c.type === Wire.ProcsChange) {
    event.name = MetricName.gomaxprocs;
    event.stack = m.stack(c, c.a1);
  } else event.name = c.type === Wire.HeapAlloc ? MetricName.heapLive : MetricName.heapGoal;
  return true;
}

/** GoLabel label. */
export function label(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.needAll(c, thread);
  const event = m.begin(c, thread, EventKind.Label);
  event.name = m.text(c, c.a0);
  event.resource = ResourceKind.Goroutine;
  event.id = thread.goroutine;
  return true;
}

/** Events of experiments: delivered as they are. */
export function experimental(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.need(c, thread, false, false);
  const event = m.begin(c, thread, EventKind.Experimental);
  const { name, args } = spec(c.type)!;
  event.name = name;
  event.args.length = 0;
  for (const value of [c.a0, c.a1, c.a2].slice(0, args.length)) event.args.push(unsigned(value));
  return true;
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

function confirm(m: Machine, c: Cursor, resource: Resource): void {
  const type = beginOf(c.type);
  const open = resource.ranges.has(type, 0);
  if (m.inFirst) {
    if (open) throw m.fail(c, `the range is open already on ${resource.id}, in the first generation`);
    resource.ranges.begin(type, 0);
  } else if (!open) throw m.fail(c, `the range is not open on ${resource.id}`);
}

function finish(m: Machine, c: Cursor, resource: Resource): number {
  const detail = resource.ranges.end(beginOf(c.type));
  if (detail === NONE) throw m.fail(c, `the range is not open on ${resource.id}`);
  return detail;
}

function stopName(m: Machine, c: Cursor, detail: number): string {
  return `${RangeName.stopTheWorld} (${m.text(c, detail)})`;
}

function currentOf(m: Machine, c: Cursor, thread: ThreadState): Resource {
  const goroutine = m.current(thread);
  if (!goroutine) throw m.fail(c, `goroutine ${thread.goroutine} does not exist`);
  return goroutine;
}
