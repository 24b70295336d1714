/** Tasks and regions by type: durations, where the time went, the longest. */
import { type Distribution, distribution, Histogram } from "../base/histogram.js";
import { type Frame, NONE, type StackTable } from "../exectrace/index.js";
import type { Accounts, Breakdown, Sums } from "./accounts.js";

/** The tasks of one type. */
export interface TaskType {
  /** May be ""; undefined for tasks whose begin, which names them, is not in the trace. */
  readonly type: string | undefined;
  /** Durations of those that began and ended within the trace. */
  readonly durations: Distribution;
  /** Those that the trace's edge cuts; they count in nothing else. */
  readonly cut: number;
  /** Sum over the complete ones. */
  readonly breakdown: Breakdown;
  /** Goroutines that worked on one task. */
  readonly goroutines: Distribution;
  readonly longest: { readonly task: number; readonly goroutine: number; readonly begin: number; readonly end: number };
}

/** The regions of one type. */
export interface RegionType {
  readonly type: string;
  /** Durations of those that began and ended within the trace. */
  readonly durations: Distribution;
  /** Those that never ended, or began before the trace. */
  readonly cut: number;
  /** Where the goroutine's time went within them. */
  readonly breakdown: Breakdown;
  readonly longest: {
    readonly goroutine: number;
    readonly task: number;
    readonly begin: number;
    readonly end: number;
    readonly stack: readonly Frame[];
  };
}

/** What is summed up for one type. */
export class TypeSums {
  readonly durations = new Histogram();
  readonly goroutines = new Histogram();
  cut = 0;
  sums: Sums = new Float64Array(16);
  longest = { task: NONE, goroutine: NONE, begin: 0, end: -1, stack: 0 };
}

/** One record for each type that occurs. */
export class TypeTable {
  private readonly types = new Map<string | undefined, TypeSums>();

  constructor(private readonly accounts: Accounts) {}

  /** The sums of a type; made when it is first mentioned. @param name undefined where it is not known */
  of(name: string | undefined): TypeSums {
    let type = this.types.get(name);
    if (!type) {
      type = new TypeSums();
      this.types.set(name, type);
    }
    return type;
  }

  /** Types of tasks, largest total duration first. */
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

  /** Types of regions, largest total duration first. */
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
