/**
 * The most that tracing may have added to a tree's times. What a hook takes depends on what the processor does beside it:
 * between functions of 100 ns it took a tenth of what it took between empty ones, and start-ups of one program measured
 * it at half and at twice as much. So no time is corrected; each has a bound beside it, which follows from the cost that
 * the traced process measured at its start, the quickest of some batches, {@link MARGIN} times.
 *
 * A traced call appears to take `inner` longer than it does, and makes its caller's self time longer by `outer` beyond
 * that; so of a node's self time at most
 *
 *     calls * inner + direct callees * outer
 *
 * is tracing, and of its total time that and the parts of all calls beneath it. Goroutines started beneath it run beside
 * it and are no callees. Where the tree does not say how many callees there were, more of them are assumed, not fewer.
 * A bound is on sums: a single call may take longer when it is the first of its function or when the trace's file grows.
 */
import type { HookCost, ProcessInfo } from "../calltrace/index.js";
import { type CallTree, EdgeKind, type TracingTimes } from "./tree.js";

/** How many times the cost measured at the start a hook takes at most; `npm run bench` holds it against plain programs. */
const MARGIN = 4;

/** What {@link tracingTimes} takes of a tree, columns by node in preorder. */
interface Columns extends Pick<CallTree, "size" | "parent" | "edge" | "calls" | "self" | "total" | "others"> {
  /** Calls beneath a node beyond those counted on its children; negative where these count calls of others. */
  readonly displaced: Float64Array;
}

/** The most that tracing adds to a call, nanoseconds; undefined where the traced process could not measure it. */
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

/** Whether tracing may be more than half of a time: then it says more about that than about the program. */
export function isDistorted(time: number, most: number): boolean {
  return most * 2 > time;
}

/** Whether tracing may be more than half of a node's total time; never where its cost was not measured. */
export function isDistortedNode({ total, tracing }: CallTree, node: number): boolean {
  return tracing !== undefined && isDistorted(total[node], tracing.total[node]);
}
