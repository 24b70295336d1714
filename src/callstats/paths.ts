/** Call paths of the tree as lists of names. */
import type { Naming } from "../base/names.js";
import { type CallTree, EdgeKind, type FunctionInfo, isTestFunction, localTest } from "../calltree/index.js";

const MARKS: Readonly<Record<EdgeKind, string>> = {
  [EdgeKind.call]: "",
  [EdgeKind.exact]: "go ",
  [EdgeKind.indirect]: "go~ ",
  [EdgeKind.approximate]: "go~ ",
};

/**
 * A function as a step of a path, as the tree shows it: with `go ` or `go~ ` where a goroutine begins, and with the
 * test it runs.
 */
export function stepOf(functions: readonly FunctionInfo[], tree: CallTree, node: number): string {
  const { name } = functions[tree.func[node]];
  // Package testing runs every test on its own goroutine; a mark on every line would be noise.
  const plain = tree.parent[node] === 0 && isTestFunction(name);
  const test = tree.tests.get(node);
  const named = test === undefined || localTest(name) === test ? "" : ` [${test}]`;
  return `${plain ? "" : MARKS[tree.edge[node] as EdgeKind]}${name}${named}`;
}

/** A step of a path with its function name mapped by `naming`. */
export function namedStep(step: string, naming: Naming): string {
  const [, mark, name, test] = /^(go~? )?(.*?)( \[[^ ]*\])?$/su.exec(step) as unknown as [
    string,
    ...(string | undefined)[],
  ];
  return `${mark ?? ""}${naming(name!)}${test ?? ""}`;
}

/** The path to a node, outermost first, itself last. */
export function pathOf(functions: readonly FunctionInfo[], tree: CallTree, node: number): string[] {
  const path: string[] = [];
  for (let at = node; at > 0; at = tree.parent[at]) path.push(stepOf(functions, tree, at));
  return path.reverse();
}
