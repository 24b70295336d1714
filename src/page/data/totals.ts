/** What functions took, whatever path they were called on. */
import type { Paths } from "./paths.js";

/** Nodes in preorder from `begin` on, `end` not included. */
export type Span = readonly [begin: number, end: number];

/** Where frames stand on their stacks, by node. A goroutine has a stack of its own. */
export interface Stacks {
  /** The outermost frame of its goroutine. */
  readonly stack: Int32Array;
  /** 1 for the outermost frame of its function: the time of the others is part of its time. */
  readonly outer: Uint8Array;
}

/** Looks at every path once. */
export function stacksOf({ size, parent, end, func, edge }: Paths, functions: number): Stacks {
  const outer = new Uint8Array(size);
  const stack = new Int32Array(size);
  /** By function: the last outermost frame, and what to put back when it ends. */
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

/** By function. */
export interface CallTotals {
  readonly calls: Float64Array;
  /** Of outermost frames only: recursion counts once. */
  readonly total: Float64Array;
  readonly self: Float64Array;
}

/** Sums up the nodes of some spans. */
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
