/** Numbers by function: how often it was called, how long its calls took, how they ended. */
import type { CallForest, CallVisitor, FunctionInfo } from "../calltree/index.js";
import type { Spread } from "./durations.js";
import { CallGroup, type CallSums, isDistortedGroup, spreadOf, sumsOf } from "./group.js";
import { CallMeter } from "./meter.js";

/** One function of a recording; times in nanoseconds, without hooks where `corrected` was asked for. */
export interface FunctionStats extends FunctionInfo, CallSums, Spread {
  /** What was measured, hooks included. */
  readonly measured: { readonly total: number; readonly self: number };
  /** More than half of its measured self time was hooks. */
  readonly distorted: boolean;
}

export interface StatsOptions {
  /** Whether to subtract what hooks took, as far as it is known. */
  readonly corrected: boolean;
  /** Whether to collect what single calls took; else all of {@link Spread} is 0. */
  readonly spread: boolean;
  /** Deepest level whose calls count; outermost calls are level 1. */
  readonly depth?: number;
}

/** Collects the numbers of all functions that were called, in one walk of its visitor. */
export class StatsMeter {
  readonly visitor: CallVisitor;
  private readonly byFunction: (readonly [CallGroup] | undefined)[] = [];

  constructor(
    private readonly forest: CallForest,
    private readonly options: StatsOptions,
  ) {
    const { corrected, depth = Number.POSITIVE_INFINITY } = options;
    this.visitor = new CallMeter(forest, corrected, (process, node) => {
      const { tree } = forest.processes[process]!;
      return tree.depth[node]! > depth ? [] : this.groupsOf(tree.func[node]!);
    });
  }

  /** In the order of the forest's functions. */
  rows(): FunctionStats[] {
    return this.byFunction.flatMap((groups, func) =>
      groups === undefined ? [] : [statsOf(this.forest.functions[func]!, groups[0], this.options.corrected)],
    );
  }

  private groupsOf(func: number): readonly CallGroup[] {
    const groups = this.byFunction[func] ?? [new CallGroup(this.options.spread)];
    this.byFunction[func] = groups;
    return groups;
  }
}

function statsOf({ name, file, line }: FunctionInfo, group: CallGroup, corrected: boolean): FunctionStats {
  return {
    name,
    file,
    line,
    ...sumsOf(group, corrected),
    ...spreadOf(group),
    measured: { total: group.total, self: group.self },
    distorted: isDistortedGroup(group),
  };
}
