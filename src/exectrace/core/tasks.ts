/** The open tasks of user code (runtime/trace.NewTask), so that an end can repeat the name and parent of its begin. */
import { Table } from "./table";

/** A bound for damaged traces. */
export const MAX_TASKS = 1 << 23;

@unmanaged
export class Task {
  /** Id, or NONE. */
  parent: i64;
  /** A text (see texts.ts). */
  name: i32;
  /** Next object in the free list. */
  spare: Task | null;
}

/** Open tasks by id. */
export const tasks = changetype<Table>(memory.data(offsetof<Table>(), 8));
tasks.init();
let spareTask: Task | null = null;

/** Opens a task. @param id not that of an open task */
export function addTask(id: i64, parent: i64, name: i32): void {
  const task = spareTask !== null ? spareTask! : new Task();
  if (spareTask !== null) spareTask = task.spare;
  task.parent = parent;
  task.name = name;
  tasks.add(id, changetype<usize>(task));
}

/** Closes a task; its object is reused. */
export function removeTask(id: i64, task: Task): void {
  tasks.remove(id);
  task.spare = spareTask;
  spareTask = task;
}
