/** What is written beside the scheduler: tasks, regions and logs of user code, labels, experiments. */

import type { Cursor } from "./cursor.js";
import { EventKind, type EventRecord, NONE, ResourceKind } from "./event.js";
import type { Region } from "./resource.js";
import { spec } from "./spec.js";
import type { Machine, ThreadState } from "./state.js";

const MOST_TASKS = 1 << 23;

/** UserTaskBegin task parent name stack. */
export function taskBegin(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const id = c.a0;
  if (m.tasks.has(id)) throw m.fail(c, `task ${id} has begun already`);
  if (m.tasks.size >= MOST_TASKS) throw m.fail(c, `more than ${MOST_TASKS} tasks without an end`);
  // Here 0 is no parent, and not the background task.
  const parent = c.a1 === 0 ? NONE : c.a1;
  const name = m.text(c, c.a2);
  m.needAll(c, thread);
  m.tasks.set(id, { name, parent });
  const event = m.begin(c, thread, EventKind.TaskBegin);
  event.task = id;
  event.parent = parent;
  event.name = name;
  event.stack = m.stack(c, c.a3);
  return true;
}

/** UserTaskEnd task stack: maybe of a task that began before the trace, maybe again. */
export function taskEnd(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.needAll(c, thread);
  const task = m.tasks.get(c.a0);
  m.tasks.delete(c.a0);
  const event = m.begin(c, thread, EventKind.TaskEnd);
  event.task = c.a0;
  event.parent = task ? task.parent : NONE;
  event.name = task ? task.name : "";
  event.stack = m.stack(c, c.a1);
  return true;
}

/** UserRegionBegin task name stack: on the current goroutine, where regions are nested. */
export function regionBegin(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const regions = regionsOf(m, c, thread);
  const event = region(m, c, thread, EventKind.RegionBegin);
  regions.push({ task: event.task, name: event.name });
  return true;
}

/** UserRegionEnd task name stack: of the innermost region, or of one that began before the trace. */
export function regionEnd(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const open = regionsOf(m, c, thread).pop();
  const { task, name } = region(m, c, thread, EventKind.RegionEnd);
  if (open && (open.task !== task || open.name !== name)) {
    throw m.fail(c, `region "${name}" of task ${task} ends, but "${open.name}" of task ${open.task} is the innermost`);
  }
  return true;
}

function regionsOf(m: Machine, c: Cursor, thread: ThreadState): Region[] {
  m.needAll(c, thread);
  const goroutine = m.current(thread);
  if (!goroutine) throw m.fail(c, `goroutine ${thread.goroutine} does not exist`);
  goroutine.regions ??= [];
  return goroutine.regions;
}

function region(
  m: Machine,
  c: Cursor,
  thread: ThreadState,
  kind: typeof EventKind.RegionBegin | typeof EventKind.RegionEnd,
): EventRecord {
  const event = m.begin(c, thread, kind);
  event.task = c.a0;
  event.name = m.text(c, c.a1);
  event.stack = m.stack(c, c.a2);
  return event;
}

/** UserLog task category message stack. */
export function log(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.needAll(c, thread);
  const event = m.begin(c, thread, EventKind.Log);
  event.task = c.a0;
  event.name = m.text(c, c.a1);
  m.message(c, c.a2);
  event.stack = m.stack(c, c.a3);
  return true;
}

/** GoLabel label: on the current goroutine. */
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
  event.args.length = args.length;
  event.args[0] = c.w0;
  if (args.length > 1) event.args[1] = c.w1;
  if (args.length > 2) event.args[2] = c.w2;
  return true;
}
