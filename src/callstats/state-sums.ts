/** Times in states as whole nanoseconds that add up to the times they divide. */
import { exactParts } from "../base/exact-parts.js";
import { type CallTree, statesAt } from "../calltree/index.js";

/** The times in each state, by index into STATES, of a self and a total time; whole nanoseconds that add up to them. */
export interface StateSums {
  readonly self: readonly number[];
  readonly total: readonly number[];
}

/** Rounds the parts of a self and a total time. */
export function stateSums(
  self: number,
  total: number,
  states: { readonly self: ArrayLike<number>; readonly total: ArrayLike<number> },
): StateSums {
  return { self: exactParts(Math.round(self), states.self), total: exactParts(Math.round(total), states.total) };
}

/** How the times of a node divide into states; undefined if that is not known. */
export function statesOfNode({ self, total, states }: CallTree, node: number): StateSums | undefined {
  if (states === undefined) return undefined;
  const parts = { self: statesAt(states.self, node), total: statesAt(states.total, node) };
  return stateSums(self[node], total[node], parts);
}
