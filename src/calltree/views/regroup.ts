/** Builds a tree from another one by merging and dropping nodes, summing their numbers. */
import { placesOf, sparseColumn } from "../../base/sparse.js";
import { fillEnds, preorder } from "../preorder.js";
import type { StateColumns } from "../states.js";
import type { CallTree } from "../tree.js";

/** Bits: which numbers of an old node count at its new one. */
export const Take = {
  /** Calls, with their endings, goroutines and first and last times. */
  calls: 1,
  total: 2,
  self: 4,
} as const;

/** Maps old nodes to new ones. */
export interface Grouping {
  /** By old node: the new one; 0 for none. New nodes are numbered from 1 by their first old node. */
  readonly place: Int32Array;
  /** By old node: which of its numbers count there, bits of {@link Take}. */
  readonly takes: Uint8Array;
  /** By old node, as in the tree. */
  readonly edge: Uint8Array;
  readonly goStatement: Int32Array;
  readonly tests: ReadonlyMap<number, string>;
  /** By new node: its parent, and its first old node. */
  readonly parent: Int32Array;
  readonly source: Int32Array;
  /** Number of new nodes, including node 0. */
  readonly count: number;
}

/** The new tree. */
export interface Regrouped {
  readonly tree: CallTree;
  /** By number of {@link Grouping.place}: the node of the tree. */
  readonly number: Int32Array;
}

/** Sums the numbers of old nodes at their new ones, and sorts these into preorder. */
export function regroup(old: CallTree, { place, takes, edge, goStatement, source, ...grouping }: Grouping): Regrouped {
  const { count } = grouping;
  const zeros = () => new Float64Array(count);
  const sums = { calls: zeros(), total: zeros(), self: zeros() };
  const tracing = old.tracing && { self: zeros(), total: zeros() };
  const states = old.states && {
    self: regrouped(old.states.self, Take.self, { place, takes, count }),
    total: regrouped(old.states.total, Take.total, { place, takes, count }),
  };
  const first = zeros().fill(Number.POSITIVE_INFINITY);
  const last = zeros();
  for (let node = 1; node < old.size; node++) {
    const at = place[node];
    if (takes[node] & Take.self) {
      sums.self[at] += old.self[node];
      if (tracing) tracing.self[at] += old.tracing.self[node];
    }
    if (takes[node] & Take.total) {
      sums.total[at] += old.total[node];
      if (tracing) tracing.total[at] += old.tracing.total[node];
    }
    if ((takes[node] & Take.calls) === 0) continue;
    sums.calls[at] += old.calls[node];
    if (old.calls[node] === 0) continue;
    first[at] = Math.min(first[at], old.first[node]);
    last[at] = Math.max(last[at], old.last[node]);
  }
  // Nodes without calls, kept only for their descendants, take first and last from these.
  for (let at = count - 1; at > 0; at--) {
    const up = grouping.parent[at];
    if (sums.calls[up] > 0) continue;
    first[up] = Math.min(first[up], first[at]);
    last[up] = Math.max(last[up], last[at]);
  }
  const { order, number } = preorder({ count, parent: grouping.parent, first, isFree: () => false });
  const pick = (column: Float64Array) => Float64Array.from(order, (at) => column[at]);
  const from = (column: { readonly [node: number]: number }, at: number) => column[source[at]];
  const parent = Int32Array.from(order, (at) => (at === 0 ? -1 : number[grouping.parent[at]]));
  const depth = new Uint16Array(count);
  for (let node = 1; node < count; node++) depth[node] = depth[parent[node]] + 1;
  const end = new Int32Array(count);
  fillEnds(end, parent);
  const sparse = (counts: ReadonlyMap<number, number>) => {
    const result = new Map<number, number>();
    for (const [node, value] of counts) {
      if ((takes[node] & Take.calls) === 0) continue;
      const to = number[place[node]];
      result.set(to, value + (result.get(to) ?? 0));
    }
    return result;
  };
  const goroutines = new Float64Array(count);
  const goids = new Float64Array(count);
  for (const [node, started] of old.goroutines) {
    if ((takes[node] & Take.calls) === 0) continue;
    const to = number[place[node]];
    goroutines[to] += started;
    goids[to] = old.goids.get(node) ?? 0;
  }
  const outermost = placesOf(count, (at) => goroutines[at] > 0);
  const others = old.others > 0 && takes[old.others] & Take.calls ? number[place[old.others]] : -1;
  const tree: CallTree = Object.freeze({
    size: count,
    parent,
    end,
    depth,
    func: Int32Array.from(order, (at) => (at === 0 ? -1 : from(old.func, at))),
    edge: Uint8Array.from(order, (at) => (at === 0 ? 0 : from(edge, at))),
    goStatement: Int32Array.from(order, (at) => (at === 0 ? -1 : from(goStatement, at))),
    calls: pick(sums.calls),
    total: pick(sums.total),
    self: pick(sums.self),
    ...(tracing ? { tracing: { self: pick(tracing.self), total: pick(tracing.total) } } : {}),
    ...(states
      ? { states: { self: states.self.map((of) => of && pick(of)), total: states.total.map((of) => of && pick(of)) } }
      : {}),
    first: order.length > 1 ? pick(first) : new Float64Array(1),
    last: pick(last),
    others: others > 0 ? others : -1,
    panics: sparse(old.panics),
    goexits: sparse(old.goexits),
    running: sparse(old.running),
    recovered: sparse(old.recovered),
    earlier: sparse(old.earlier),
    goroutines: sparseColumn(outermost, (at) => goroutines[at]),
    goids: sparseColumn(outermost, (at) => goids[at]),
    tests: new Map(
      [...grouping.tests].flatMap(([node, test]) => (takes[node] & Take.calls ? [[number[place[node]], test]] : [])),
    ),
  });
  return { tree, number };
}

/** Sums columns of old nodes at their new ones. */
function regrouped(
  columns: StateColumns,
  take: number,
  { place, takes, count }: Pick<Grouping, "place" | "takes" | "count">,
): (Float64Array | undefined)[] {
  return columns.map((column) => {
    if (column === undefined) return undefined;
    const sums = new Float64Array(count);
    for (let node = 1; node < column.length; node++) if (takes[node] & take) sums[place[node]] += column[node];
    return sums;
  });
}
