/** What a line of a call tree says about its node, apart from times. */
import type { Naming } from "../base/names.js";
import { printable } from "../base/printable.js";
import { formatCount } from "../base/units.js";
import { type CallForest, type CallTree, EdgeKind, isTestFunction } from "../calltree/index.js";

/** Stands before a goroutine that untraced code started beneath the frame above it. */
export const UNTRACED = "go~ ";

export interface Label {
  /** `go ` before goroutines, or UNTRACED. */
  readonly spawn: string;
  readonly name: string;
  /** ` ×1,000,000`, in how many goroutines. */
  readonly count: string;
  /** ` [panic ×2]`, ` [not returned]`. */
  readonly endings: string;
}

/**
 * The label of a node.
 *
 * @param naming how functions are shown
 * @param top whether the node is shown without a frame above it
 */
export function labelOf(
  functions: CallForest["functions"],
  tree: CallTree,
  node: number,
  naming: Naming,
  top: boolean,
): Label {
  const edge = tree.edge[node];
  const calls = tree.calls[node];
  const goroutines = tree.goroutines.get(node) ?? 0;
  let count = calls > 1 ? ` ×${formatCount(calls)}` : "";
  if (edge !== EdgeKind.call && goroutines > 1 && goroutines < calls)
    count += ` in ${formatCount(goroutines)} goroutines`;
  let endings = "";
  const mark = (word: string, times: number | undefined) => {
    if (times !== undefined) endings += ` [${word}${calls > 1 ? ` ×${formatCount(times)}` : ""}]`;
  };
  mark("panic", tree.panics.get(node));
  mark("recovered", tree.recovered.get(node));
  mark("goexit", tree.goexits.get(node));
  mark("not returned", tree.running.get(node));
  const { name } = functions[tree.func[node]];
  // Package testing gives every test a goroutine of its own; saying so in every line would say nothing.
  const plain = edge === EdgeKind.call || (top && isTestFunction(name));
  const spawn = plain ? "" : edge === EdgeKind.exact || top ? "go " : UNTRACED;
  return { spawn, name: printable(naming(name)), count, endings };
}
