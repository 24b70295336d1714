/**
 * Data structures for one task of runtime/trace: its state while it is open, the goroutines that work on it, and the
 * record made of it at its end.
 */
import { NONE } from "../exectrace/index.js";
import type { Breakdown, Sums } from "./accounts.js";
import type { GoroutineInfo } from "./interval.js";

/** A task that has ended, or that was open at the end of the trace. Times: ns since the trace's start. */
export interface TaskRecord {
  readonly id: number;
  /** "" if its begin is not in the trace. */
  readonly type: string;
  /** Parent task or NONE. */
  readonly parent: number;
  readonly begin: number;
  readonly end: number;
  readonly cutBegin: boolean;
  readonly cutEnd: boolean;
  /** The goroutine that ended it; for an open task the one that began it. */
  readonly goroutine: number;
  readonly breakdown: Breakdown;
  /** Ids of all goroutines that worked on it or on a child task. */
  readonly goroutines: readonly number[];
  /** Watched tasks only, as the next two: regions of it and of its child tasks, by type, largest total first. */
  readonly regions: readonly { readonly type: string; readonly count: number; readonly total: number }[];
  /** Child tasks that ended before it, by type, largest total first. */
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

/** A task that has not ended yet. */
export class OpenTask {
  /** The part of its sums that its parents have already been credited with. */
  given: Sums | undefined;
  goroutine: number = NONE;
  readonly workers = new Set<Worker>();
  readonly goroutines = new Set<number>();
  /** The closest open ancestor. Ancestors are older, so there are no cycles. */
  above: OpenTask | undefined;
  /** Child tasks that are open. */
  readonly open = new Set<OpenTask>();
  /** Set for watched tasks only. */
  detail: { regions: Counts; children: Counts; logs: TaskRecord["logs"][number][] } | undefined;

  constructor(
    readonly id: number,
    readonly type: string,
    readonly parent: number,
    readonly begin: number,
    readonly cut: boolean,
    public sums: Sums,
  ) {}

  /** Starts keeping regions, child tasks and logs. */
  watch(): void {
    this.detail ??= { regions: new Counts(), children: new Counts(), logs: [] };
  }

  /** Makes the record when the task ends, or is cut, at `end`. */
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

/** A task or region that a goroutine has entered; "inherited": the task of the goroutine's creator. */
export interface Entry {
  readonly kind: "task" | "region" | "inherited";
  readonly task: number;
  readonly name: string;
  readonly begin: number;
  readonly sums: Sums | undefined;
  readonly stack: number;
}

/** A goroutine that is or was in a task or region. `since`: its sums when it turned to its current task. */
export class Worker {
  readonly entries: Entry[] = [];
  task: OpenTask | undefined;
  since: Sums | undefined;

  constructor(readonly g: GoroutineInfo) {}
}
