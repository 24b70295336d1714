/** Totals by function over call paths, counting recursion once. */
import type { CallTree } from "../tree.js";
import type { FramePlaces } from "./frame-places.js";

/** A range [begin, end) of nodes in preorder. */
export type Span = readonly [begin: number, end: number];

/** Columns by function. */
export interface CallTotals {
  readonly calls: Float64Array;
  /** Of outermost nodes only: recursion counts once. */
  readonly total: Float64Array;
  readonly self: Float64Array;
}

/** Sums the nodes in some spans. */
export function callTotals(
  paths: Pick<CallTree, "func" | "calls" | "total" | "self">,
  functions: number,
  { outer }: FramePlaces,
  spans: readonly Span[],
): CallTotals {
  const calls = new Float64Array(functions);
  const total = new Float64Array(functions);
  const self = new Float64Array(functions);
  for (const [begin, end] of spans) {
    for (let node = begin; node < end; node++) {
      const func = paths.func[node];
      calls[func] += paths.calls[node];
      self[func] += paths.self[node];
      if (outer[node] === 1) total[func] += paths.total[node];
    }
  }
  return { calls, total, self };
}
