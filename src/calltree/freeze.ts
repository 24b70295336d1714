/** Turns the builder's columns into the finished tree: nodes renumbered in preorder, siblings by first start. */
import type { Edge } from "./edges.js";
import type { IdMap } from "./functions.js";
import { NO_NODE, type NodeTable, ROOT } from "./nodes.js";
import type { Stacks } from "./stacks.js";
import type { CallTree } from "./tree.js";

/** The finished tree. The builder's columns must not be used afterwards. */
export function freeze(nodes: NodeTable, stacks: Stacks, edges: readonly Edge[], ids: IdMap): CallTree {
  const { order, number } = preorder(nodes);
  const size = order.length;
  const sparse = (counts: ReadonlyMap<number, number>): Map<number, number> => {
    const result = new Map<number, number>();
    for (const [node, count] of counts) if (number[node] > 0) result.set(number[node], count);
    return result;
  };
  const parent = new Int32Array(size);
  const end = new Int32Array(size);
  const depth = new Uint16Array(size);
  const func = new Int32Array(size);
  const edge = new Uint8Array(size);
  const site = new Int32Array(size);
  const column = (values: Float64Array) => {
    const result = new Float64Array(size);
    for (let i = 0; i < size; i++) result[i] = values[order[i]];
    return result;
  };
  for (let i = 0; i < size; i++) {
    const node = order[i];
    const { kind, site: id } = edges[nodes.edge[node]];
    parent[i] = i === 0 ? -1 : number[nodes.parent[node]];
    depth[i] = i === 0 ? 0 : depth[parent[i]] + 1;
    func[i] = i === 0 ? -1 : ids.number(nodes.func[node]);
    edge[i] = kind;
    site[i] = id === 0 ? -1 : ids.number(id);
  }
  end.fill(size, 0, 1);
  for (let i = size - 1; i > 0; i--) {
    if (end[i] === 0) end[i] = i + 1;
    if (end[parent[i]] === 0) end[parent[i]] = end[i];
  }
  // Sums of fractions of nanoseconds may come out a hair below zero.
  const self = column(nodes.self).map((time) => Math.max(0, time));
  const total = column(nodes.total);
  for (let i = 0; i < size; i++) if (nodes.depth[order[i]] === nodes.depthLimit) total[i] = self[i];
  const first = column(nodes.first);
  const last = column(nodes.last);
  const calls = column(nodes.calls);
  const others = nodes.others === NO_NODE ? -1 : number[nodes.others];
  for (let i = others + 1; others > 0 && i < end[others]; i++) {
    total[others] += total[i];
    calls[others] += calls[i];
    first[others] = Math.min(first[others], first[i]);
    last[others] = Math.max(last[others], last[i]);
  }
  const { panics, goexits, running, recovered } = stacks.endings;
  return Object.freeze({
    size,
    parent,
    end,
    depth,
    func,
    edge,
    site,
    calls,
    total,
    self,
    first,
    last,
    others,
    panics: sparse(panics),
    goexits: sparse(goexits),
    running: sparse(running),
    recovered: sparse(recovered),
    goroutines: sparse(stacks.goroutines),
    goids: sparse(stacks.goids),
  });
}

/** Nodes in preorder, and each node's number in it (0 for removed nodes, too). */
function preorder(nodes: NodeTable): { order: Int32Array; number: Int32Array } {
  const { count, parent, first } = nodes;
  // Lists of children, built from behind so that they come in the order of creation.
  const child = new Int32Array(count);
  const sibling = new Int32Array(count);
  for (let node = count - 1; node > 0; node--) {
    if (nodes.isFree(node)) continue;
    sibling[node] = child[parent[node]];
    child[parent[node]] = node;
  }
  const order = new Int32Array(nodes.size + 1);
  const number = new Int32Array(count);
  const stack = [ROOT];
  const family: number[] = [];
  let at = 0;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    number[node] = at;
    order[at++] = node;
    family.length = 0;
    let sorted = true;
    for (let one = child[node]; one !== 0; one = sibling[one]) {
      if (family.length > 0 && first[family[family.length - 1]] > first[one]) sorted = false;
      family.push(one);
    }
    if (!sorted) family.sort((a, b) => first[a] - first[b]);
    for (let i = family.length - 1; i >= 0; i--) stack.push(family[i]);
  }
  return { order, number };
}
