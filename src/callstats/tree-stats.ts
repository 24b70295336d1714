/** Statistics by function from trees and collected durations: those of StatsMeter, without a walk. */
import {
  type CallForest,
  type CallTree,
  costBound,
  EdgeKind,
  type FunctionInfo,
  type ProcessTree,
} from "../calltree/index.js";
import { CallGroup } from "./group.js";
import { type FunctionStats, type StatsOptions, statsOf } from "./stats.js";

/** Sums up processes one after another, by their trees. They must be of all calls. */
export class TreeStatsMeter {
  private readonly groups: (CallGroup | undefined)[] = [];
  private isKnown = true;

  constructor(private readonly options: Pick<StatsOptions, "spread">) {}

  add(process: ProcessTree): void {
    const { spread } = this.options;
    const { tree, durations } = process;
    this.isKnown &&= isEnough(process, tree, spread);
    if (!this.isKnown) return;
    const { inner, outer } = costBound(process.info) ?? UNKNOWN;
    const outermost = outermostOf(tree);
    const [direct, beneath] = calleesOf(tree);
    for (let node = 1; node < tree.size; node++) {
      const calls = tree.calls[node];
      if (calls === 0) continue;
      const group = this.groupOf(tree.func[node]);
      group.calls += calls;
      group.self += tree.self[node];
      group.selfTracing += calls * inner + direct[node] * outer;
      group.panics += tree.panics.get(node) ?? 0;
      group.goexits += tree.goexits.get(node) ?? 0;
      group.recovered += tree.recovered.get(node) ?? 0;
      group.running += tree.running.get(node) ?? 0;
      if (outermost[node] === 0) continue;
      group.total += tree.total[node];
      group.totalTracing += calls * inner + beneath[node] * (inner + outer);
    }
    if (spread) durations!.addTo((func) => this.groupOf(func).durations!);
  }

  /**
   * The statistics of all called functions, in the order of the forest's functions; undefined where the trees do not know
   * enough: with states, with limits of depth or paths that were reached, or without the durations that are asked for.
   */
  rows(functions: readonly FunctionInfo[]): FunctionStats[] | undefined {
    if (!this.isKnown) return undefined;
    return this.groups.flatMap((group, func) => (group === undefined ? [] : [statsOf(functions[func], group)]));
  }

  private groupOf(func: number): CallGroup {
    this.groups[func] ??= new CallGroup(this.options.spread);
    return this.groups[func];
  }
}

/** The statistics of all called functions of a forest, see {@link TreeStatsMeter.rows}. */
export function treeStats(forest: CallForest, options: Pick<StatsOptions, "spread">): FunctionStats[] | undefined {
  const meter = new TreeStatsMeter(options);
  for (const process of forest.processes) meter.add(process);
  return meter.rows(forest.functions);
}

const UNKNOWN = { inner: Number.NaN, outer: Number.NaN };

function isEnough({ durations, deep, reach, pruned }: ProcessTree, tree: CallTree, spread: boolean): boolean {
  const hasAll = tree.others < 0 && !deep && pruned === 0 && reach === undefined;
  return hasAll && tree.states === undefined && (durations !== undefined || !spread);
}

/** By node: 1 if no call of the same function encloses its calls on their goroutine. */
function outermostOf({ size, end, func, edge }: CallTree): Uint8Array {
  const outermost = new Uint8Array(size);
  /** Open nodes, and of each goroutine how many of them a function has. */
  const open: number[] = [];
  const counts: Map<number, number>[] = [new Map()];
  for (let node = 1; node < size; node++) {
    for (let last = open.at(-1); last !== undefined && end[last] <= node; last = open.at(-1)) {
      open.pop();
      const here = counts.at(-1)!;
      here.set(func[last], here.get(func[last])! - 1);
      if (begins(edge[last])) counts.pop();
    }
    if (begins(edge[node])) counts.push(new Map());
    const here = counts.at(-1)!;
    const before = here.get(func[node]) ?? 0;
    outermost[node] = before === 0 ? 1 : 0;
    here.set(func[node], before + 1);
    open.push(node);
  }
  return outermost;
}

/** Whether an edge leads to another goroutine. */
function begins(edge: number): boolean {
  return edge !== EdgeKind.call;
}

/** By node: the calls that its calls made themselves, and all beneath them on their goroutine. */
function calleesOf({ size, parent, edge, calls }: CallTree): readonly [direct: Float64Array, beneath: Float64Array] {
  const direct = new Float64Array(size);
  const beneath = new Float64Array(size);
  for (let node = size - 1; node > 0; node--) {
    if (begins(edge[node])) continue;
    direct[parent[node]] += calls[node];
    beneath[parent[node]] += calls[node] + beneath[node];
  }
  return [direct, beneath];
}
