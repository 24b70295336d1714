/** Computes the positions of a flame graph's frames, in units of their weight, independent of zoom. */
import { EdgeKind, type Paths } from "../data/paths.js";
import type { Span } from "../data/totals.js";

/**
 * What a frame's width means. `total`: the time from enter to exit; goroutines run concurrently, so their stacks are
 * separate. `self` and `calls`: the sum over the frame and everything beneath it, including goroutines that it started.
 */
export type Weight = "total" | "self" | "calls";

/** Order of sibling frames: widest first, or by first call. */
export type Order = "weight" | "start";

/** What a flame graph shows. */
export interface Shown {
  readonly weight: Weight;
  readonly order: Order;
  /** The states whose time widths are; undefined for all time, and for calls. */
  readonly states: readonly number[] | undefined;
}

/** Frames in rows, outermost first; columns by node. Nodes that are not part of it have width 0. */
export interface Layout {
  readonly paths: Paths;
  readonly x: Float64Array;
  readonly width: Float64Array;
  readonly row: Uint16Array;
  /** The frame that this one is drawn beneath; 0 for a frame in the first row. */
  readonly above: Int32Array;
  /** Frames below a frame are list[first[frame]] to list[first[frame + 1] - 1], from left to right. */
  readonly first: Int32Array;
  readonly list: Int32Array;
  readonly rows: number;
  /** The total width. */
  readonly whole: number;
  /** Whether siblings are ordered by width, widest first. */
  readonly sorted: boolean;
}

export interface LayoutOptions {
  readonly weight: Weight;
  readonly order: Order;
  /** Widths by node, if they do not follow from the paths. */
  readonly widths?: Float64Array;
  /** By node: waiting time that does not count. */
  readonly waitingTimes?: { readonly total: ReadonlyMap<number, number>; readonly self: ReadonlyMap<number, number> };
}

/** Lays out the nodes in some spans. */
export function layOut(
  paths: Paths,
  spans: readonly Span[],
  { weight, order, widths, waitingTimes }: LayoutOptions,
): Layout {
  const { size, parent, edge } = paths;
  const above = new Int32Array(size);
  const width = new Float64Array(size);
  const inside = new Uint8Array(size);
  const own = weight === "calls" ? paths.calls : less(paths.self, waitingTimes?.self);
  const total = less(paths.total, waitingTimes?.total);
  const apart = weight === "total" && widths === undefined;
  for (const [begin, end] of spans) inside.fill(1, begin, end);
  forEach(spans, (node) => {
    const up = parent[node];
    above[node] = inside[up] === 0 || (apart && edge[node] !== EdgeKind.call) ? 0 : up;
  });
  for (const [begin, end] of [...spans].reverse()) {
    for (let node = end - 1; node >= begin; node--) {
      if (widths) width[node] = widths[node];
      else if (apart) width[node] = Math.max(total[node], width[node]);
      else width[node] += own[node];
      if (above[node] > 0 && !widths) width[above[node]] += width[node];
      else if (above[node] === 0) width[0] += width[node];
    }
  }
  const first = new Int32Array(size + 1);
  forEach(spans, (node) => {
    first[above[node] + 1]++;
  });
  for (let node = 0; node < size; node++) first[node + 1] += first[node];
  const list = new Int32Array(first[size]);
  const next = first.slice(0, size);
  forEach(spans, (node) => {
    list[next[above[node]]++] = node;
  });
  const x = new Float64Array(size);
  const row = new Uint16Array(size);
  let rows = 0;
  const place = (node: number, at: number, level: number) => {
    const below = list.subarray(first[node], first[node + 1]);
    if (order === "weight" && below.length > 1) below.sort((a, b) => width[b] - width[a] || a - b);
    let left = at;
    for (const each of below) {
      x[each] = left;
      left += width[each];
      row[each] = level;
    }
    if (below.length > 0) rows = Math.max(rows, level + 1);
  };
  place(0, 0, 0);
  forEach(spans, (node) => place(node, x[node], row[node] + 1));
  return { paths, x, width, row, above, first, list, rows, whole: width[0], sorted: order === "weight" };
}

/** The column minus the parts that do not count. */
function less(column: Float64Array, parts: ReadonlyMap<number, number> | undefined): Float64Array {
  if (parts === undefined || parts.size === 0) return column;
  const left = column.slice();
  for (const [node, part] of parts) left[node] = Math.max(0, left[node] - part);
  return left;
}

function forEach(spans: readonly Span[], visit: (node: number) => void): void {
  for (const [begin, end] of spans) for (let node = begin; node < end; node++) visit(node);
}

/** The frame at a position and row; 0 for none. */
export function frameAt({ x, width, first, list, row }: Layout, at: number, level: number): number {
  let node = 0;
  for (;;) {
    let low = first[node];
    let high = first[node + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (x[list[middle]] + width[list[middle]] > at) high = middle;
      else low = middle + 1;
    }
    // Frames of width 0 precede the one that is hit.
    const found = low < first[node + 1] ? list[low] : 0;
    if (found === 0 || x[found] > at) return 0;
    if (row[found] === level) return found;
    node = found;
  }
}

/** The share of the whole that frames of some functions take; nested frames count once. */
export function shareOf({ paths, above, width, whole }: Layout, spans: readonly Span[], functions: Uint8Array): number {
  const within = new Uint8Array(paths.size);
  let sum = 0;
  forEach(spans, (node) => {
    within[node] = within[above[node]];
    if (within[node] === 1 || functions[paths.func[node]] === 0) return;
    within[node] = 1;
    sum += width[node];
  });
  return whole > 0 ? sum / whole : 0;
}
