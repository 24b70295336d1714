/** Collects the tasks of runtime/trace from the events of an execution trace. */
import type { UserTask } from "../calltree/index.js";
import { EventKind, type TraceEvent } from "../exectrace/index.js";

/** One record for each task. Tasks that began before the trace are left out: their type and goroutine are unknown. */
export class TaskTable {
  private readonly open = new Map<number, Omit<UserTask, "end" | "isEnded">>();
  private readonly ended: UserTask[] = [];

  /** Feed every event. */
  feed({ kind, task, name, goroutine, time }: TraceEvent): void {
    if (kind === EventKind.TaskBegin) {
      this.open.set(task, { name, goid: goroutine, begin: time });
    } else if (kind === EventKind.TaskEnd) {
      const begun = this.open.get(task);
      if (begun !== undefined) this.ended.push({ ...begun, end: time, isEnded: true });
      this.open.delete(task);
    }
  }

  /** All tasks by begin. @param end of the trace: that of tasks that are still open */
  until(end: number): UserTask[] {
    const open = [...this.open.values()].map((task) => ({ ...task, end, isEnded: false }));
    return [...this.ended, ...open].sort((a, b) => a.begin - b.begin);
  }
}
