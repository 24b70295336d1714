/**
 * The tree of open tasks, and the time that goroutines spend on them. A task that ends passes its sums and its open
 * child tasks to its parent.
 */
import { BACKGROUND_TASK, NONE } from "../exectrace/index.js";
import { type Accounts, addSums, type Sums } from "./accounts.js";
import { OpenTask, type Worker } from "./task.js";

/** The tree. Memory: open tasks and the goroutines that work on them. */
export class TaskTree {
  private readonly tasks = new Map<number, OpenTask>();
  private readonly watched = new Set<number>();
  /** Go numbers tasks in the order of their begins: ids from this one on began within the trace. */
  private firstBegun = Number.POSITIVE_INFINITY;

  constructor(private readonly accounts: Accounts) {}

  /** Starts keeping regions, child tasks and logs of a task. */
  watch(id: number): void {
    this.watched.add(id);
    this.tasks.get(id)?.watch();
  }

  /** Opens a task that a goroutine begins. */
  begin(id: number, type: string, parent: number, time: number, goroutine: number): void {
    this.firstBegun = Math.min(this.firstBegun, id);
    const task = new OpenTask(id, type, parent, time, false, this.accounts.zeros());
    task.goroutine = goroutine;
    this.add(task);
  }

  /** The open task with an id, if it was mentioned before. */
  get(id: number): OpenTask | undefined {
    return this.tasks.get(id);
  }

  /** All open tasks. */
  list(): OpenTask[] {
    return [...this.tasks.values()];
  }

  /**
   * The open task with an id. A task that began before the trace is added at its first mention; undefined if there is
   * no such task.
   */
  known(id: number): OpenTask | undefined {
    const task = this.tasks.get(id);
    if (task || id === BACKGROUND_TASK || id >= this.firstBegun) return task;
    const older = new OpenTask(id, "", NONE, 0, true, this.accounts.zeros());
    this.add(older);
    return older;
  }

  /** Books a worker's time to its task, then assigns it to the innermost open task of its entries. */
  settle(worker: Worker): void {
    const { entries } = worker;
    for (
      let last = entries.at(-1);
      last && last.kind !== "region" && !this.tasks.has(last.task);
      last = entries.at(-1)
    ) {
      entries.pop();
    }
    let task: OpenTask | undefined;
    for (let i = entries.length - 1; i >= 0 && !task; i--) task = this.tasks.get(entries[i].task);
    if (task === worker.task) return;
    this.book(worker);
    worker.task?.workers.delete(worker);
    worker.task = task;
    if (task) {
      task.workers.add(worker);
      task.goroutines.add(worker.g.id);
    } else {
      this.accounts.release(worker.since);
      worker.since = undefined;
    }
  }

  /** The sums of a task and its open descendants, up to now. Give the row back with `remove` or Accounts.release. */
  total(task: OpenTask): Sums {
    // Parents come before their children. Not recursive, because there may be more levels than the call stack has.
    const family = [task];
    for (let i = 0; i < family.length; i++) for (const child of family[i].open) family.push(child);
    const totals = new Map<OpenTask, Sums>();
    for (const member of family.reverse()) {
      for (const worker of member.workers) this.book(worker);
      let sums = addSums(this.accounts.zeros(), member.sums);
      for (const child of member.open) {
        const part = totals.get(child)!;
        sums = addSums(sums, part, child.given);
        this.accounts.release(part);
        for (const goroutine of child.goroutines) member.goroutines.add(goroutine);
      }
      totals.set(member, sums);
    }
    return totals.get(task)!;
  }

  /** Removes an open task. @param sums its `total`, which is released to the accounts */
  remove(task: OpenTask, sums: Sums, time: number): void {
    this.tasks.delete(task.id);
    this.giveToParent(task, sums, time);
    for (const worker of [...task.workers]) this.settle(worker);
    for (const row of [sums, task.sums, task.given]) this.accounts.release(row);
  }

  private add(task: OpenTask): void {
    task.above = this.tasks.get(task.parent);
    task.above?.open.add(task);
    this.tasks.set(task.id, task);
    if (this.watched.has(task.id)) task.watch();
  }

  private book(worker: Worker): void {
    const sums = this.accounts.read(worker.g);
    const { task } = worker;
    if (task) task.sums = addSums(task.sums, sums, worker.since);
    this.accounts.release(worker.since);
    worker.since = sums;
  }

  private giveToParent(task: OpenTask, sums: Sums, time: number): void {
    const parent = task.above;
    for (const child of task.open) {
      child.given = this.total(child);
      child.above = parent;
      parent?.open.add(child);
    }
    if (!parent) return;
    parent.open.delete(task);
    parent.sums = addSums(parent.sums, sums, task.given);
    for (const goroutine of task.goroutines) parent.goroutines.add(goroutine);
    for (let above: OpenTask | undefined = parent; above; above = above.above) {
      above.detail?.children.add(task.type, time - task.begin);
    }
  }
}
