/** The times that a view goes by: all time, or that in some states. */
import { columnIn } from "../part.js";
import type { CallTree } from "../tree.js";

/**
 * By node: its time, nanoseconds.
 * @param by the states whose time counts, indices into STATES; by default all
 */
export function timesOf(tree: CallTree, by: readonly number[] | undefined, which: "total" | "self"): Float64Array {
  if (by === undefined) return tree[which];
  return tree.states === undefined ? new Float64Array(tree.size) : columnIn(by, tree.states[which], tree.size);
}

/** The time that a subtree spent in some states, on all its goroutines, nanoseconds. @param top its first node */
export function spentIn(tree: CallTree, by: readonly number[], top = 0): number {
  let sum = 0;
  for (const state of by) {
    const column = tree.states?.self[state];
    if (column !== undefined) for (let node = top; node < tree.end[top]; node++) sum += column[node];
  }
  return sum;
}
