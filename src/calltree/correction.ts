/**
 * What of a tree's times is the hooks' own. A traced call appears to take `inner` longer than it does, and makes its
 * caller's self time longer by `outer` beyond that; so of a node's self time
 *
 *     calls * inner + direct callees * outer
 *
 * is the hooks', and of its total time that and the hooks' part of all calls beneath it. Goroutines started beneath it
 * run beside it and are no callees. Whatever is not known to be the hooks' stays: calls that never returned (half of
 * their hooks has not run), the callees of calls on other call paths in the totals above them, what stands on the
 * deepest level together with calls of other goroutines in the totals above it, calls that an unmerged tree leaves out,
 * records that were slower than usual to write. Nothing falls below zero.
 */
import type { HookCost } from "../calltrace/index.js";
import { type CallTree, EdgeKind, type ProcessTree } from "./tree.js";

/** The hooks' part of the times of each node, nanoseconds; never more than the time itself. */
export interface HookTimes {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** A tree's times without the hooks' part. */
export interface Corrected {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** What {@link hookTimes} takes of a tree, columns by node in preorder. */
interface Columns extends Pick<CallTree, "size" | "parent" | "edge" | "calls" | "self" | "running"> {
  /** Direct callees beyond the calls counted on the node's children; negative where these count calls of others. */
  readonly displaced: Float64Array;
  /** 1 for nodes on the deepest level. */
  readonly deepest: Uint8Array;
}

/** The hooks' part of a tree's times. */
export function hookTimes(tree: Columns, cost: HookCost): HookTimes {
  const { size, parent, edge, calls, running, displaced, deepest } = tree;
  const callees = displaced.slice();
  const returned = Float64Array.from(calls, (count, node) => count - (running.get(node) ?? 0));
  for (let node = 1; node < size; node++) if (edge[node] === EdgeKind.call) callees[parent[node]] += returned[node];
  const self = new Float64Array(size);
  for (let node = 1; node < size; node++) {
    const hooks = returned[node] * cost.inner + Math.max(0, callees[node]) * cost.outer;
    self[node] = Math.min(tree.self[node], hooks);
  }
  const mixed = new Uint8Array(size);
  for (let node = 1; node < size; node++) {
    if (edge[node] !== EdgeKind.call && deepest[node]) mixed[parent[node]] = 1;
  }
  const total = self.slice();
  for (let node = size - 1; node > 0; node--) {
    const above = parent[node];
    if (edge[node] === EdgeKind.call && above > 0 && !mixed[above]) total[above] += total[node];
  }
  return { self, total };
}

/** The times of a tree without the hooks; undefined where the traced process did not measure what they cost. */
export function correct({ self, total, hooks }: CallTree): Corrected | undefined {
  if (hooks === undefined) return undefined;
  return {
    self: self.map((time, node) => time - hooks.self[node]),
    total: total.map((time, node) => Math.max(0, time - hooks.total[node])),
  };
}

/** Whether more than half of a time is the hooks': it says more about them than about the program. */
export function isDistorted(time: number, hooks: number): boolean {
  return hooks * 2 > time;
}

/** Whether more than half of a node's total time is the hooks'; never where their cost was not measured. */
export function isDistortedNode({ total, hooks }: CallTree, node: number): boolean {
  return hooks !== undefined && isDistorted(total[node], hooks.total[node]);
}

/** The hooks' part of the self times of all calls together, 0 to 1; 0 where their cost was not measured. */
export function hookShare({ tree, pruned, info }: ProcessTree): number {
  if (tree.hooks === undefined || info.hook === undefined) return 0;
  let time = 0;
  let hooks = 0;
  for (let node = 1; node < tree.size; node++) {
    time += tree.self[node];
    hooks += tree.hooks.self[node];
  }
  const left = pruned * (info.hook.inner + info.hook.outer);
  return time === 0 ? 0 : Math.min(1, (hooks + left) / time);
}
