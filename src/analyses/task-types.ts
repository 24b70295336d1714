/** Statistics of tasks and regions by type: durations, where the time went, the longest one. Times are in ns. */
import { type Distribution, distribution, Histogram } from "../base/histogram.js";
import { type Frame, NONE, type StackTable } from "../exectrace/index.js";
import type { Accounts, Breakdown, Sums } from "./accounts.js";

/** The tasks of one type. */
export interface TaskType {
  /** The name, which may be ""; undefined for tasks that began before the trace, because only the begin has it. */
  readonly type: string | undefined;
  /** Durations of the tasks that began and ended within the trace. */
  readonly durations: Distribution;
  /** Number of tasks that the trace's edge cuts; all other fields ignore them. */
  readonly cut: number;
  /** Sum over the complete tasks. */
  readonly breakdown: Breakdown;
  /** Number of goroutines that worked on each task. */
  readonly goroutines: Distribution;
  readonly longest: { readonly task: number; readonly goroutine: number; readonly begin: number; readonly end: number };
}

/** The regions of one type. */
export interface RegionType {
  readonly type: string;
  /** Durations of the regions that began and ended within the trace. */
  readonly durations: Distribution;
  /** Number of regions that never ended or began before the trace. */
  readonly cut: number;
  /** Where the time of the goroutines went within the regions. */
  readonly breakdown: Breakdown;
  readonly longest: {
    readonly goroutine: number;
    readonly task: number;
    readonly begin: number;
    readonly end: number;
    readonly stack: readonly Frame[];
  };
}

/** The sums of one type, while they are collected. */
export class TypeSums {
  readonly durations = new Histogram();
  readonly goroutines = new Histogram();
  cut = 0;
  sums: Sums = new Float64Array(16);
  longest = { task: NONE, goroutine: NONE, begin: 0, end: -1, stack: 0 };
}

/** The sums of all types that occur, by name. */
export class TypeTable {
  private readonly types = new Map<string | undefined, TypeSums>();

  constructor(private readonly accounts: Accounts) {}

  /** The sums of a type, added if it is new. @param name undefined if the type is not known */
  of(name: string | undefined): TypeSums {
    let type = this.types.get(name);
    if (!type) {
      type = new TypeSums();
      this.types.set(name, type);
    }
    return type;
  }

  /** The types as task types, largest total duration first. */
  tasks(): TaskType[] {
    return [...this.types]
      .map(([type, { durations, goroutines, cut, sums, longest }]) => ({
        type,
        durations: distribution(durations),
        cut,
        breakdown: this.accounts.breakdown(sums),
        goroutines: distribution(goroutines),
        longest: {
          task: longest.task,
          goroutine: longest.goroutine,
          begin: longest.begin,
          end: Math.max(longest.end, 0),
        },
      }))
      .sort((a, b) => b.durations.total - a.durations.total);
  }

  /** The types as region types, largest total duration first. */
  regions(stacks: StackTable): RegionType[] {
    return [...this.types]
      .map(([type, { durations, cut, sums, longest }]) => ({
        type: type!,
        durations: distribution(durations),
        cut,
        breakdown: this.accounts.breakdown(sums),
        longest: { ...longest, end: Math.max(longest.end, 0), stack: stacks.frames(longest.stack) },
      }))
      .sort((a, b) => b.durations.total - a.durations.total);
  }
}
