/**
 * The most that tracing may have added to a tree's times. The cost of a hook depends on the surrounding code: between
 * functions of 100 ns it was a tenth of its cost between empty ones, and different runs of one program measured half or
 * twice the value. So times are never corrected. Instead each has an upper bound: {@link MARGIN} times the cost that
 * the traced process measured at its start (the fastest of several batches).
 *
 * A traced call appears to take `inner` longer than it does, and makes its caller's self time longer by `outer` beyond
 * that. So of a node's self time at most
 *
 *     calls * inner + direct callees * outer
 *
 * is tracing, and of its total time that and the parts of all calls beneath it. Goroutines started beneath it run
 * concurrently and are not callees. Where the tree does not have the number of callees, it is overestimated. The bound
 * holds for sums: a single call may exceed it, if it is the first of its function or if the trace file grows.
 */
import type { HookCost, ProcessInfo } from "../calltrace/index.js";
import { type CallTree, EdgeKind, type TracingTimes } from "./tree.js";

/**
 * The most that a hook costs, in multiples of the cost measured at the start. `npm run bench` checks it against
 * untraced programs.
 */
const MARGIN = 4;

/** The input of {@link tracingTimes}: columns by node in preorder. */
interface Columns extends Pick<CallTree, "size" | "parent" | "edge" | "calls" | "self" | "total" | "others"> {
  /**
   * Calls made by a node but counted on children of other nodes; negative if its children count calls made by others.
   */
  readonly displaced: Float64Array;
}

/** The most that tracing adds to a call, nanoseconds; undefined if the traced process could not measure it. */
export function costBound({ hook }: Pick<ProcessInfo, "hook">): HookCost | undefined {
  return hook && { inner: MARGIN * hook.inner, outer: MARGIN * hook.outer };
}

/** The most that tracing added to a tree's times. @param cost bound of a call */
export function tracingTimes(tree: Columns, { inner, outer }: HookCost): TracingTimes {
  const { size, parent, edge, calls, displaced, others } = tree;
  const callees = displaced.slice();
  for (let node = 1; node < size; node++) if (edge[node] === EdgeKind.call) callees[parent[node]] += calls[node];
  const self = new Float64Array(size);
  for (let node = 1; node < size; node++) {
    const most = (calls[node] + Math.max(0, displaced[node])) * inner + Math.max(0, callees[node]) * outer;
    self[node] = Math.min(tree.self[node], most);
  }
  const elsewhere = others > 0 ? calls[others] * (inner + outer) : 0;
  const total = self.slice();
  const misses = Uint8Array.from(displaced, (count) => (count > 0 ? 1 : 0));
  for (let node = size - 1; node > 0; node--) {
    if (misses[node] === 1) total[node] += elsewhere;
    total[node] = Math.min(tree.total[node], total[node]);
    if (edge[node] !== EdgeKind.call || parent[node] === 0) continue;
    total[parent[node]] += total[node];
    misses[parent[node]] |= misses[node];
  }
  return { self, total };
}

/** Whether tracing may make up more than half of a time. Such a time says little about the program. */
export function isDistorted(time: number, most: number): boolean {
  return most * 2 > time;
}

/** Whether tracing may make up more than half of a node's total time; false if its cost was not measured. */
export function isDistortedNode({ total, tracing }: CallTree, node: number): boolean {
  return tracing !== undefined && isDistorted(total[node], tracing.total[node]);
}
