/** Tasks of user code that began and have not ended. */
import { Table } from "./table";

/** A bound for damaged traces. */
export const MAX_TASKS = 1 << 23;

@unmanaged
export class Task {
  /** NONE: no parent. */
  parent: i64;
  /** A text (see texts.ts). */
  name: i32;
  /** The next one that may be used again. */
  spare: Task | null;
}

export const tasks = changetype<Table>(memory.data(offsetof<Table>(), 8));
tasks.init();
let spareTask: Task | null = null;

/** @param id of a task that is not there */
export function addTask(id: i64, parent: i64, name: i32): void {
  const task = spareTask !== null ? spareTask! : new Task();
  if (spareTask !== null) spareTask = task.spare;
  task.parent = parent;
  task.name = name;
  tasks.add(id, changetype<usize>(task));
}

export function removeTask(id: i64, task: Task): void {
  tasks.remove(id);
  task.spare = spareTask;
  spareTask = task;
}
