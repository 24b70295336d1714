/** What a line of a call tree says about its node, apart from times. */
import { formatCount } from "../base/units.js";
import { type CallForest, type CallTree, EdgeKind, isTestFunction } from "../calltree/index.js";

export interface Label {
  /** `go ` before goroutines, `go~ ` if the frame above is a guess. */
  readonly spawn: string;
  readonly name: string;
  /** ` ×1,000,000`, in how many goroutines. */
  readonly count: string;
  /** ` [panic ×2]`, ` [not returned]`. */
  readonly endings: string;
}

/** The label of a node. Control characters, which no Go name has, become spaces. */
export function labelOf(functions: CallForest["functions"], tree: CallTree, node: number): Label {
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
  mark("Goexit", tree.goexits.get(node));
  mark("not returned", tree.running.get(node));
  const { name } = functions[tree.func[node]];
  const guessed = edge !== EdgeKind.exact && tree.parent[node] !== 0;
  // Package testing gives every test a goroutine of its own; saying so in every line would say nothing.
  const plain = edge === EdgeKind.call || (tree.parent[node] === 0 && isTestFunction(name));
  const spawn = plain ? "" : guessed ? "go~ " : "go ";
  return { spawn, name: name.replace(/[\x00-\x1f\x7f]/g, " "), count, endings };
}
