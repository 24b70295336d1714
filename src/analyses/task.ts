/** One task: what is kept while it is open, who works on it, and the record that it leaves. */
import { NONE } from "../exectrace/index.js";
import type { Breakdown, Sums } from "./accounts.js";
import type { GoroutineInfo } from "./interval.js";

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

/** A task that is not over yet. */
export class OpenTask {
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

  /** From now on regions, child tasks and logs are kept. */
  watch(): void {
    this.detail ??= { regions: new Counts(), children: new Counts(), logs: [] };
  }

  /** What is to be said of it when it ends, or is cut, at `end`. */
  record(breakdown: Breakdown, end: number, cutEnd: boolean): TaskRecord {
    return {
      id: this.id,
      type: this.type,
      parent: this.parent,
      begin: this.begin,
      end,
      cutBegin: this.cut,
      cutEnd,
      goroutine: this.goroutine,
      breakdown,
      goroutines: [...this.goroutines],
      regions: this.detail?.regions.list() ?? [],
      children: this.detail?.children.list() ?? [],
      logs: this.detail?.logs ?? [],
    };
  }
}

/** A task or region that a goroutine has entered. */
export interface Entry {
  readonly kind: "task" | "region" | "inherited";
  readonly task: number;
  readonly name: string;
  readonly begin: number;
  readonly sums: Sums | undefined;
  readonly stack: number;
}

/** A goroutine that is, or was, in a task or region. */
export class Worker {
  readonly entries: Entry[] = [];
  task: OpenTask | undefined;
  since: Sums | undefined;

  constructor(readonly g: GoroutineInfo) {}
}
