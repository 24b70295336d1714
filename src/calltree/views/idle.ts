/**
 * Which time is waiting for work: of worker loops, accept loops, and goroutines that listen until the process ends.
 *
 * A call trace knows nothing of the scheduler: time in a function that calls no traced one may be waiting or computing.
 * So this says little, and only where several things hold together: all calls of a goroutine's outermost function (of
 * all goroutines of a node) were still open when the process ended; in all of them the same function was the innermost
 * one open; that function's self time is 90 % of the goroutine's time or more, and a tenth of the whole or more. The
 * main goroutine and those of tests never wait for work. What stands beneath, the work done in between, is not idle.
 *
 * Views use it to put such time last and out of their shares; they say so, and hide no calls by it. A goroutine that
 * computes until the process ends without calling a traced function is taken for a waiting one.
 */
import type { FunctionInfo } from "../functions.js";
import { type CallForest, type CallTree, EdgeKind } from "../tree.js";
import { isTestFunction } from "./tests.js";

const SHARE = 0.9;
const MIN = 0.1;

/** What of a tree is waiting for work. */
export interface IdleTimes {
  /** By node: what of its total is waiting, nanoseconds; 0 for nodes that are not on the way to where it waits. */
  readonly time: Float64Array;
  /** By outermost node of goroutines that wait: the node in which they do. */
  readonly waits: ReadonlyMap<number, number>;
}

/** Finds the goroutines that wait for work. */
export function idleTimes(tree: CallTree, functions: readonly FunctionInfo[]): IdleTimes {
  const time = new Float64Array(tree.size);
  const waits = new Map<number, number>();
  const whole = tree.last.reduce((a, b) => Math.max(a, b), 0);
  for (const [outermost, count] of tree.running) {
    if (tree.edge[outermost] === EdgeKind.call || count !== tree.calls[outermost]) continue;
    if (isTestFunction(functions[tree.func[outermost]].name)) continue;
    const path = openPath(tree, outermost, count);
    const innermost = path[path.length - 1];
    const waiting = tree.self[innermost];
    if (waiting < SHARE * tree.total[outermost] || waiting < MIN * whole * count) continue;
    for (const node of path) time[node] = waiting;
    waits.set(outermost, innermost);
  }
  return { time, waits };
}

/** From a goroutine's outermost node to the innermost one that is open in all of `count` goroutines. */
function openPath(tree: CallTree, outermost: number, count: number): number[] {
  const path = [outermost];
  for (let child = outermost + 1; child < tree.end[path[path.length - 1]]; ) {
    if (tree.edge[child] === EdgeKind.call && tree.running.get(child) === count) {
      path.push(child);
      child++;
    } else child = tree.end[child];
  }
  return path;
}

/** By node: the total without waiting, by which views put what matters first. */
export function busyTimes({ total }: CallTree, { time }: IdleTimes): Float64Array {
  return total.map((all, node) => Math.max(0, all - time[node]));
}

/** By function of a forest: how much of the totals of its calls is waiting for work, nanoseconds; for those that have any. */
export function idleByFunction({ processes, functions }: CallForest): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { tree } of processes) {
    const { time } = idleTimes(tree, functions);
    for (const [node, idle] of time.entries()) {
      if (idle > 0) sums.set(tree.func[node], (sums.get(tree.func[node]) ?? 0) + idle);
    }
  }
  return sums;
}
