/** Turns the builder's columns into the finished tree: nodes renumbered in preorder, siblings by first start. */
import { ColumnSpace } from "../base/columns.js";
import { placesOf, sparseColumn } from "../base/sparse.js";
import type { HookCost } from "../calltrace/index.js";
import { tracingTimes } from "./bound.js";
import type { IdMap } from "./functions.js";
import { fillEnds, preorder } from "./preorder.js";
import type { StackCounts } from "./replay/count.js";
import { compareEdges, type Edge } from "./replay/edges.js";
import { NO_NODE, type NodeTable } from "./replay/nodes.js";
import type { CallTree } from "./tree.js";

/** Bytes of a node in the columns of a tree, and in those of what tracing added. */
const COLUMNS = 5 * 8 + 4 * 4 + 2 + 1;
const TRACING_COLUMNS = 2 * 8;

/** Shared by trees, of which most have no exceptional calls. */
const NOTHING: ReadonlyMap<number, number> = new Map();
const NO_TESTS: ReadonlyMap<number, string> = new Map();

/**
 * Returns the finished tree, and by builder's node its number in the tree. The builder's times and counts must not be
 * used afterwards.
 *
 * @param cost the most that tracing adds to a call, if known
 */
export function freeze(
  nodes: NodeTable,
  stacks: StackCounts,
  edges: readonly Edge[],
  ids: IdMap,
  cost?: HookCost,
): { readonly tree: CallTree; readonly number: Int32Array } {
  // Of merged calls that began at the same time, which node is older may depend on the order of replay. The runtime numbers
  // functions as they are first called.
  const byEdge = (a: number, b: number) => compareEdges(edges[nodes.edge[a]], edges[nodes.edge[b]]);
  const { order, number } = preorder(
    nodes,
    nodes.merged ? (a, b) => nodes.func[a] - nodes.func[b] || byEdge(a, b) : undefined,
  );
  const size = order.length;
  const sparse = (counts: ReadonlyMap<number, number>): ReadonlyMap<number, number> => {
    const result = new Map<number, number>();
    for (const [node, count] of counts) if (number[node] > 0) result.set(number[node], count);
    return result.size === 0 ? NOTHING : result;
  };
  const inOrder = (values: Int32Array | Float64Array) => (i: number) => values[order[i]];
  const outermost = placesOf(size, (i) => stacks.goroutines[order[i]] > 0);
  const space = new ColumnSpace(size * (cost === undefined ? COLUMNS : COLUMNS + TRACING_COLUMNS));
  const column = (values: Float64Array, result = space.take(Float64Array, size)) => {
    for (let i = 0; i < size; i++) result[i] = values[order[i]];
    return result;
  };
  const self = column(nodes.self);
  const total = column(nodes.total);
  const first = column(nodes.first);
  const last = column(nodes.last);
  const calls = column(nodes.calls);
  const tracing = cost && { self: space.take(Float64Array, size), total: space.take(Float64Array, size) };
  const parent = space.take(Int32Array, size);
  const end = space.take(Int32Array, size);
  const func = space.take(Int32Array, size);
  const goStatement = space.take(Int32Array, size);
  const depth = space.take(Uint16Array, size);
  const edge = space.take(Uint8Array, size);
  const tests = new Map<number, string>();
  for (let i = 0; i < size; i++) {
    const node = order[i];
    const { kind, goStatement: id, test } = edges[nodes.edge[node]];
    if (test !== "") tests.set(i, test);
    parent[i] = i === 0 ? -1 : number[nodes.parent[node]];
    depth[i] = i === 0 ? 0 : depth[parent[i]] + 1;
    func[i] = i === 0 ? -1 : ids.number(nodes.func[node]);
    edge[i] = kind;
    goStatement[i] = id === 0 ? -1 : ids.number(id);
  }
  fillEnds(end, parent);
  // Rounding of fractional nanoseconds may yield sums slightly below zero.
  for (let i = 0; i < size; i++) self[i] = Math.max(0, self[i]);
  const deepest = Uint8Array.from(order, (node) => (nodes.depth[node] === nodes.depthLimit ? 1 : 0));
  for (let i = 0; i < size; i++) if (deepest[i]) total[i] = self[i];
  const others = nodes.others === NO_NODE ? -1 : number[nodes.others];
  for (let i = others + 1; others > 0 && i < end[others]; i++) {
    total[others] += total[i];
    calls[others] += calls[i];
    first[others] = Math.min(first[others], first[i]);
    last[others] = Math.max(last[others], last[i]);
  }
  const { panics, goexits, recovered, running, earlier } = stacks.endings;
  if (cost !== undefined && tracing !== undefined) {
    const displaced = column(nodes.displaced, new Float64Array(size));
    const times = tracingTimes({ size, parent, edge, calls, self, total, displaced, others }, cost);
    tracing.self.set(times.self);
    tracing.total.set(times.total);
  }
  const tree = Object.freeze({
    size,
    parent,
    end,
    depth,
    func,
    edge,
    goStatement,
    calls,
    total,
    self,
    ...(tracing ? { tracing } : {}),
    first,
    last,
    others,
    panics: sparse(panics),
    goexits: sparse(goexits),
    running: sparse(running),
    recovered: sparse(recovered),
    earlier: sparse(earlier),
    goroutines: sparseColumn(outermost, inOrder(stacks.goroutines)),
    goids: sparseColumn(outermost, inOrder(stacks.goids)),
    tests: tests.size === 0 ? NO_TESTS : tests,
  });
  return { tree, number };
}
