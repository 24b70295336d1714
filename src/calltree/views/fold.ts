/**
 * Trees without recursion: a call of a function within a call of itself, on the same goroutine and on whatever way,
 * counts at the outer one, and what it calls beneath that. So each function stands at most once on a path, and a
 * program that walks trees has some thousand paths instead of millions.
 *
 * Counts and self times are sums. A total is the time of the calls that stand in no other call of the same node:
 * recursion counts once. So a node's total is never larger than that of the node above it on its goroutine, but nodes
 * beneath a folded one may stand within each other, and then add up to more than it has.
 */

import { type CallTree, EdgeKind } from "../tree.js";
import { regroup, Take } from "./regroup.js";
import { StepTable } from "./steps.js";

/** What was folded into a node. */
export interface Recursion {
  /** Calls of the node that stand within another call of it. */
  readonly calls: number;
  /** Most of its calls within each other; 2 is a call within a call. */
  readonly depth: number;
}

export interface Folded {
  readonly tree: CallTree;
  /** By node of the tree, where there is any. */
  readonly recursion: ReadonlyMap<number, Recursion>;
}

/** Folds the recursion of a tree. Goroutines that start goroutines of the same go statement are folded too. */
export function foldRecursion(old: CallTree): Folded {
  const { size, func, edge, goStatement, tests } = old;
  const place = new Int32Array(size);
  const parent = new Int32Array(size);
  const source = new Int32Array(size);
  const takes = new Uint8Array(size).fill(Take.calls | Take.self, 1);
  const known = new StepTable(old);
  let count = 1;
  const child = (above: number, node: number): number => {
    const found = known.get(above, node);
    if (found > 0) return found;
    known.set(above, node, count);
    parent[count] = above;
    source[count] = node;
    return count++;
  };
  const isSame = (at: number, node: number) => {
    const one = source[at];
    if (tests.get(one) !== tests.get(node)) return false;
    return func[one] === func[node] && edge[one] === edge[node] && goStatement[one] === goStatement[node];
  };
  /** The node above or at `above` that a node recurs to; 0 for none. */
  const outer = (above: number, node: number): number => {
    const spawned = edge[node] !== EdgeKind.call;
    for (let at = above; at > 0; at = parent[at]) {
      if (spawned ? isSame(at, node) : func[source[at]] === func[node]) return at;
      if (!spawned && edge[source[at]] !== EdgeKind.call) return 0;
    }
    return 0;
  };
  const open = new OpenCalls(old);
  const nested = new Float64Array(size);
  const deepest = new Int32Array(size);
  for (let node = 1; node < size; node++) {
    const above = place[old.parent[node]];
    const at = outer(above, node) || child(above, node);
    place[node] = at;
    const depth = open.enter(node, at);
    if (depth === 1) takes[node] |= Take.total;
    else nested[at] += old.calls[node];
    deepest[at] = Math.max(deepest[at], depth);
  }
  const { tree, number } = regroup(old, { place, takes, edge, goStatement, tests, parent, source, count });
  const recursion = new Map<number, Recursion>();
  for (let at = 1; at < count; at++) {
    if (deepest[at] > 1) recursion.set(number[at], { calls: nested[at], depth: deepest[at] });
  }
  return { tree, recursion };
}

/** How many nodes of a path, on one goroutine, went to the same place; for nodes in preorder. */
class OpenCalls {
  /** By place: calls that are open, and the outermost node of the goroutine they are on. */
  private readonly count: Int32Array;
  private readonly goroutine: Int32Array;
  /** By old node: the outermost node of its goroutine; its place, and what to restore behind it. */
  private readonly outermost: Int32Array;
  private readonly stack: { node: number; at: number; count: number; goroutine: number }[] = [];

  constructor(private readonly tree: CallTree) {
    this.count = new Int32Array(tree.size);
    this.goroutine = new Int32Array(tree.size);
    this.outermost = new Int32Array(tree.size);
  }

  /** @returns how many calls at this place are open on the goroutine, the node itself included */
  enter(node: number, at: number): number {
    const { tree, count, goroutine, outermost, stack } = this;
    for (let top = stack.at(-1); top !== undefined && node >= tree.end[top.node]; top = stack.at(-1)) {
      count[top.at] = top.count;
      goroutine[top.at] = top.goroutine;
      stack.pop();
    }
    const above = tree.parent[node];
    const own = above > 0 && tree.edge[node] === EdgeKind.call ? outermost[above] : node;
    outermost[node] = own;
    stack.push({ node, at, count: count[at], goroutine: goroutine[at] });
    count[at] = goroutine[at] === own ? count[at] + 1 : 1;
    goroutine[at] = own;
    return count[at];
  }
}
