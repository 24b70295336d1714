/** Statistics by function: how often it was called, how long its calls took, how they ended. */

import type { Spread } from "../base/durations.js";
import type { CallForest, CallVisitor, FunctionInfo } from "../calltree/index.js";
import { CallGroup, type CallSums, spreadOf, statesOf, sumsOf, tracingOf } from "./group.js";
import { CallMeter } from "./meter.js";
import type { StateSums } from "./state-sums.js";

/** One function of a recording; times in nanoseconds, as measured. */
export interface FunctionStats extends FunctionInfo, CallSums, Spread {
  /** The most that tracing added to these times; undefined unless known for all its calls. */
  readonly tracing: { readonly total: number; readonly self: number } | undefined;
  /** How these times divide into states; undefined without an execution trace. */
  readonly states: StateSums | undefined;
}

export interface StatsOptions {
  /** Whether to collect the durations of single calls; if not, all of {@link Spread} is 0. */
  readonly spread: boolean;
  /** Deepest level whose calls count; outermost calls are level 1. */
  readonly depth?: number;
}

/** Collects the statistics of all called functions in one walk of `visitor`. */
export class StatsMeter {
  readonly visitor: CallVisitor;
  private readonly byFunction: (readonly [CallGroup] | undefined)[] = [];

  constructor(
    private readonly forest: CallForest,
    private readonly options: StatsOptions,
  ) {
    const { depth = Number.POSITIVE_INFINITY } = options;
    this.visitor = new CallMeter(forest, (process, node) => {
      const { tree } = forest.processes[process];
      return tree.depth[node] > depth ? [] : this.groupsOf(tree.func[node]);
    });
  }

  /** In the order of the forest's functions. */
  rows(): FunctionStats[] {
    return this.byFunction.flatMap((groups, func) =>
      groups === undefined ? [] : [statsOf(this.forest.functions[func], groups[0])],
    );
  }

  private groupsOf(func: number): readonly CallGroup[] {
    const groups = this.byFunction[func] ?? [new CallGroup(this.options.spread)];
    this.byFunction[func] = groups;
    return groups;
  }
}

/** The statistics of a function. */
export function statsOf({ name, file, line }: FunctionInfo, group: CallGroup): FunctionStats {
  return {
    name,
    file,
    line,
    ...sumsOf(group),
    ...spreadOf(group),
    tracing: tracingOf(group),
    states: statesOf(group),
  };
}
