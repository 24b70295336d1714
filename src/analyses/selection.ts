/** A selected part of a trace: a span of time and the goroutines that matter in it, such as those of one request. */
import type { GoroutineInfo, Interval, IntervalSource } from "./interval.js";
import type { Intervals } from "./intervals.js";

/** A selection. Times: ns since the trace's start. */
export interface Selection {
  readonly begin: number;
  readonly end: number;
  readonly goroutines: ReadonlySet<number>;
  /** Ids of the tasks to describe. */
  readonly tasks: readonly number[];
  /** There are tasks, and the trace has the begin and the end of each. */
  readonly complete: boolean;
  /** All tasks of the type, if a type was selected. */
  readonly ofType?: TasksOfType | undefined;
  /** Where the critical path ends: `goroutine` is the one at the end of the span. */
  readonly path: { readonly goroutine: number; readonly begin: number; readonly end: number };
}

/** Number of tasks of a type, and the longest of them. */
export interface TasksOfType {
  readonly count: number;
  readonly longest: readonly {
    readonly id: number;
    readonly begin: number;
    readonly end: number;
    readonly cut: boolean;
    readonly goroutines: number;
  }[];
}

/** The intervals of a selection, clipped to its span. Clipped intervals are marked as cut. */
export class SelectedIntervals implements IntervalSource {
  constructor(
    private readonly source: Intervals,
    private readonly selection: Selection,
  ) {}

  onGoroutineBegin(f: (g: GoroutineInfo) => void): void {
    this.source.onGoroutineBegin(f);
  }

  onInterval(f: (i: Interval, g: GoroutineInfo) => void): void {
    const { begin, end, goroutines } = this.selection;
    this.source.onInterval((i, g) => {
      if (i.end <= begin || i.begin >= end || !goroutines.has(g.id)) return;
      if (i.begin >= begin && i.end <= end) f(i, g);
      else {
        const clipped = { ...i, begin: Math.max(i.begin, begin), end: Math.min(i.end, end) };
        f({ ...clipped, cutBegin: i.cutBegin || i.begin < begin, cutEnd: i.cutEnd || i.end > end }, g);
      }
    });
  }

  onGoroutineEnd(f: (g: GoroutineInfo) => void): void {
    this.source.onGoroutineEnd(f);
  }
}
