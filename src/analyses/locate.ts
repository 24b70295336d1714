/** The first pass of questions about one task, one goroutine or one request: where in the trace it is. */
import { Best } from "../base/best.js";
import { EventKind, type EventSource, NONE, type TraceEvent } from "../exectrace/index.js";
import { Accounts } from "./accounts.js";
import { Intervals } from "./intervals.js";
import { Ranges } from "./ranges.js";
import type { Selection, TasksOfType } from "./selection.js";
import type { TaskRecord } from "./task.js";
import { Tasks } from "./tasks.js";

export type Target =
  | { readonly kind: "goroutine"; readonly id: number }
  | { readonly kind: "task"; readonly id: number }
  /** The longest task of a type. */
  | { readonly kind: "task type"; readonly type: string }
  /** All tasks with a log `KEY=VALUE` or `VALUE`; the whole goroutines that logged it outside of tasks. */
  | { readonly kind: "log"; readonly filter: string };

/**
 * Whether a log is one that a filter asks for: `VALUE` is its message; `KEY=VALUE` its category and message, or a word of
 * its message.
 */
export function logMatches(filter: string, category: string, message: string): boolean {
  if (message === filter) return true;
  const at = filter.indexOf("=");
  if (at > 0 && category === filter.slice(0, at) && message === filter.slice(at + 1)) return true;
  return message.includes(filter) && message.split(/[\s,;"']+/).includes(filter);
}

interface Span {
  readonly goroutine: number;
  readonly begin: number;
  readonly end: number;
}

/** Tasks of a type that are listed. */
const LISTED = 1000;

/** Feed every event; then ask. Memory: as Tasks, and what was found. */
export class Locator {
  private readonly intervals: Intervals;
  private readonly ranges = new Ranges();
  private readonly tasks: Tasks;
  private readonly foundTasks: TaskRecord[] = [];
  private readonly foundGoroutines: Span[] = [];
  private readonly logged = new Set<number>();
  /** Goroutines that logged outside of tasks. */
  private readonly loggers = new Set<number>();
  private ofType = 0;
  private readonly longest = new Best<TaskRecord>(LISTED, compareLength);

  constructor(
    reader: EventSource,
    private readonly target: Target,
  ) {
    this.intervals = new Intervals(reader);
    const accounts = new Accounts(this.intervals, this.ranges);
    this.tasks = new Tasks(this.intervals, accounts);
    this.tasks.onTaskEnd((task) => this.taskEnds(task));
    this.intervals.onGoroutineEnd((g) => {
      if (target.kind === "goroutine" ? g.id === target.id : this.loggers.has(g.id)) {
        this.foundGoroutines.push({ goroutine: g.id, begin: g.begin, end: g.end });
      }
    });
  }

  feed(e: TraceEvent): void {
    this.intervals.feed(e);
    this.ranges.feed(e);
    if (e.kind === EventKind.Log && this.target.kind === "log" && logMatches(this.target.filter, e.name, e.message)) {
      if (e.task !== 0) this.logged.add(e.task);
      else if (e.goroutine !== NONE) this.loggers.add(e.goroutine);
    }
    this.tasks.feed(e);
  }

  finish(): void {
    this.tasks.finish();
    this.intervals.finish();
  }

  /** What was asked for; undefined when the trace does not have it. */
  result(): Selection | undefined {
    const listed = this.longest.sorted();
    const tasks = listed.length > 0 ? listed.slice(0, 1) : this.foundTasks;
    const spans: Span[] = [...tasks, ...this.foundGoroutines];
    const [longest] = [...spans].sort((a, b) => b.end - b.begin - (a.end - a.begin));
    if (!longest) return undefined;
    const goroutines = new Set(this.foundGoroutines.map((span) => span.goroutine));
    for (const task of tasks) for (const id of task.goroutines) goroutines.add(id);
    const { goroutine, begin, end } = longest;
    return {
      begin: Math.min(...spans.map((span) => span.begin)),
      end: Math.max(...spans.map((span) => span.end)),
      goroutines,
      tasks: tasks.map((task) => task.id),
      ofType: listed.length === 0 ? undefined : { count: this.ofType, longest: listed.map(listing) },
      path: { goroutine, begin, end },
    };
  }

  private taskEnds(task: TaskRecord): void {
    const { target } = this;
    if (target.kind === "task" ? task.id === target.id : this.logged.has(task.id)) this.foundTasks.push(task);
    if (target.kind !== "task type" || !isOfType(task, target.type)) return;
    this.ofType++;
    this.longest.add(task);
  }
}

/** A task that began before the trace has no type, which is not the empty one. */
function isOfType(task: TaskRecord, type: string): boolean {
  return task.type === type && (type !== "" || !task.cutBegin);
}

function listing({ id, begin, end, cutBegin, cutEnd, goroutines }: TaskRecord): TasksOfType["longest"][number] {
  return { id, begin, end, cut: cutBegin || cutEnd, goroutines: goroutines.length };
}

/** Longest first; complete tasks go before those that the trace's edge cuts. */
function compareLength(a: TaskRecord, b: TaskRecord): number {
  const cut = (one: TaskRecord) => Number(one.cutBegin || one.cutEnd);
  return cut(a) - cut(b) || b.end - b.begin - (a.end - a.begin) || a.begin - b.begin;
}
