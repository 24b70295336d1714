/** Trees of which paths are selected. */
import { extent } from "./forest.js";
import type { ProcessTree } from "./tree.js";
import type { FilteredCalls, Selected } from "./views/select.js";

/** A process with the tree of what is selected in it. */
export function withTree(process: ProcessTree, selected: Selected | undefined): ProcessTree {
  if (selected === undefined) return process;
  const { tree } = selected;
  return Object.freeze({
    ...process,
    tree,
    total: extent(tree),
    atLeast: process.atLeast && tree.running.size > 0,
  });
}

/** The sums by filter. */
export function sumUp(filtered: readonly FilteredCalls[]): FilteredCalls[] {
  const sums = new Map<FilteredCalls["filter"], number>();
  for (const { filter, calls } of filtered) sums.set(filter, (sums.get(filter) ?? 0) + calls);
  return [...sums].map(([filter, calls]) => ({ filter, calls }));
}
