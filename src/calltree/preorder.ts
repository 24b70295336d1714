/** Computes the preorder of a finished tree's nodes. */
import { ROOT } from "./replay/nodes.js";

/** The input: columns by node. */
export interface Family {
  readonly count: number;
  readonly parent: Int32Array;
  readonly first: Float64Array;
  isFree(node: number): boolean;
}

/**
 * Nodes in preorder, and each node's number in it (0 for both the root and free nodes, which are not in it). Node 0 is
 * the root. Siblings are ordered by first start, then by `compare`, then by node number.
 */
export function preorder(
  nodes: Family,
  compare: (a: number, b: number) => number = () => 0,
): { order: Int32Array; number: Int32Array } {
  const { count, parent, first } = nodes;
  // Linked lists of children, built from the end so that they are in order of creation.
  const child = new Int32Array(count);
  const sibling = new Int32Array(count);
  let size = 1;
  for (let node = count - 1; node > 0; node--) {
    if (nodes.isFree(node)) continue;
    size++;
    sibling[node] = child[parent[node]];
    child[parent[node]] = node;
  }
  const order = new Int32Array(size);
  const number = new Int32Array(count);
  const stack = [ROOT];
  const family: number[] = [];
  const inOrder = (a: number, b: number) => (first[a] === first[b] ? compare(a, b) : first[a] - first[b]);
  let at = 0;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    number[node] = at;
    order[at++] = node;
    family.length = 0;
    let sorted = true;
    for (let one = child[node]; one !== 0; one = sibling[one]) {
      if (family.length > 0 && inOrder(family[family.length - 1], one) > 0) sorted = false;
      family.push(one);
    }
    if (!sorted) family.sort(inOrder);
    for (let i = family.length - 1; i >= 0; i--) stack.push(family[i]);
  }
  return { order, number };
}

/** Fills `end`: by node in preorder, the first node after its subtree. */
export function fillEnds(end: Int32Array, parent: Int32Array): void {
  const size = parent.length;
  end.fill(size, 0, 1);
  for (let i = size - 1; i > 0; i--) {
    if (end[i] === 0) end[i] = i + 1;
    if (end[parent[i]] === 0) end[parent[i]] = end[i];
  }
}
