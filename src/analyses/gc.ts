/** What the collector cost: cycles, pauses of the world by reason, mark assists, sweeps, and what it left the program. */
import { type Distribution, distribution, Histogram } from "../base/histogram.js";
import {
  EventKind,
  type Frame,
  GoState,
  MetricName,
  NONE,
  RangeName,
  ResourceKind,
  type StackTable,
  type TraceEvent,
} from "../exectrace/index.js";
import { Activity, type Intervals } from "./intervals.js";
import { MutatorCurve } from "./mutator.js";
import type { Range, Ranges } from "./ranges.js";

/** A span of time that stands out. */
export interface Occurrence {
  readonly goroutine: number;
  /** Its start function. */
  readonly function: string;
  readonly begin: number;
  readonly end: number;
  readonly stack: readonly Frame[];
}

export interface Pauses {
  /** As the runtime names it: "GC mark termination", "read mem stats", "GOMAXPROCS", ... */
  readonly reason: string;
  /** Whether the collector stopped the world for itself. */
  readonly gc: boolean;
  readonly pauses: Distribution;
  readonly longest: Occurrence;
}

export interface GcSummary {
  /** Concurrent mark phases; cut ones count as far as they are in the trace. */
  readonly cycles: Distribution;
  /** By reason, largest total first. */
  readonly pauses: readonly Pauses[];
  readonly assists: {
    /** Inline ranges, from begin to end; a wait for work may be within. */
    readonly ranges: Distribution;
    /** Waits "GC mark assist wait for work". */
    readonly waits: Distribution;
    /** ns of ranges by start function, largest first. */
    readonly byFunction: readonly { readonly function: string; readonly count: number; readonly total: number }[];
    readonly longest: Occurrence | undefined;
  };
  readonly sweeps: { readonly ranges: Distribution; readonly swept: number; readonly reclaimed: number };
  readonly mutator: {
    /** Mean share of the Ps that the collector left to the program: no stopped world, no mark worker, no assist. */
    readonly mean: number;
    /** The smallest mean in any window of a length, ns. */
    readonly minimum: readonly { readonly window: number; readonly utilization: number }[];
  };
}

/** Windows of the utilisation curve: 1, 2, 5 × 10^n from 10 µs to 1 s. */
const WINDOWS = [1e4, 1e5, 1e6, 1e7, 1e8].flatMap((n) => [n, 2 * n, 5 * n]).concat(1e9);
export const ASSIST_WAIT = "GC mark assist wait for work";

interface Kept {
  goroutine: number;
  function: string;
  begin: number;
  end: number;
  stack: number;
}

/** Memory: one record per reason and per start function, and the utilisation's changes within one second. */
export class Gc {
  private readonly cycles = new Histogram();
  private readonly pauses = new Map<string, { histogram: Histogram; longest: Kept }>();
  private readonly assists = new Histogram();
  private readonly assistWaits = new Histogram();
  private longestAssist: Kept | undefined;
  private readonly functions = new Map<string, { count: number; total: number }>();
  private readonly sweeps = new Histogram();
  private swept = 0;
  private reclaimed = 0;
  private readonly mutator = new Mutator();

  constructor(
    private readonly intervals: Intervals,
    ranges: Ranges,
  ) {
    ranges.onRange((r) => this.add(r));
    intervals.onInterval((i) => {
      if (i.activity === Activity.Waiting && i.reason === ASSIST_WAIT) this.assistWaits.record(i.end - i.begin);
    });
  }

  feed(e: TraceEvent): void {
    this.mutator.feed(e);
  }

  result(stacks: StackTable): GcSummary {
    const occurrence = (kept: Kept): Occurrence => ({ ...kept, stack: stacks.frames(kept.stack) });
    return {
      cycles: distribution(this.cycles),
      pauses: [...this.pauses]
        .map(([reason, { histogram, longest }]) => ({
          reason,
          gc: isGcPause(reason),
          pauses: distribution(histogram),
          longest: occurrence(longest),
        }))
        .sort((a, b) => b.pauses.total - a.pauses.total),
      assists: {
        ranges: distribution(this.assists),
        waits: distribution(this.assistWaits),
        byFunction: [...this.functions]
          .map(([name, { count, total }]) => ({ function: name, count, total }))
          .sort((a, b) => b.total - a.total),
        longest: this.longestAssist && occurrence(this.longestAssist),
      },
      sweeps: { ranges: distribution(this.sweeps), swept: this.swept, reclaimed: this.reclaimed },
      mutator: this.mutator.result(),
    };
  }

  private add(r: Range): void {
    const duration = r.end - r.begin;
    if (r.name === RangeName.gcMark) this.cycles.record(duration);
    else if (r.name === RangeName.gcSweep) {
      this.sweeps.record(duration);
      this.swept += r.swept;
      this.reclaimed += r.reclaimed;
    } else if (r.name === RangeName.stopTheWorld) {
      const pauses = this.pauses.get(r.detail);
      if (!pauses) {
        const histogram = new Histogram();
        histogram.record(duration);
        this.pauses.set(r.detail, { histogram, longest: this.keep(r) });
        return;
      }
      pauses.histogram.record(duration);
      if (duration > pauses.longest.end - pauses.longest.begin) pauses.longest = this.keep(r);
    } else if (r.name === RangeName.gcMarkAssist) {
      this.assists.record(duration);
      const name = this.intervals.goroutine(r.goroutine)?.startFunction ?? "";
      const counts = this.functions.get(name) ?? { count: 0, total: 0 };
      counts.count++;
      counts.total += duration;
      this.functions.set(name, counts);
      const longest = this.longestAssist;
      if (!longest || duration > longest.end - longest.begin) this.longestAssist = this.keep(r);
    }
  }

  private keep(r: Range): Kept {
    const name = this.intervals.goroutine(r.goroutine)?.startFunction ?? "";
    return { goroutine: r.goroutine, function: name, begin: r.begin, end: r.end, stack: r.stack };
  }
}

/** Whether a stop-the-world with this reason is the collector's own. */
export function isGcPause(reason: string): boolean {
  return reason.includes("GC");
}

/**
 * Utilisation over time: 0 while the collector stops the world, else the share of Ps on which neither a dedicated or
 * fractional mark worker nor a mark assist runs. A worker is one from the label that it puts on itself until it stops.
 */
class Mutator {
  private readonly curve = new MutatorCurve(WINDOWS);
  private procs = 0;
  private stopped = 0;
  private readonly assisting = new Set<number>();
  /** Goroutines that run for the collector now. */
  private readonly collecting = new Set<number>();
  private begin = NONE;
  private now = 0;
  private util = 1;
  private changed = 0;
  private integral = 0;

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
      default:
        return;
    }
    this.update();
  }

  result(): GcSummary["mutator"] {
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
      } else {
        this.assisting.add(e.id);
        if (e.goroutine === e.id) this.collecting.add(e.id);
      }
    } else if (e.name.startsWith(RangeName.stopTheWorld) && isGcPause(e.name)) this.stopped += ends ? -1 : 1;
  }

  private update(): void {
    if (this.procs === 0) return;
    const util = this.stopped > 0 ? 0 : 1 - Math.min(this.collecting.size, this.procs) / this.procs;
    if (this.begin === NONE) {
      this.begin = this.now;
      this.changed = this.now;
    }
    this.integral += this.util * (this.now - this.changed);
    this.changed = this.now;
    this.util = util;
    this.curve.change(this.now, util);
  }
}
