/** The label of a call tree node: name, counts and endings, without times. */
import type { Naming } from "../../base/names.js";
import { printable } from "../../base/printable.js";
import { formatCount } from "../../base/units.js";
import {
  type CallForest,
  type CallTree,
  EdgeKind,
  isTestFunction,
  localTest,
  type Recursion,
} from "../../calltree/index.js";

/** Precedes a goroutine started by untraced code beneath the parent frame. */
export const UNTRACED = "go~ ";

/** Facts about nodes that are not in the tree. */
export interface Marks {
  readonly recursion: ReadonlyMap<number, Recursion>;
  /** Outermost nodes of goroutines that wait for work. */
  readonly waits: ReadonlyMap<number, number>;
  /** Nodes of failed tests. */
  readonly failed: ReadonlySet<number>;
}

const NO_MARKS: Marks = { recursion: new Map(), waits: new Map(), failed: new Set() };

/** The mark of goroutines that wait for work. */
export const IDLE = "[idle]";
/** Its legend. */
export const WAITS =
  "to the end in one frame with almost no call in it, as one that waits for work; stands last, with --all in its place";

export interface Label {
  /** `go ` before goroutines, or UNTRACED. */
  readonly spawn: string;
  readonly name: string;
  /** ` ×1,000,000`, in how many goroutines; ` [recursive ×999, 12 deep]`. */
  readonly count: string;
  /** ` FAIL`, ` [panic ×2]`, ` [not returned]`, ` [idle]`. */
  readonly endings: string;
}

/**
 * The label of a node.
 *
 * @param naming how to show function names
 * @param top whether the node is shown as a root
 */
export function labelOf(
  functions: CallForest["functions"],
  tree: CallTree,
  node: number,
  naming: Naming,
  top: boolean,
  { recursion, waits, failed }: Marks = NO_MARKS,
): Label {
  const edge = tree.edge[node];
  const calls = tree.calls[node];
  const goroutines = tree.goroutines.get(node) ?? 0;
  let count = calls > 1 ? ` ×${formatCount(calls)}` : "";
  if (edge !== EdgeKind.call && goroutines > 1 && goroutines < calls)
    count += ` in ${formatCount(goroutines)} goroutines`;
  const folded = recursion.get(node);
  if (folded) count += ` [recursive ×${formatCount(folded.calls)}, ${formatCount(folded.depth)} deep]`;
  let endings = failed.has(node) ? " FAIL" : "";
  const mark = (word: string, times: number | undefined) => {
    if (times !== undefined) endings += ` [${word}${calls > 1 ? ` ×${formatCount(times)}` : ""}]`;
  };
  mark("panic", tree.panics.get(node));
  mark("recovered", tree.recovered.get(node));
  mark("goexit", tree.goexits.get(node));
  mark("not returned", tree.running.get(node));
  if (waits.has(node)) endings += ` ${IDLE}`;
  const { name } = functions[tree.func[node]];
  // Package testing runs every test on its own goroutine; a mark on every line would be noise.
  const plain = edge === EdgeKind.call || (top && isTestFunction(name));
  const spawn = plain ? "" : edge === EdgeKind.exact || top ? "go " : UNTRACED;
  const test = tree.tests.get(node);
  const named = test === undefined || localTest(name) === test ? "" : ` [${test}]`;
  return { spawn, name: printable(naming(name) + named), count, endings };
}
