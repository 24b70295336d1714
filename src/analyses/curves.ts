/** The series and phases of a trace's page: bounded, whatever the trace's length. */
import { Timeline } from "../base/timeline.js";
import { EventKind, MetricName, NONE, RangeName, type TraceEvent } from "../exectrace/index.js";
import type { Phase, Series, TraceCharts } from "./charts.js";
import { Activity, type GoroutineInfo, type Interval, type Intervals } from "./intervals.js";
import type { Range, Ranges } from "./ranges.js";

/** Phases that a page draws. */
const MOST_PHASES = 2000;

/** Start functions of the collector's goroutines. */
const collector = /^runtime\.(gcBgMarkWorker|bgsweep|bgscavenge)$/;

/** Whether a goroutine belongs to the garbage collector. */
export function isCollector(g: GoroutineInfo): boolean {
  return g.system && collector.test(g.startFunction);
}

/** Subscribes to the sources; feed every event too. Memory: nine times 1024 buckets and 4000 phases. */
export class Curves {
  private readonly heapLive = new Timeline("max");
  private readonly heapGoal = new Timeline("max");
  private readonly running = new Timeline("sum");
  private readonly gc = new Timeline("sum");
  private readonly syscall = new Timeline("sum");
  private readonly runnable = new Timeline("sum");
  private readonly waiting = new Timeline("sum");
  private readonly goroutines = new Timeline("sum");
  private phases: Phase[] = [];
  private omitted = 0;
  private gomaxprocs = 0;
  private now = 0;

  constructor(
    private readonly intervals: Intervals,
    ranges: Ranges,
  ) {
    intervals.onInterval((i, g) => this.add(i, g));
    ranges.onRange((r) => this.range(r));
  }

  feed(e: TraceEvent): void {
    this.now = e.time;
    if (e.kind !== EventKind.Metric) return;
    if (e.name === MetricName.heapLive) this.heapLive.note(e.time, e.value);
    else if (e.name === MetricName.heapGoal) this.heapGoal.note(e.time, e.value);
    else if (e.name === MetricName.gomaxprocs) this.gomaxprocs = Math.max(this.gomaxprocs, e.value);
  }

  /** When the sources are finished. */
  result(): Omit<TraceCharts, "windows"> {
    const duration = Math.max(this.now, 1);
    this.keepLongest(MOST_PHASES);
    return {
      duration: this.now,
      gomaxprocs: this.gomaxprocs,
      heapLive: held(this.heapLive, duration),
      heapGoal: held(this.heapGoal, duration),
      procsRunning: mean(this.running, duration),
      procsGc: mean(this.gc, duration),
      procsSyscall: mean(this.syscall, duration),
      runnable: mean(this.runnable, duration),
      waiting: mean(this.waiting, duration),
      goroutines: mean(this.goroutines, duration),
      phases: this.phases.sort((a, b) => a.begin - b.begin),
      omittedPhases: this.omitted,
    };
  }

  private add(i: Interval, g: GoroutineInfo): void {
    if (!g.system) this.goroutines.add(i.begin, i.end);
    switch (i.activity) {
      case Activity.Running:
        (isCollector(g) ? this.gc : this.running).add(i.begin, i.end);
        break;
      case Activity.Syscall:
        if (i.proc !== NONE) this.syscall.add(i.begin, i.procLost === NONE ? i.end : i.procLost);
        break;
      default:
        if (!g.system) (i.activity === Activity.Runnable ? this.runnable : this.waiting).add(i.begin, i.end);
    }
  }

  private range(r: Range): void {
    if (r.name !== RangeName.gcMark && r.name !== RangeName.stopTheWorld) return;
    const asked = this.intervals.goroutine(r.goroutine)?.startFunction ?? "";
    const name = r.name === RangeName.gcMark ? "GC" : r.detail;
    this.phases.push({ begin: r.begin, end: r.end, name, function: asked });
    if (this.phases.length === 2 * MOST_PHASES) this.keepLongest(MOST_PHASES);
  }

  private keepLongest(most: number): void {
    if (this.phases.length <= most) return;
    this.omitted += this.phases.length - most;
    this.phases = this.phases.sort((a, b) => b.end - b.begin - (a.end - a.begin)).slice(0, most);
  }
}

/** Integrals as means; the last bucket may be cut by the trace's end. */
function mean(timeline: Timeline, duration: number): Series {
  const values = timeline.upTo(duration);
  const { step } = timeline;
  return { step, values: values.map((sum, i) => sum / Math.min(step, duration - i * step)) };
}

/** Values that hold until the next one. */
function held(timeline: Timeline, duration: number): Series {
  let last = 0;
  const values = timeline.upTo(duration).map((value) => {
    if (value > 0) last = value;
    return last;
  });
  return { step: timeline.step, values };
}
