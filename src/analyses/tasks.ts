/**
 * What programs say about themselves with runtime/trace: tasks, regions, logs.
 *
 * A goroutine works on a task from TaskBegin on, within regions of the task, and from its creation on when its creator
 * works on it; the innermost counts. A task's breakdown is the time of all goroutines while they work on it or on one of
 * its child tasks, up to its end.
 */
import { type Distribution, distribution, Histogram } from "../base/histogram.js";
import { BACKGROUND_TASK, EventKind, type Frame, NONE, type StackTable, type TraceEvent } from "../exectrace/index.js";
import { type Accounts, addSums, type Breakdown, type Sums } from "./accounts.js";
import type { GoroutineInfo, Intervals } from "./intervals.js";

/** The tasks of one type. */
export interface TaskType {
  readonly type: string;
  /** Durations of those that began and ended within the trace. */
  readonly durations: Distribution;
  /** Those that the trace's edge cuts; they count in nothing else. */
  readonly cut: number;
  /** Sum over the complete ones. */
  readonly breakdown: Breakdown;
  /** Goroutines that worked on one task. */
  readonly goroutines: Distribution;
  readonly longest: { readonly task: number; readonly goroutine: number; readonly begin: number; readonly end: number };
}

/** The regions of one type. */
export interface RegionType {
  readonly type: string;
  /** Durations of those that began and ended within the trace. */
  readonly durations: Distribution;
  /** Those that never ended, or began before the trace. */
  readonly cut: number;
  /** Where the goroutine's time went within them. */
  readonly breakdown: Breakdown;
  readonly longest: {
    readonly goroutine: number;
    readonly task: number;
    readonly begin: number;
    readonly end: number;
    readonly stack: readonly Frame[];
  };
}

/** One task, when it is over or the trace is. */
export interface TaskRecord {
  readonly id: number;
  /** "" when its begin is not in the trace. */
  readonly type: string;
  /** Parent task or NONE. */
  readonly parent: number;
  readonly begin: number;
  readonly end: number;
  readonly cutBegin: boolean;
  readonly cutEnd: boolean;
  /** The goroutine that ended it (began it, when it has not ended). */
  readonly goroutine: number;
  readonly breakdown: Breakdown;
  /** All that worked on it or on a child task. */
  readonly goroutines: readonly number[];
  /** Regions within it or its child tasks, by type. */
  readonly regions: readonly { readonly type: string; readonly count: number; readonly total: number }[];
  /** Child tasks that ended within it, by type. */
  readonly children: readonly { readonly type: string; readonly count: number; readonly total: number }[];
  readonly logs: readonly {
    readonly time: number;
    readonly goroutine: number;
    readonly category: string;
    readonly message: string;
  }[];
}

class OpenTask {
  /** What parents have been given already. */
  given: Sums | undefined;
  goroutine: number = NONE;
  readonly workers = new Set<Worker>();
  readonly goroutines = new Set<number>();
  /** The parent as long as it is open, or what took its place; older, so there are no circles. */
  above: OpenTask | undefined;
  /** Child tasks that are open. */
  readonly open = new Set<OpenTask>();
  /** Kept for watched tasks alone. */
  detail: { regions: Counts; children: Counts; logs: TaskRecord["logs"][number][] } | undefined;

  constructor(
    readonly id: number,
    readonly type: string,
    readonly parent: number,
    readonly begin: number,
    readonly cut: boolean,
    public sums: Sums,
  ) {}
}

/** Sums by name. */
class Counts {
  private readonly map = new Map<string, { count: number; total: number }>();

  add(name: string, ns: number): void {
    const entry = this.map.get(name);
    if (entry) {
      entry.count++;
      entry.total += ns;
    } else this.map.set(name, { count: 1, total: ns });
  }

  list(): { type: string; count: number; total: number }[] {
    return [...this.map].map(([type, sums]) => ({ type, ...sums })).sort((a, b) => b.total - a.total);
  }
}

interface Entry {
  readonly kind: "task" | "region" | "inherited";
  readonly task: number;
  readonly name: string;
  readonly begin: number;
  readonly sums: Sums | undefined;
  readonly stack: number;
}

/** A goroutine that is, or was, in a task or region. */
class Worker {
  readonly entries: Entry[] = [];
  task: OpenTask | undefined;
  since: Sums | undefined;

  constructor(readonly g: GoroutineInfo) {}
}

class TypeSums {
  readonly durations = new Histogram();
  readonly goroutines = new Histogram();
  cut = 0;
  sums: Sums = new Float64Array(16);
  longest = { task: NONE, goroutine: NONE, begin: 0, end: -1, stack: 0 };
}

const MOST_LOGS = 1000;

/** Memory: open tasks and the goroutines that work on them, open regions, one record per type. */
export class Tasks {
  private readonly tasks = new Map<number, OpenTask>();
  private readonly workers: (Worker | undefined)[] = [];
  private readonly taskTypes = new Map<string, TypeSums>();
  private readonly regionTypes = new Map<string, TypeSums>();
  private readonly categories = new Map<string, number>();
  private readonly ends: ((task: TaskRecord) => void)[] = [];
  private readonly watched = new Set<number>();
  /** Tasks are numbered in the order of their begins: those from here on began within the trace. */
  private firstBegun = Number.POSITIVE_INFINITY;

  constructor(
    private readonly intervals: Intervals,
    private readonly accounts: Accounts,
  ) {
    intervals.onGoroutineBegin((g) => this.inherit(g));
    intervals.onGoroutineEnd((g) => this.leave(g));
  }

  /** Called when a task is over, and at the end of the trace for those that are not. */
  onTaskEnd(f: (task: TaskRecord) => void): void {
    this.ends.push(f);
  }

  /** Keeps regions and logs of a task from now on. */
  watch(task: number): void {
    this.watched.add(task);
    const open = this.tasks.get(task);
    if (open) this.detail(open);
  }

  /** Feed every event, after the intervals have got it. */
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

  /** Closes what is open at the end of the trace; before the intervals are finished. */
  finish(): void {
    for (const task of [...this.tasks.values()]) {
      this.typeOf(this.taskTypes, task.type).cut++;
      this.close(task, this.intervals.now, true);
    }
  }

  /** Types of tasks, largest total duration first. */
  taskResult(): TaskType[] {
    return [...this.taskTypes]
      .map(([type, { durations, goroutines, cut, sums, longest }]) => ({
        type,
        durations: distribution(durations),
        cut,
        breakdown: this.accounts.breakdown(sums),
        goroutines: distribution(goroutines),
        longest: {
          task: longest.task,
          goroutine: longest.goroutine,
          begin: longest.begin,
          end: Math.max(longest.end, 0),
        },
      }))
      .sort((a, b) => b.durations.total - a.durations.total);
  }

  /** Types of regions, largest total duration first. */
  regionResult(stacks: StackTable): RegionType[] {
    return [...this.regionTypes]
      .map(([type, { durations, cut, sums, longest }]) => ({
        type,
        durations: distribution(durations),
        cut,
        breakdown: this.accounts.breakdown(sums),
        longest: { ...longest, end: Math.max(longest.end, 0), stack: stacks.frames(longest.stack) },
      }))
      .sort((a, b) => b.durations.total - a.durations.total);
  }

  /** Number of logs by category, most first. */
  logResult(): { readonly category: string; readonly count: number }[] {
    return [...this.categories].map(([category, count]) => ({ category, count })).sort((a, b) => b.count - a.count);
  }

  private taskBegins(e: TraceEvent): void {
    this.firstBegun = Math.min(this.firstBegun, e.task);
    const task = new OpenTask(e.task, e.name, e.parent, e.time, false, this.accounts.zeros());
    task.goroutine = e.goroutine;
    this.add(task);
    this.push(e, { kind: "task", task: e.task, name: e.name, begin: e.time, sums: undefined, stack: e.stack });
  }

  private taskEnds(e: TraceEvent): void {
    const task = this.known(e.task);
    if (!task) return;
    task.goroutine = e.goroutine;
    if (task.cut) this.typeOf(this.taskTypes, task.type).cut++;
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
    const type = this.typeOf(this.regionTypes, e.name);
    const worker = this.workers[g.slot];
    const at = worker ? worker.entries.findLastIndex((entry) => entry.kind === "region") : -1;
    if (!worker || at < 0) {
      type.cut++;
      return;
    }
    const [entry] = worker.entries.splice(at, 1);
    const { begin, sums, stack } = entry!;
    const duration = e.time - begin;
    type.durations.record(duration);
    const now = this.accounts.read(g);
    type.sums = addSums(type.sums, now, sums);
    this.accounts.release(now);
    this.accounts.release(sums);
    if (duration > type.longest.end - type.longest.begin) {
      type.longest = { task: e.task, goroutine: g.id, begin, end: e.time, stack };
    }
    for (let task = this.tasks.get(e.task); task; task = task.above) {
      task.detail?.regions.add(e.name, duration);
    }
    this.settle(worker);
  }

  private log(e: TraceEvent): void {
    this.categories.set(e.name, (this.categories.get(e.name) ?? 0) + 1);
    for (let task = this.tasks.get(e.task); task; task = task.above) {
      if (!task.detail || task.detail.logs.length >= MOST_LOGS) continue;
      task.detail.logs.push({ time: e.time, goroutine: e.goroutine, category: e.name, message: e.message });
    }
  }

  /** A new goroutine works on what its creator works on; the runtime's own do not. */
  private inherit(g: GoroutineInfo): void {
    this.workers[g.slot] = undefined;
    if (!g.createdInTrace || g.system) return;
    const creator = this.intervals.goroutine(g.creator);
    const task = creator && this.workers[creator.slot]?.task;
    if (!task) return;
    const worker = this.workerOf(g);
    const { creatorStack: stack, begin } = g;
    worker.entries.push({ kind: "inherited", task: task.id, name: "", begin, sums: undefined, stack });
    this.settle(worker);
  }

  private leave(g: GoroutineInfo): void {
    const worker = this.workers[g.slot];
    if (!worker) return;
    for (const entry of worker.entries) {
      if (entry.kind === "region") this.typeOf(this.regionTypes, entry.name).cut++;
    }
    worker.entries.length = 0;
    this.settle(worker);
    this.workers[g.slot] = undefined;
  }

  private push(e: TraceEvent, entry: Entry): void {
    const g = this.intervals.goroutine(e.goroutine);
    if (!g) return;
    if (entry.task !== BACKGROUND_TASK) this.known(entry.task);
    const worker = this.workerOf(g);
    worker.entries.push(entry);
    this.settle(worker);
  }

  private workerOf(g: GoroutineInfo): Worker {
    let worker = this.workers[g.slot];
    if (!worker) {
      worker = new Worker(g);
      this.workers[g.slot] = worker;
    }
    return worker;
  }

  /** An open task; one that began before the trace is made when it is first mentioned. */
  private known(id: number): OpenTask | undefined {
    const task = this.tasks.get(id);
    if (task || id === BACKGROUND_TASK || id >= this.firstBegun) return task;
    const older = new OpenTask(id, "", NONE, 0, true, this.accounts.zeros());
    this.add(older);
    return older;
  }

  private add(task: OpenTask): void {
    task.above = this.tasks.get(task.parent);
    task.above?.open.add(task);
    this.tasks.set(task.id, task);
    if (this.watched.has(task.id)) this.detail(task);
  }

  private detail(task: OpenTask): void {
    task.detail ??= { regions: new Counts(), children: new Counts(), logs: [] };
  }

  /** Books the time of a worker on its task, and turns it to the innermost open task of its entries. */
  private settle(worker: Worker): void {
    const { entries } = worker;
    for (
      let last = entries.at(-1);
      last && last.kind !== "region" && !this.tasks.has(last.task);
      last = entries.at(-1)
    ) {
      entries.pop();
    }
    let task: OpenTask | undefined;
    for (let i = entries.length - 1; i >= 0 && !task; i--) task = this.tasks.get(entries[i]!.task);
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

  private book(worker: Worker): void {
    const sums = this.accounts.read(worker.g);
    const { task } = worker;
    if (task) task.sums = addSums(task.sums, sums, worker.since);
    this.accounts.release(worker.since);
    worker.since = sums;
  }

  private close(task: OpenTask, time: number, cutEnd: boolean): void {
    const sums = this.total(task);
    const complete = !cutEnd && !task.cut;
    if (complete) {
      const type = this.typeOf(this.taskTypes, task.type);
      const duration = time - task.begin;
      type.durations.record(duration);
      type.goroutines.record(task.goroutines.size);
      type.sums = addSums(type.sums, sums);
      if (duration > type.longest.end - type.longest.begin) {
        type.longest = { task: task.id, goroutine: task.goroutine, begin: task.begin, end: time, stack: 0 };
      }
    }
    if (this.ends.length > 0) this.tell(task, sums, time, cutEnd);
    this.tasks.delete(task.id);
    this.giveToParent(task, sums, time);
    for (const worker of [...task.workers]) this.settle(worker);
    for (const row of [sums, task.sums, task.given]) this.accounts.release(row);
  }

  /** The sums of a task and its open descendants, up to now. */
  private total(task: OpenTask): Sums {
    for (const worker of task.workers) this.book(worker);
    let sums = addSums(this.accounts.zeros(), task.sums);
    for (const child of task.open) {
      const part = this.total(child);
      sums = addSums(sums, part, child.given);
      this.accounts.release(part);
      for (const goroutine of child.goroutines) task.goroutines.add(goroutine);
    }
    return sums;
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

  private tell(task: OpenTask, sums: Sums, end: number, cutEnd: boolean): void {
    const record: TaskRecord = {
      id: task.id,
      type: task.type,
      parent: task.parent,
      begin: task.begin,
      end,
      cutBegin: task.cut,
      cutEnd,
      goroutine: task.goroutine,
      breakdown: this.accounts.breakdown(sums),
      goroutines: [...task.goroutines],
      regions: task.detail?.regions.list() ?? [],
      children: task.detail?.children.list() ?? [],
      logs: task.detail?.logs ?? [],
    };
    for (const f of this.ends) f(record);
  }

  private typeOf(map: Map<string, TypeSums>, name: string): TypeSums {
    let type = map.get(name);
    if (!type) {
      type = new TypeSums();
      map.set(name, type);
    }
    return type;
  }
}
