/** Calls and times by call path, from a finished tree. */
import { type CallTree, EdgeKind } from "../calltree/index.js";
import type { HookCost } from "./hooks.js";

/** Columns by node; nanoseconds. */
export interface PathTimes {
  readonly total: Float64Array;
  readonly self: Float64Array;
}

/** The times of a tree without hooks, never below zero; as they are where the cost of hooks is not given. */
export function pathTimes(tree: CallTree, cost: HookCost | undefined): PathTimes {
  if (cost === undefined) return { total: tree.total, self: tree.self };
  const { size, parent, edge, calls } = tree;
  const { inner, outer } = cost;
  const direct = new Float64Array(size);
  const beneath = new Float64Array(size);
  const total = new Float64Array(size);
  const self = new Float64Array(size);
  for (let node = size - 1; node > 0; node--) {
    const above = parent[node]!;
    if (edge[node] === EdgeKind.call && above > 0) {
      direct[above]! += calls[node]!;
      beneath[above]! += calls[node]! + beneath[node]!;
    }
    total[node] = Math.max(0, tree.total[node]! - calls[node]! * inner - beneath[node]! * (inner + outer));
    self[node] = Math.max(0, tree.self[node]! - calls[node]! * inner - direct[node]! * outer);
  }
  return { total, self };
}
