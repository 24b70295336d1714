/** Totals by function over call paths, counting recursion once. */
import type { Paths } from "./paths.js";

/** A range [begin, end) of nodes in preorder. */
export type Span = readonly [begin: number, end: number];

/** The position of nodes on their stacks, by node. Each goroutine has its own stack. */
export interface Stacks {
  /** The outermost node of the goroutine. */
  readonly stack: Int32Array;
  /**
   * 1 if the node is not within another one of its function on the stack; the time of nested ones is part of the
   * outer's.
   */
  readonly outer: Uint8Array;
}

/** Computes the positions in one pass over the paths. */
export function stacksOf({ size, parent, end, func, edge }: Paths, functions: number): Stacks {
  const outer = new Uint8Array(size);
  const stack = new Int32Array(size);
  /** By function: its latest outermost node. `replaced` has the values to restore when a node ends. */
  const frame = new Int32Array(functions);
  const replaced: { until: number; func: number; frame: number }[] = [];
  for (let node = 1; node < size; node++) {
    for (let top = replaced.at(-1); top !== undefined && top.until <= node; top = replaced.at(-1)) {
      frame[top.func] = top.frame;
      replaced.pop();
    }
    stack[node] = edge[node] !== 0 || parent[node] === 0 ? node : stack[parent[node]];
    const name = func[node];
    const open = frame[name];
    if (open > 0 && node < end[open] && stack[open] === stack[node]) continue;
    outer[node] = 1;
    replaced.push({ until: end[node], func: name, frame: open });
    frame[name] = node;
  }
  return { stack, outer };
}

/** Columns by function. */
export interface CallTotals {
  readonly calls: Float64Array;
  /** Of outermost nodes only: recursion counts once. */
  readonly total: Float64Array;
  readonly self: Float64Array;
}

/** Sums the nodes in some spans. */
export function callTotals(paths: Paths, functions: number, { outer }: Stacks, spans: readonly Span[]): CallTotals {
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
