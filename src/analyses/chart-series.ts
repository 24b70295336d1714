/** Collects the series of charts.ts during a pass over a trace. */
import { Timeline } from "../base/timeline.js";
import { EventKind, MetricName, NONE, RangeName, type TraceEvent } from "../exectrace/index.js";
import type { Phase, Series, TraceCharts } from "./charts.js";
import { Activity, type GoroutineInfo, type Interval } from "./interval.js";
import type { Intervals } from "./intervals.js";
import type { Range, Ranges } from "./ranges.js";

const MAX_PHASES = 2000;

/** Start functions of the garbage collector's goroutines. */
const collector = /^runtime\.(gcBgMarkWorker|bgsweep|bgscavenge)$/;

/** Whether a goroutine belongs to the garbage collector. */
export function isCollector(g: GoroutineInfo): boolean {
  return g.system && collector.test(g.startFunction);
}

/** Collects everything in TraceCharts but the windows. Memory: eight timelines of 1024 buckets, and 4000 phases. */
export class ChartCollector {
  private readonly heapLive = new Timeline("max");
  private readonly heapGoal = new Timeline("max");
  private readonly running = new Timeline("sum");
  private readonly gc = new Timeline("sum");
  private readonly syscall = new Timeline("sum");
  private readonly runnable = new Timeline("sum");
  private readonly waiting = new Timeline("sum");
  private readonly living = new Timeline("sum");
  private phases: Phase[] = [];
  private omitted = 0;
  private gomaxprocs = 0;
  private now = 0;

  constructor(
    private readonly intervals: Intervals,
    ranges: Ranges,
  ) {
    intervals.onInterval((i, g) => this.add(i, g));
    intervals.onGoroutineEnd((g) => this.living.add(g.begin, g.end));
    ranges.onRange((r) => this.addPhase(r));
  }

  /** Feed every event, besides the intervals and ranges. */
  feed(e: TraceEvent): void {
    this.now = e.time;
    if (e.kind !== EventKind.Metric) return;
    if (e.name === MetricName.heapLive) this.heapLive.note(e.time, e.value);
    else if (e.name === MetricName.heapGoal) this.heapGoal.note(e.time, e.value);
    else if (e.name === MetricName.gomaxprocs) this.gomaxprocs = Math.max(this.gomaxprocs, e.value);
  }

  /**
   * The charts; call it after intervals and ranges are finished. @param windows from a second pass with WindowCollector
   */
  result(windows: TraceCharts["windows"] = []): TraceCharts {
    this.thin(MAX_PHASES);
    return {
      duration: this.now,
      gomaxprocs: this.gomaxprocs,
      heapLive: this.held(this.heapLive),
      heapGoal: this.held(this.heapGoal),
      procsRunning: this.mean(this.running),
      procsGc: this.mean(this.gc),
      procsSyscall: this.mean(this.syscall),
      runnable: this.mean(this.runnable),
      waiting: this.mean(this.waiting),
      goroutines: this.mean(this.living),
      phases: this.phases.sort((a, b) => a.begin - b.begin),
      omittedPhases: this.omitted,
      windows,
    };
  }

  private add(i: Interval, g: GoroutineInfo): void {
    switch (i.activity) {
      case Activity.Running:
        (isCollector(g) ? this.gc : this.running).add(i.begin, i.end);
        break;
      case Activity.Runnable:
        this.runnable.add(i.begin, i.end);
        break;
      case Activity.Waiting:
        this.waiting.add(i.begin, i.end);
        break;
      case Activity.Syscall:
        this.syscall.add(i.begin, i.procLost === NONE ? i.end : i.procLost);
    }
  }

  private addPhase(r: Range): void {
    const name = r.name === RangeName.gcMark ? "GC" : r.name === RangeName.stopTheWorld ? r.detail : undefined;
    if (name === undefined) return;
    const starter = this.intervals.goroutine(r.goroutine)?.startFunction ?? "";
    this.phases.push({ begin: r.begin, end: r.end, name, function: starter });
    if (this.phases.length >= 2 * MAX_PHASES) this.thin(MAX_PHASES);
  }

  /** Keeps the `most` longest phases. */
  private thin(most: number): void {
    if (this.phases.length <= most) return;
    this.phases.sort((a, b) => b.end - b.begin - (a.end - a.begin));
    this.omitted += this.phases.length - most;
    this.phases.length = most;
  }

  private mean(timeline: Timeline): Series {
    const values = timeline.upTo(this.now);
    // The last bucket may be longer than the trace.
    const widthOf = (i: number) => Math.min(timeline.step, Math.max(1, this.now - i * timeline.step));
    return { step: timeline.step, values: values.map((sum, i) => sum / widthOf(i)) };
  }

  private held(timeline: Timeline): Series {
    let last = 0;
    const values = timeline.upTo(this.now).map((value) => {
      if (value > 0) last = value;
      return last;
    });
    return { step: timeline.step, values };
  }
}
