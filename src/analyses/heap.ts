/** The live heap over time, and whether the part that survives collections grows. */
import { Line } from "../base/line.js";
import { Timeline } from "../base/timeline.js";
import { EventKind, MetricName, RangeName, type TraceEvent } from "../exectrace/index.js";

/** Sizes in bytes. */
export interface HeapSummary {
  /** Live heap: first, last, largest and smallest value in the trace. All 0 if the trace has none. */
  readonly first: number;
  readonly last: number;
  readonly max: number;
  readonly min: number;
  /** Heap goal of the GC: the last, and the largest. */
  readonly goal: number;
  readonly maxGoal: number;
  /**
   * Live heap at the ends of mark phases: number, first and last value, and the slope of the least-squares line through
   * all of them in bytes per second; 0 with fewer than two collections.
   */
  readonly afterGc: { readonly count: number; readonly first: number; readonly last: number; readonly slope: number };
  /** Largest live heap in each bucket of `step` ns; 0 in buckets without a value. */
  readonly step: number;
  readonly live: readonly number[];
}

/** Collects a HeapSummary; feed every event. Memory: at most 1024 buckets. */
export class Heap {
  readonly live = new Timeline("max");
  readonly goals = new Timeline("max");
  private first = -1;
  private last = 0;
  private max = 0;
  private min = Number.POSITIVE_INFINITY;
  private goal = 0;
  private maxGoal = 0;
  private readonly line = new Line();
  private now = 0;

  feed(e: TraceEvent): void {
    this.now = e.time;
    if (e.kind === EventKind.Metric) {
      const { name, value, time } = e;
      if (name === MetricName.heapLive) {
        if (this.first < 0) this.first = value;
        this.last = value;
        if (value > this.max) this.max = value;
        if (value < this.min) this.min = value;
        this.live.note(time, value);
      } else if (name === MetricName.heapGoal) {
        this.goal = value;
        this.maxGoal = Math.max(this.maxGoal, value);
        this.goals.note(time, value);
      }
    } else if (e.kind === EventKind.RangeEnd && e.name === RangeName.gcMark) this.line.add(e.time / 1e9, this.last);
  }

  result(): HeapSummary {
    const { line } = this;
    return {
      first: Math.max(this.first, 0),
      last: this.last,
      max: this.max,
      min: this.first < 0 ? 0 : this.min,
      goal: this.goal,
      maxGoal: this.maxGoal,
      afterGc: { count: line.count, first: line.firstY, last: line.lastY, slope: line.slope },
      step: this.live.step,
      live: this.live.upTo(this.now),
    };
  }
}
