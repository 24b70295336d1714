/**
 * Finds time spent waiting for work: in worker loops, accept loops, and goroutines that listen until the process ends.
 *
 * A call trace has no scheduler data: a function's self time may be waiting or computing. So this is conservative. A
 * goroutine waits for work only if all of these hold: all calls of its outermost function (of all goroutines of a node)
 * were still open when the process ended; in all of them the same function was the innermost open one; that function's
 * self time is at least 90 % of the goroutine's time and at least a tenth of the whole. The main goroutine and those of
 * tests never count. The work done in between, in the nodes beneath, is not idle.
 *
 * Views put such time last, exclude it from shares and add a note; they hide no calls because of it. Known error: a
 * goroutine that computes until the process ends without calling a traced function is taken for a waiting one.
 */
import type { FunctionInfo } from "../functions.js";
import { type CallTree, EdgeKind } from "../tree.js";
import { isTestFunction } from "./tests.js";
import { timesOf } from "./times.js";

const SHARE = 0.9;
const MIN = 0.1;

/** The time in a tree that is waiting for work. */
export interface IdleTimes {
  /** By node: how much of its total is waiting, nanoseconds; 0 for nodes not on the path to the waiting one. */
  readonly time: Float64Array;
  /** By outermost node of waiting goroutines: the node in which they wait. */
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
    const waitingTime = tree.self[innermost];
    if (waitingTime < SHARE * tree.total[outermost] || waitingTime < MIN * whole * count) continue;
    for (const node of path) time[node] = waitingTime;
    waits.set(outermost, innermost);
  }
  return { time, waits };
}

/** The path from a goroutine's outermost node to the innermost one open in all `count` goroutines. */
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

/** By node: the time without waiting for work, which views sort by. @param by the states whose time counts */
export function busyTimes(tree: CallTree, { waits }: IdleTimes, by?: readonly number[]): Float64Array {
  const busy = timesOf(tree, by, "total").slice();
  const self = timesOf(tree, by, "self");
  for (const [outermost, innermost] of waits) {
    for (let node = innermost; node >= outermost; node = tree.parent[node]) {
      busy[node] = Math.max(0, busy[node] - self[innermost]);
    }
  }
  return busy;
}

/**
 * Adds, by function of the forest, how much of its calls' total in a tree is waiting for work, nanoseconds; nothing for
 * functions without any.
 */
export function addIdle(sums: Map<number, number>, tree: CallTree, functions: readonly FunctionInfo[]): void {
  const { time } = idleTimes(tree, functions);
  for (const [node, idle] of time.entries()) {
    if (idle > 0) sums.set(tree.func[node], (sums.get(tree.func[node]) ?? 0) + idle);
  }
}
