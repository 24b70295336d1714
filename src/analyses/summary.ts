/** Runs all analyses for `gotrace summary` in one pass over the events of an execution trace. */
import type { Distribution } from "../base/histogram.js";
import { type EventSource, releaseOf, type TraceEvent } from "../exectrace/index.js";
import { Accounts } from "./accounts.js";
import { type BlockingPlace, BlockingPlaces } from "./blocking-places.js";
import { type CriticalPath, CriticalPathFinder } from "./critical.js";
import { Gc, type GcSummary } from "./gc.js";
import { type GoroutineGroup, Goroutines } from "./goroutines.js";
import { Heap, type HeapSummary } from "./heap.js";
import { Intervals } from "./intervals.js";
import { Ranges } from "./ranges.js";
import type { RegionMisuse } from "./region-misuse.js";
import { type Procs, ProcUse, type Scheduling, SchedulingLatency } from "./scheduling.js";
import { SelectedIntervals, type Selection, type TasksOfType } from "./selection.js";
import type { TaskRecord } from "./task.js";
import type { RegionType, TaskType } from "./task-types.js";
import { Tasks } from "./tasks.js";
import { type Trigger, Triggers } from "./triggers.js";

/** The results of all analyses. Times: ns since the trace's start. */
export interface TraceSummary {
  /** The Go release: "1.26", or "1.23 or 1.24", which write the same header. */
  readonly goVersion: string;
  /** ns since 1970 at time 0, as a decimal number; undefined before Go 1.25. */
  readonly start: string | undefined;
  /** Time from the first event to the last, ns. */
  readonly duration: number;
  readonly events: number;
  /** Number of all goroutines in the trace, the runtime's included. */
  readonly goroutineCount: number;
  /**
   * The span and the goroutines that `goroutines`, `states`, `blocking` and `scheduling` cover; undefined: everything.
   */
  readonly selection:
    | {
        readonly begin: number;
        readonly end: number;
        readonly goroutines: readonly number[];
        readonly ofType?: TasksOfType | undefined;
      }
    | undefined;
  readonly goroutines: readonly GoroutineGroup[];
  /** Time of all goroutines of the program by part ("running", "runnable", "sync", ...). */
  readonly states: readonly { readonly name: string; readonly of: Distribution }[];
  readonly blocking: { readonly sites: readonly BlockingPlace[]; readonly count: number; readonly total: number };
  readonly scheduling: Scheduling;
  /** This and the following cover the whole trace, even with a selection. */
  readonly procs: Procs;
  readonly gc: GcSummary;
  readonly heap: HeapSummary;
  readonly tasks: readonly TaskType[];
  readonly regions: readonly RegionType[];
  /** Regions that ended in the wrong order or on the wrong goroutine; the latter have no duration. */
  readonly regionMisuses: readonly RegionMisuse[];
  readonly logs: readonly { readonly category: string; readonly count: number }[];
  /** What gotrace's agent took snapshots for, the last ones. */
  readonly triggers: readonly Trigger[];
  /** The tasks of the selection; empty without one. */
  readonly selected: readonly TaskRecord[];
  /** Critical path of the selection; undefined without one. */
  readonly criticalPath: CriticalPath | undefined;
}

/** Feed every event, then call `finish`. Memory: that of the analyses. */
export class Summarizer {
  private readonly intervals: Intervals;
  private readonly ranges = new Ranges();
  private readonly goroutines: Goroutines;
  private readonly places: BlockingPlaces;
  private readonly latency: SchedulingLatency;
  private readonly procs: ProcUse;
  private readonly gc: Gc;
  private readonly heap = new Heap();
  private readonly tasks: Tasks;
  private readonly triggers = new Triggers();
  private readonly path: CriticalPathFinder | undefined;
  private readonly selected: TaskRecord[] = [];
  private events = 0;
  private goroutineCount = 0;

  /** @param selection restrict the summary to a part of the trace (see Locator) */
  constructor(
    private readonly reader: EventSource,
    private readonly selection?: Selection,
  ) {
    const { ranges } = this;
    const intervals = new Intervals(reader);
    this.intervals = intervals;
    if (selection) this.path = new CriticalPathFinder(intervals, selection.path);
    intervals.onGoroutineBegin(() => this.goroutineCount++);
    const accounts = new Accounts(intervals, ranges);
    this.tasks = new Tasks(intervals, accounts);
    const source = selection ? new SelectedIntervals(intervals, selection) : intervals;
    const counted = selection ? new Accounts(intervals, ranges, selection.begin, selection.end) : accounts;
    this.goroutines = new Goroutines(counted, (g) => selection === undefined || selection.goroutines.has(g.id));
    this.places = new BlockingPlaces(intervals, source, reader.stacks);
    this.latency = new SchedulingLatency(source);
    this.procs = new ProcUse(intervals);
    this.gc = new Gc(intervals, ranges);
    if (!selection) return;
    for (const task of selection.tasks) this.tasks.watch(task);
    this.tasks.onTaskEnd((task) => {
      if (selection.tasks.includes(task.id)) this.selected.push(task);
    });
  }

  feed(e: TraceEvent): void {
    this.events++;
    this.path?.feed(e);
    this.intervals.feed(e);
    this.ranges.feed(e);
    this.procs.feed(e);
    this.gc.feed(e);
    this.heap.feed(e);
    this.tasks.feed(e);
    this.triggers.feed(e);
  }

  /** Closes all analyses and returns the summary. @param top number of blocking sites to describe */
  finish(top = 50): TraceSummary {
    const { reader, intervals, selection } = this;
    const duration = intervals.now;
    this.path?.finish();
    this.tasks.finish();
    this.ranges.finish();
    intervals.finish();
    const { stacks } = reader;
    return {
      goVersion: releaseOf(reader.version),
      start: reader.wallTime(0)?.toString(),
      duration,
      events: this.events,
      goroutineCount: this.goroutineCount,
      selection: selection && {
        begin: selection.begin,
        end: selection.end,
        goroutines: [...selection.goroutines].sort((a, b) => a - b),
        ofType: selection.ofType,
      },
      goroutines: this.goroutines.result(),
      states: this.goroutines.states(),
      blocking: this.places.result(top),
      scheduling: this.latency.result(stacks),
      procs: this.procs.result(duration),
      gc: this.gc.result(stacks),
      heap: this.heap.result(),
      tasks: this.tasks.taskResult(),
      regions: this.tasks.regionResult(stacks),
      regionMisuses: this.tasks.misuseResult(),
      logs: this.tasks.logResult(),
      triggers: this.triggers.result(),
      selected: this.selected,
      criticalPath: this.path?.result(stacks),
    };
  }
}
