/**
 * Tracks, event by event, the share of the Ps that the garbage collector leaves to the program (mutator utilization).
 */
import { EventKind, GoState, MetricName, NONE, RangeName, ResourceKind, type TraceEvent } from "../exectrace/index.js";
import type { Intervals } from "./intervals.js";
import { MutatorCurve } from "./mutator.js";

/** Window lengths of the utilization curve in ns: 1, 2, 5 × 10^n from 10 µs to 1 s. */
const WINDOWS = [1e4, 1e5, 1e6, 1e7, 1e8].flatMap((n) => [n, 2 * n, 5 * n]).concat(1e9);

/** Whether the garbage collector itself stopped the world for this reason. */
export function isGcPause(reason: string): boolean {
  return reason.includes("GC");
}

/** What determines the utilization from a time on. */
interface Load {
  readonly time: number;
  procs: number;
  stopped: number;
  /** Number of goroutines that run for the collector. */
  collecting: number;
}

/**
 * Utilization over time: 0 while the collector stops the world, else the share of Ps that run neither a dedicated or
 * fractional mark worker nor a mark assist. A goroutine counts as a worker from the label that it puts on itself until
 * it stops.
 *
 * Assists that were under way when the trace began are reported later in the first generation, but count from its
 * beginning. So the loads of that generation are kept until it ends. (Go's internal/trace, gc.go, does the same; but it
 * counts a worker that runs a second time twice, and subtracts only one when it stops.)
 */
export class Mutator {
  private readonly assisting = new Set<number>();
  /** Goroutines that run for the collector now. */
  private readonly collecting = new Set<number>();
  private procs = 0;
  private stopped = 0;
  /** Undefined after the first generation. */
  private first: Load[] | undefined = [];
  private syncs = 0;
  private begin = NONE;
  private now = 0;
  private util = 1;
  private changed = 0;
  private integral = 0;

  constructor(
    private readonly intervals: Intervals,
    private readonly curve: Pick<MutatorCurve, "change" | "finish"> = new MutatorCurve(WINDOWS),
  ) {}

  /** Feed every event, after the intervals have seen it. */
  feed(e: TraceEvent): void {
    this.now = e.time;
    switch (e.kind) {
      case EventKind.StateTransition:
        if (e.resource !== ResourceKind.Goroutine) return;
        if (e.from === GoState.Running && e.to !== GoState.Running) {
          if (!this.collecting.delete(e.id)) return;
        } else if (e.to === GoState.Running && this.assisting.has(e.id)) this.collecting.add(e.id);
        else return;
        break;
      case EventKind.Label:
        if (!e.name.startsWith("GC (") || e.name === "GC (idle)") return;
        this.collecting.add(e.id);
        break;
      case EventKind.RangeBegin:
      case EventKind.RangeActive:
      case EventKind.RangeEnd:
        this.range(e);
        break;
      case EventKind.Metric:
        if (e.name !== MetricName.gomaxprocs) return;
        this.procs = e.value;
        break;
      case EventKind.Sync:
        if (++this.syncs === 2) this.flush();
        return;
      default:
        return;
    }
    if (this.procs === 0) return;
    const load = { time: e.time, procs: this.procs, stopped: this.stopped, collecting: this.collecting.size };
    if (this.first) this.first.push(load);
    else this.apply(load);
  }

  /** Mean utilization over the trace, and the smallest mean in any window of each length (ns). Shares from 0 to 1. */
  result(): { mean: number; minimum: { readonly window: number; readonly utilization: number }[] } {
    this.flush();
    const { begin, now } = this;
    const whole = this.integral + this.util * (now - this.changed);
    return { mean: begin === NONE || now === begin ? 1 : whole / (now - begin), minimum: this.curve.finish(now) };
  }

  private range(e: TraceEvent): void {
    const ends = e.kind === EventKind.RangeEnd;
    if (e.name === RangeName.gcMarkAssist) {
      if (ends) {
        this.assisting.delete(e.id);
        this.collecting.delete(e.id);
        return;
      }
      if (this.assisting.has(e.id)) return;
      this.assisting.add(e.id);
      const g = this.intervals.goroutine(e.id);
      if (!g || !this.intervals.isRunning(g)) return;
      this.collecting.add(e.id);
      if (e.kind === EventKind.RangeActive) for (const load of this.first ?? []) load.collecting++;
    } else if (e.name.startsWith(RangeName.stopTheWorld) && isGcPause(e.name)) this.stopped += ends ? -1 : 1;
  }

  private flush(): void {
    const { first } = this;
    this.first = undefined;
    for (const load of first ?? []) this.apply(load);
  }

  private apply({ time, procs, stopped, collecting }: Load): void {
    const util = stopped > 0 ? 0 : 1 - Math.min(collecting, procs) / procs;
    if (this.begin === NONE) {
      this.begin = time;
      this.changed = time;
    }
    this.integral += this.util * (time - this.changed);
    this.changed = time;
    this.util = util;
    this.curve.change(time, util);
  }
}
