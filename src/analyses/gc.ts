/**
 * The cost of garbage collection: cycles, stop-the-world pauses by reason, mark assists, sweeps, and the share of the
 * processors left to the program. Times are in ns.
 */
import { type Distribution, distribution, Histogram } from "../base/histogram.js";
import { type Frame, RangeName, type StackTable, type TraceEvent } from "../exectrace/index.js";
import { Activity } from "./interval.js";
import type { Intervals } from "./intervals.js";
import { isGcPause, Mutator } from "./mutator-use.js";
import type { Range, Ranges } from "./ranges.js";

/** The longest pause or assist of a group; `stack` is where it began, leaf first. */
interface GCOccurrence {
  readonly goroutine: number;
  /** The goroutine's start function. */
  readonly function: string;
  readonly begin: number;
  readonly end: number;
  readonly stack: readonly Frame[];
}

/** Stop-the-world pauses for one reason. */
interface Pauses {
  /** As the runtime names it: "GC mark termination", "read mem stats", "GOMAXPROCS", ... */
  readonly reason: string;
  /** Whether the garbage collector caused the pauses. */
  readonly gc: boolean;
  readonly pauses: Distribution;
  readonly longest: GCOccurrence;
}

/** The cost of garbage collection in a trace. */
export interface GcSummary {
  /** Concurrent mark phases; of a phase that the trace's edge cuts, the visible part counts. */
  readonly cycles: Distribution;
  /** By reason, largest total first. */
  readonly pauses: readonly Pauses[];
  readonly assists: {
    /** Mark assists, each from begin to end, including waits for mark work. */
    readonly ranges: Distribution;
    /** Waits with the reason "GC mark assist wait for work". */
    readonly waits: Distribution;
    /** Time in assists by start function, largest first. */
    readonly byFunction: readonly { readonly function: string; readonly count: number; readonly total: number }[];
    readonly longest: GCOccurrence | undefined;
  };
  /** `swept` and `reclaimed` in bytes. */
  readonly sweeps: { readonly ranges: Distribution; readonly swept: number; readonly reclaimed: number };
  readonly mutator: {
    /** Mean share of the Ps that the program had to itself: world not stopped, no mark worker, no assist. */
    readonly mean: number;
    /** The smallest mean share in any window of each length (minimum mutator utilization). */
    readonly minimum: readonly { readonly window: number; readonly utilization: number }[];
  };
}

const ASSIST_WAIT = "GC mark assist wait for work";

/** A GCOccurrence whose stack is still a number. */
interface Kept {
  goroutine: number;
  function: string;
  begin: number;
  end: number;
  stack: number;
}

/**
 * Collects a GcSummary. Memory: a record for each reason and start function, and the changes of utilization within one
 * second.
 */
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
  private readonly mutator: Mutator;

  constructor(
    private readonly intervals: Intervals,
    ranges: Ranges,
  ) {
    this.mutator = new Mutator(intervals);
    ranges.onRange((r) => this.add(r));
    intervals.onInterval((i) => {
      if (i.activity === Activity.Waiting && i.reason === ASSIST_WAIT) this.assistWaits.record(i.end - i.begin);
    });
  }

  /** Feed every event, after the intervals have seen it. */
  feed(e: TraceEvent): void {
    this.mutator.feed(e);
  }

  /** The summary; call it after `intervals` and `ranges` are finished. */
  result(stacks: StackTable): GcSummary {
    const occurrence = (kept: Kept): GCOccurrence => ({ ...kept, stack: stacks.frames(kept.stack) });
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
