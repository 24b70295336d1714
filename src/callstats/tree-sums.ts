/** What trees tell of functions, process by process, so that one reading of many traces is enough. */
import { addIdle, type FunctionInfo, type ProcessTree, type Recording } from "../calltree/index.js";
import type { FunctionStats } from "./stats.js";
import { TreeStatsMeter } from "./tree-stats.js";

export class TreeSums {
  /** By function: how much of its total is waiting for work, nanoseconds. */
  readonly idle = new Map<number, number>();
  private readonly stats: TreeStatsMeter | undefined;

  /** @param hasStats whether to add up the statistics too; it takes the durations of calls */
  constructor(private readonly hasStats: boolean) {
    this.stats = hasStats ? new TreeStatsMeter({ spread: true }) : undefined;
  }

  /** @param functions so far: those of the process are among them */
  add(process: ProcessTree, functions: readonly FunctionInfo[]): void {
    this.stats?.add(process);
    addIdle(this.idle, process.tree, functions);
  }

  /** The sums of what a recording shows: these, if they were added up while it was read and nothing was filtered. */
  of({ isAsBuilt, forest }: Recording): TreeSums {
    if (isAsBuilt) return this;
    const sums = new TreeSums(this.hasStats);
    for (const process of forest.processes) sums.add(process, forest.functions);
    return sums;
  }

  /** The statistics of all called functions; undefined where trees do not know enough, or not all calls are shown. */
  rows({ isWhole, forest }: Recording): FunctionStats[] | undefined {
    return isWhole ? this.stats?.rows(forest.functions) : undefined;
  }
}
