/**
 * User annotations of runtime/trace: tasks, regions and logs, with durations and where their time went.
 *
 * A goroutine works on a task from its TaskBegin on, while it is in a region of the task, and from its own creation on
 * if its creator was working on the task; the innermost of these counts. A task's breakdown is the time of all
 * goroutines while they worked on it or on one of its child tasks, up to the task's end.
 */
import { BACKGROUND_TASK, EventKind, type StackTable, type TraceEvent } from "../exectrace/index.js";
import { type Accounts, addSums } from "./accounts.js";
import type { GoroutineInfo } from "./interval.js";
import type { Intervals } from "./intervals.js";
import { type RegionMisuse, RegionMisuses } from "./region-misuse.js";
import { type Entry, type OpenTask, type TaskRecord, Worker } from "./task.js";
import { TaskTree } from "./task-tree.js";
import { type RegionType, type TaskType, TypeTable } from "./task-types.js";

/** Most logs kept for one watched task. */
const MAX_LOGS = 1000;

/**
 * Collects tasks, regions and logs. Memory: open tasks and the goroutines that work on them, open regions, one record
 * for each type.
 */
export class Tasks {
  private readonly tree: TaskTree;
  private readonly workers: (Worker | undefined)[] = [];
  private readonly taskTypes: TypeTable;
  private readonly regionTypes: TypeTable;
  private readonly misuses = new RegionMisuses();
  private readonly categories = new Map<string, number>();
  private readonly ends: ((task: TaskRecord) => void)[] = [];

  constructor(
    private readonly intervals: Intervals,
    private readonly accounts: Accounts,
  ) {
    this.tree = new TaskTree(accounts);
    this.taskTypes = new TypeTable(accounts);
    this.regionTypes = new TypeTable(accounts);
    intervals.onGoroutineBegin((g) => this.inherit(g));
    intervals.onGoroutineEnd((g) => this.leave(g));
  }

  /** Calls `f` when a task ends, and at the end of the trace for each open task. */
  onTaskEnd(f: (task: TaskRecord) => void): void {
    this.ends.push(f);
  }

  /** Keeps regions and logs of a task from now on. */
  watch(task: number): void {
    this.tree.watch(task);
  }

  /** Feed every event, after the intervals have seen it. */
  feed(e: TraceEvent): void {
    switch (e.kind) {
      case EventKind.TaskBegin:
        this.taskBegins(e);
        break;
      case EventKind.TaskEnd:
        this.taskEnds(e);
        break;
      case EventKind.RegionBegin:
        this.regionBegins(e);
        break;
      case EventKind.RegionEnd:
        this.regionEnds(e);
        break;
      case EventKind.Log:
        this.log(e);
        break;
    }
  }

  /** Closes open tasks at the end of the trace. Call it before the intervals are finished. */
  finish(): void {
    for (const task of this.tree.list()) this.close(task, this.intervals.now, true);
  }

  /** Tasks by type, largest total duration first. */
  taskResult(): TaskType[] {
    return this.taskTypes.tasks();
  }

  /** Regions by type, largest total duration first. */
  regionResult(stacks: StackTable): RegionType[] {
    return this.regionTypes.regions(stacks);
  }

  /** Regions that ended in the wrong order or on the wrong goroutine. */
  misuseResult(): RegionMisuse[] {
    return this.misuses.result();
  }

  /** Number of logs by category, largest first. */
  logResult(): { readonly category: string; readonly count: number }[] {
    return [...this.categories].map(([category, count]) => ({ category, count })).sort((a, b) => b.count - a.count);
  }

  private taskBegins(e: TraceEvent): void {
    this.tree.begin(e.task, e.name, e.parent, e.time, e.goroutine);
    this.push(e, { kind: "task", task: e.task, name: e.name, begin: e.time, sums: undefined, stack: e.stack });
  }

  private taskEnds(e: TraceEvent): void {
    const task = this.tree.known(e.task);
    if (!task) return;
    task.goroutine = e.goroutine;
    this.close(task, e.time, false);
  }

  private regionBegins(e: TraceEvent): void {
    const g = this.intervals.goroutine(e.goroutine);
    if (!g) return;
    const sums = this.accounts.read(g);
    this.push(e, { kind: "region", task: e.task, name: e.name, begin: e.time, sums, stack: e.stack });
  }

  private regionEnds(e: TraceEvent): void {
    const g = this.intervals.goroutine(e.goroutine);
    if (!g) return;
    const type = this.regionTypes.of(e.name);
    const worker = this.workers[g.slot];
    const open = worker?.entries ?? [];
    const innermost = open.findLastIndex((entry) => entry.kind === "region");
    const at = open.findLastIndex(({ kind, name, task }) => kind === "region" && name === e.name && task === e.task);
    if (at < innermost) this.misuses.add(e.name, g.id, at < 0 ? "elsewhere" : "order");
    if (!worker || at < 0) {
      if (innermost < 0 && g.createdInTrace) this.misuses.add(e.name, g.id, "elsewhere");
      // If it began on another goroutine, it already counts there as one that never ended.
      else if (innermost < 0) type.cut++;
      return;
    }
    const [entry] = worker.entries.splice(at, 1);
    const { begin, sums, stack } = entry;
    const duration = e.time - begin;
    type.durations.record(duration);
    const now = this.accounts.read(g);
    type.sums = addSums(type.sums, now, sums);
    this.accounts.release(now);
    this.accounts.release(sums);
    if (duration > type.longest.end - type.longest.begin) {
      type.longest = { task: e.task, goroutine: g.id, begin, end: e.time, stack };
    }
    for (let task = this.tree.get(e.task); task; task = task.above) {
      task.detail?.regions.add(e.name, duration);
    }
    this.tree.settle(worker);
  }

  private log(e: TraceEvent): void {
    this.categories.set(e.name, (this.categories.get(e.name) ?? 0) + 1);
    for (let task = this.tree.get(e.task); task; task = task.above) {
      if (!task.detail || task.detail.logs.length >= MAX_LOGS) continue;
      task.detail.logs.push({ time: e.time, goroutine: e.goroutine, category: e.name, message: e.message });
    }
  }

  /** Makes a new goroutine of the program work on its creator's task. */
  private inherit(g: GoroutineInfo): void {
    this.workers[g.slot] = undefined;
    if (!g.createdInTrace || g.system) return;
    const creator = this.intervals.goroutine(g.creator);
    const task = creator && this.workers[creator.slot]?.task;
    if (!task) return;
    const worker = this.workerOf(g);
    const { creatorStack: stack, begin } = g;
    worker.entries.push({ kind: "inherited", task: task.id, name: "", begin, sums: undefined, stack });
    this.tree.settle(worker);
  }

  private leave(g: GoroutineInfo): void {
    const worker = this.workers[g.slot];
    if (!worker) return;
    for (const entry of worker.entries) {
      if (entry.kind === "region") this.regionTypes.of(entry.name).cut++;
    }
    worker.entries.length = 0;
    this.tree.settle(worker);
    this.workers[g.slot] = undefined;
  }

  private push(e: TraceEvent, entry: Entry): void {
    const g = this.intervals.goroutine(e.goroutine);
    if (!g) return;
    if (entry.task !== BACKGROUND_TASK) this.tree.known(entry.task);
    const worker = this.workerOf(g);
    worker.entries.push(entry);
    this.tree.settle(worker);
  }

  private workerOf(g: GoroutineInfo): Worker {
    let worker = this.workers[g.slot];
    if (!worker) {
      worker = new Worker(g);
      this.workers[g.slot] = worker;
    }
    return worker;
  }

  private close(task: OpenTask, time: number, cutEnd: boolean): void {
    const sums = this.tree.total(task);
    const type = this.taskTypes.of(task.cut ? undefined : task.type);
    if (cutEnd || task.cut) type.cut++;
    else {
      const duration = time - task.begin;
      type.durations.record(duration);
      type.goroutines.record(task.goroutines.size);
      type.sums = addSums(type.sums, sums);
      if (duration > type.longest.end - type.longest.begin) {
        type.longest = { task: task.id, goroutine: task.goroutine, begin: task.begin, end: time, stack: 0 };
      }
    }
    if (this.ends.length > 0) {
      const record = task.record(this.accounts.breakdown(sums), time, cutEnd);
      for (const f of this.ends) f(record);
    }
    this.tree.remove(task, sums, time);
  }
}
