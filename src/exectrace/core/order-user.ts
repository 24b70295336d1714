/**
 * Ordering rules for user annotations (tasks, regions, logs), labels and experimental events. None of these ever waits.
 * Each function handles the event that its comment names, with the event's arguments.
 */
import { EventKind, NONE, Reason, ResourceKind } from "../codes";
import { arity, Cursor } from "./cursor";
import { fail, Step } from "./failure";
import { begin } from "./record";
import { currentOf, has, hasAll, ThreadState } from "./state";
import { stackAt, stringAt } from "./tables";
import { addTask, MAX_TASKS, removeTask, Task, tasks } from "./tasks";

/** UserTaskBegin task parent name stack: refuses an id that is in use, and more than MAX_TASKS open tasks. */
export function taskBegin(c: Cursor, thread: ThreadState): Step {
  const id = c.a0;
  if (tasks.get(id) !== 0) return fail(c, Reason.TaskExists, id);
  if (tasks.size >= MAX_TASKS) return fail(c, Reason.TooManyTasks, MAX_TASKS);
  const name = stringAt(c, c.a2);
  const stack = stackAt(c, c.a3);
  if (name < 0 || stack < 0 || !hasAll(c, thread)) return Step.Failed;
  // As a parent, 0 means none; elsewhere it is the background task.
  const parent = c.a1 === 0 ? NONE : c.a1;
  addTask(id, parent, name);
  const record = begin(c, thread, EventKind.TaskBegin, stack);
  record.id = id;
  record.parent = parent;
  record.text = name;
  return Step.Came;
}

/** UserTaskEnd task stack: the task may have begun before the trace, or have ended already. */
export function taskEnd(c: Cursor, thread: ThreadState): Step {
  if (!hasAll(c, thread)) return Step.Failed;
  const stack = stackAt(c, c.a1);
  if (stack < 0) return Step.Failed;
  const record = begin(c, thread, EventKind.TaskEnd, stack);
  record.id = c.a0;
  record.parent = NONE;
  record.text = 0;
  const task = changetype<Task | null>(tasks.get(c.a0));
  if (task === null) return Step.Came;
  record.parent = task.parent;
  record.text = task.name;
  removeTask(c.a0, task);
  return Step.Came;
}

/** UserRegionBegin task name stack: on the current goroutine. */
export function regionBegin(c: Cursor, thread: ThreadState): Step {
  return region(c, thread, EventKind.RegionBegin);
}

/**
 * UserRegionEnd task name stack. Regions should nest on one goroutine, but programs end them in another order or on
 * another goroutine. That is a mistake of the program (the analyses report it), not damage. golang.org/x/exp/trace
 * refuses it.
 */
export function regionEnd(c: Cursor, thread: ThreadState): Step {
  return region(c, thread, EventKind.RegionEnd);
}

function region(c: Cursor, thread: ThreadState, kind: EventKind): Step {
  if (!hasAll(c, thread)) return Step.Failed;
  if (currentOf(thread) === null) return fail(c, Reason.GoroutineUnknown, thread.goroutine);
  const name = stringAt(c, c.a1);
  const stack = stackAt(c, c.a2);
  if (name < 0 || stack < 0) return Step.Failed;
  const record = begin(c, thread, kind, stack);
  record.id = c.a0;
  record.text = name;
  return Step.Came;
}

/** UserLog task category message stack: on the current goroutine. */
export function log(c: Cursor, thread: ThreadState): Step {
  if (!hasAll(c, thread)) return Step.Failed;
  const category = stringAt(c, c.a1);
  const message = stringAt(c, c.a2);
  const stack = stackAt(c, c.a3);
  if (category < 0 || message < 0 || stack < 0) return Step.Failed;
  const record = begin(c, thread, EventKind.Log, stack);
  record.id = c.a0;
  record.text = category;
  record.message = message;
  return Step.Came;
}

/** GoLabel label: on the current goroutine. */
export function label(c: Cursor, thread: ThreadState): Step {
  if (!hasAll(c, thread)) return Step.Failed;
  const text = stringAt(c, c.a0);
  if (text < 0) return Step.Failed;
  const record = begin(c, thread, EventKind.Label, 0);
  record.text = text;
  record.resource = <u8>ResourceKind.Goroutine;
  record.id = thread.goroutine;
  return Step.Came;
}

/** Events of experiments of the runtime: passed on with their raw arguments. */
export function experimental(c: Cursor, thread: ThreadState): Step {
  if (!has(c, thread, false, false)) return Step.Failed;
  const record = begin(c, thread, EventKind.Experimental, 0);
  const count = load<u8>(arity + c.type);
  record.value = <f64>(<u64>c.a0);
  if (count > 1) record.value1 = <f64>(<u64>c.a1);
  if (count > 2) record.value2 = <f64>(<u64>c.a2);
  return Step.Came;
}
