/** What user code writes with runtime/trace: tasks, regions, logs. */
import type { Cursor } from "./cursor.js";
import { EventKind, NONE } from "./event.js";
import { Wire } from "./spec.js";
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

/** UserRegionBegin task name stack, UserRegionEnd: nested within a goroutine. */
export function region(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.needAll(c, thread);
  const task = c.a0;
  const name = m.text(c, c.a1);
  const goroutine = m.current(thread);
  if (!goroutine) throw m.fail(c, `goroutine ${thread.goroutine} does not exist`);
  const begins = c.type === Wire.UserRegionBegin;
  if (begins) {
    goroutine.regionTasks.push(task);
    goroutine.regionNames.push(name);
  } else {
    // Without an open one: of a region that began before the trace.
    const openTask = goroutine.regionTasks.pop();
    const openName = goroutine.regionNames.pop();
    if (openTask !== undefined && (openTask !== task || openName !== name)) {
      throw m.fail(c, `region "${name}" of task ${task} ends, but "${openName}" of task ${openTask} is the innermost`);
    }
  }
  const event = m.begin(c, thread, begins ? EventKind.RegionBegin : EventKind.RegionEnd);
  event.task = task;
  event.name = name;
  event.stack = m.stack(c, c.a2);
  return true;
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
