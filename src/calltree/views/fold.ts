/**
 * Folds recursion: a call of a function within another call of it on the same goroutine, direct or indirect, counts at
 * the outer call, and its callees count beneath that. So each function appears at most once on a path, and a program
 * that walks trees has thousands of paths instead of millions.
 *
 * Counts and self times are sums. A total is the time of the calls that are not within another call of the same node:
 * recursion counts once. So a node's total never exceeds its parent's on the same goroutine. But calls of different
 * children of a folded node may be nested, and then the children's totals add up to more than the node's.
 */

import { type CallTree, EdgeKind } from "../tree.js";
import { regroup, Take } from "./regroup.js";
import { StepTable } from "./steps.js";

/** The recursion that was folded into a node. */
export interface Recursion {
  /** Calls of the node within another call of it. */
  readonly calls: number;
  /** Its deepest nesting; 2 is a call within a call. */
  readonly depth: number;
}

export interface Folded {
  readonly tree: CallTree;
  /** By node of the tree; nodes without recursion are absent. */
  readonly recursion: ReadonlyMap<number, Recursion>;
}

/** Folds the recursion of a tree. Also folds goroutines that start goroutines by the same go statement. */
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
  /** The new node that `node` folds into, `above` or one of its ancestors; 0 for none. */
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

/** Counts how many nodes on the current path and goroutine share a place, for nodes visited in preorder. */
class OpenCalls {
  /** By place: number of open calls, and the outermost node of their goroutine. */
  private readonly count: Int32Array;
  private readonly goroutine: Int32Array;
  /**
   * By old node: the outermost node of its goroutine. `stack` has the open nodes, with the values to restore after
   * each.
   */
  private readonly outermost: Int32Array;
  private readonly stack: { node: number; at: number; count: number; goroutine: number }[] = [];

  constructor(private readonly tree: CallTree) {
    this.count = new Int32Array(tree.size);
    this.goroutine = new Int32Array(tree.size);
    this.outermost = new Int32Array(tree.size);
  }

  /** @returns number of open calls at this place on the goroutine, including the node itself */
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
