/** Scheduler latency (how long runnable goroutines wait until they run) and utilization of the Ps. Times are in ns. */
import { type Distribution, distribution, Histogram } from "../base/histogram.js";
import { Timeline } from "../base/timeline.js";
import {
  EventKind,
  type Frame,
  GoState,
  MetricName,
  NONE,
  ProcState,
  ResourceKind,
  type StackTable,
  type TraceEvent,
} from "../exectrace/index.js";
import { Activity, type GoroutineInfo, type Interval, type IntervalSource } from "./interval.js";
import type { Intervals } from "./intervals.js";

/** Scheduler latencies of the goroutines of the program. */
export interface Scheduling {
  /** Time from runnable to running; waits that the trace's edge cuts are left out. */
  readonly latency: Distribution;
  /** The same by the reason for becoming runnable: "created", "preempted", "sync", ...; largest total first. */
  readonly byReason: readonly { readonly reason: string; readonly latency: Distribution }[];
  /** The same by start function; largest total first. */
  readonly byFunction: readonly { readonly function: string; readonly latency: Distribution }[];
  readonly worst: {
    readonly goroutine: number;
    readonly function: string;
    readonly begin: number;
    readonly end: number;
    readonly reason: string;
    /** Where the goroutine had stopped, leaf first. */
    readonly stack: readonly Frame[];
  };
  /** How often the scheduler preempted a running goroutine. */
  readonly preemptions: number;
}

/** Collects a Scheduling. Memory: one record for each start function and each reason. */
export class SchedulingLatency {
  private readonly all = new Histogram();
  private readonly reasons = new Map<string, Histogram>();
  private readonly functions = new Map<string, Histogram>();
  private worst = { goroutine: NONE, function: "", begin: 0, end: 0, reason: "", stack: 0 };
  private preemptions = 0;

  constructor(source: IntervalSource) {
    source.onInterval((i, g) => {
      if (i.activity === Activity.Runnable && !g.system) this.add(i, g);
    });
  }

  /** The latencies; call it after the source is finished. */
  result(stacks: StackTable): Scheduling {
    const list = <K extends string>(map: Map<string, Histogram>, key: K) =>
      [...map]
        .map(
          ([name, histogram]) =>
            ({ [key]: name, latency: distribution(histogram) }) as Record<K, string> & { latency: Distribution },
        )
        .sort((a, b) => b.latency.total - a.latency.total);
    return {
      latency: distribution(this.all),
      byReason: list(this.reasons, "reason"),
      byFunction: list(this.functions, "function"),
      worst: { ...this.worst, stack: stacks.frames(this.worst.stack) },
      preemptions: this.preemptions,
    };
  }

  private add(i: Interval, g: GoroutineInfo): void {
    if (i.reason === "preempted") this.preemptions++;
    if (i.cutBegin || i.cutEnd) return;
    const latency = i.end - i.begin;
    this.all.record(latency);
    record(this.reasons, i.reason, latency);
    record(this.functions, g.startFunction, latency);
    if (latency <= this.worst.end - this.worst.begin) return;
    const { goroutine, begin, end, reason, stack } = i;
    this.worst = { goroutine, function: g.startFunction, begin, end, reason, stack };
  }
}

function record(map: Map<string, Histogram>, key: string, value: number): void {
  let histogram = map.get(key);
  if (!histogram) {
    histogram = new Histogram();
    map.set(key, histogram);
  }
  histogram.record(value);
}

/** What the Ps did. */
export interface Procs {
  /** The largest GOMAXPROCS in the trace. */
  readonly gomaxprocs: number;
  /** Available time of all Ps together: GOMAXPROCS integrated over time. */
  readonly capacity: number;
  /**
   * Time of all Ps running goroutines of the program, running the runtime's own, and in syscalls. The rest of
   * `capacity` was idle.
   */
  readonly running: number;
  readonly system: number;
  readonly syscall: number;
  /** The same for each P, by id. */
  readonly procs: readonly {
    readonly proc: number;
    readonly running: number;
    readonly system: number;
    readonly syscall: number;
  }[];
  /** Mean number of Ps that ran goroutines, the runtime's included, in buckets of `step` ns. */
  readonly step: number;
  readonly busy: readonly number[];
  /** By n: time in which exactly n Ps ran goroutines. */
  readonly concurrency: readonly number[];
}

/** Bound for damaged traces, far above the Ps of any machine. */
const MAX_PROCS = 1 << 16;

/** Collects a Procs. Memory: one record for each P, and at most 1024 buckets. */
export class ProcUse {
  private readonly procs = new Map<number, { running: number; system: number; syscall: number }>();
  private readonly busy = new Timeline("sum");
  private capacity = 0;
  private most = 0;
  private current = 0;
  private since = 0;
  private runningNow = 0;
  private readonly concurrency: number[] = [];
  private changed = 0;
  private now = 0;

  constructor(intervals: Intervals) {
    intervals.onInterval((i, g) => this.add(i, g));
  }

  /** Feed every event. */
  feed(e: TraceEvent): void {
    this.now = e.time;
    if (e.kind === EventKind.Metric) {
      if (e.name === MetricName.gomaxprocs) this.resize(e.value, e.time);
    } else if (e.kind === EventKind.StateTransition && e.from !== e.to) {
      if (e.resource === ResourceKind.Goroutine) {
        if (e.to === GoState.Running) this.count(1, e.time);
        else if (e.from === GoState.Running) this.count(-1, e.time);
      } else if (e.to === ProcState.Running && e.id >= this.current && e.id < MAX_PROCS) {
        // Until the trace reports GOMAXPROCS, assume as many Ps as were seen.
        this.resize(e.id + 1, e.time);
      }
    }
  }

  /** The result, after the intervals are finished. @param duration of the trace, ns */
  result(duration: number): Procs {
    this.resize(this.current, this.now);
    this.count(0, this.now);
    const procs = [...this.procs].map(([proc, use]) => ({ proc, ...use })).sort((a, b) => a.proc - b.proc);
    const sum = (key: "running" | "system" | "syscall") => procs.reduce((total, proc) => total + proc[key], 0);
    return {
      gomaxprocs: this.most,
      capacity: this.capacity,
      running: sum("running"),
      system: sum("system"),
      syscall: sum("syscall"),
      procs,
      step: this.busy.step,
      busy: this.busy.upTo(duration).map((ns) => ns / this.busy.step),
      concurrency: Array.from(this.concurrency, (ns) => ns ?? 0),
    };
  }

  private add(i: Interval, g: GoroutineInfo): void {
    if (i.proc === NONE) return;
    let use = this.procs.get(i.proc);
    if (!use) {
      use = { running: 0, system: 0, syscall: 0 };
      this.procs.set(i.proc, use);
    }
    if (i.activity === Activity.Running) {
      this.busy.add(i.begin, i.end);
      use[g.system ? "system" : "running"] += i.end - i.begin;
    } else use.syscall += (i.procLost === NONE ? i.end : i.procLost) - i.begin;
  }

  private resize(procs: number, time: number): void {
    this.capacity += this.current * (time - this.since);
    this.since = time;
    this.current = procs;
    this.most = Math.max(this.most, procs);
  }

  private count(change: number, time: number): void {
    this.concurrency[this.runningNow] = (this.concurrency[this.runningNow] ?? 0) + time - this.changed;
    this.changed = time;
    this.runningNow += change;
  }
}
