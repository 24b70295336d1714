/**
 * First pass of `gotrace summary --task` and the like: finds the span of time and the goroutines of one task, goroutine
 * or request.
 */
import { Best } from "../base/best.js";
import { EventKind, type EventSource, NONE, type TraceEvent } from "../exectrace/index.js";
import { Accounts } from "./accounts.js";
import { Intervals } from "./intervals.js";
import { Ranges } from "./ranges.js";
import type { Selection, TasksOfType } from "./selection.js";
import type { TaskRecord } from "./task.js";
import { Tasks } from "./tasks.js";

/** What to look for. */
export type LocateTarget =
  | { readonly kind: "goroutine"; readonly id: number }
  | { readonly kind: "task"; readonly id: number }
  /** The longest task of a type. */
  | { readonly kind: "task type"; readonly type: string }
  /**
   * All tasks with a matching log (see logMatches), and, for logs outside of tasks, the goroutines that logged them.
   */
  | { readonly kind: "log"; readonly filter: string };

/**
 * Whether a log matches a filter: `VALUE` matches a message; `KEY=VALUE` matches a category with a message, or a word
 * of a message.
 */
export function logMatches(filter: string, category: string, message: string): boolean {
  if (message === filter) return true;
  const at = filter.indexOf("=");
  if (at > 0 && category === filter.slice(0, at) && message === filter.slice(at + 1)) return true;
  return message.includes(filter) && message.split(/[\s,;"']+/).includes(filter);
}

/** Text that every trace contains in which a log matches the filter; traces hold strings as plain bytes. */
export function textOfLog(filter: string): string {
  const at = filter.indexOf("=");
  return at > 0 ? filter.slice(at + 1) : filter;
}

interface Span {
  readonly goroutine: number;
  readonly begin: number;
  readonly end: number;
}

/** Most tasks of a type to list. */
const LISTED = 1000;

/** Feed every event, then call `finish` and `result`. Memory: that of Tasks, and what was found. */
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
    private readonly target: LocateTarget,
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

  /** Closes what is still open at the end of the trace. */
  finish(): void {
    this.tasks.finish();
    this.intervals.finish();
  }

  /** The selection; undefined if the trace does not hold the target. */
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
      complete: tasks.length > 0 && !tasks.some((task) => task.cutBegin || task.cutEnd),
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

/** A task that began before the trace has an unknown type, which is not the type "". */
function isOfType(task: TaskRecord, type: string): boolean {
  return task.type === type && (type !== "" || !task.cutBegin);
}

function listing({ id, begin, end, cutBegin, cutEnd, goroutines }: TaskRecord): TasksOfType["longest"][number] {
  return { id, begin, end, cut: cutBegin || cutEnd, goroutines: goroutines.length };
}

/** Orders complete tasks before cut ones, and longer ones before shorter ones. */
function compareLength(a: TaskRecord, b: TaskRecord): number {
  const cut = (one: TaskRecord) => Number(one.cutBegin || one.cutEnd);
  return cut(a) - cut(b) || b.end - b.begin - (a.end - a.begin) || a.begin - b.begin;
}
