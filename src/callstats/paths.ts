/** Call paths as names, and the tests that nodes belong to. */
import type { Naming } from "../base/names.js";
import { type CallTree, EdgeKind, type FunctionInfo, isTestFunction } from "../calltree/index.js";

const MARKS: Readonly<Record<EdgeKind, string>> = {
  [EdgeKind.call]: "",
  [EdgeKind.exact]: "go ",
  [EdgeKind.indirect]: "go ",
  [EdgeKind.approximate]: "go~ ",
};

/** A function as a step of a path: with `go ` or `go~ ` where a goroutine begins, as in the tree. */
export function stepOf(functions: readonly FunctionInfo[], tree: CallTree, node: number): string {
  const { name } = functions[tree.func[node]!]!;
  // Package testing gives every test a goroutine of its own; saying so in every line would say nothing.
  const plain = tree.parent[node] === 0 && isTestFunction(name);
  return `${plain ? "" : MARKS[tree.edge[node] as EdgeKind]}${name}`;
}

/** A step of a path with its function shown as `naming` says. */
export function namedStep(step: string, naming: Naming): string {
  const mark = /^go~? /.exec(step)?.[0] ?? "";
  return mark + naming(step.slice(mark.length));
}

/** The path to a node, outermost first, itself last. */
export function pathOf(functions: readonly FunctionInfo[], tree: CallTree, node: number): string[] {
  const path: string[] = [];
  for (let at = node; at > 0; at = tree.parent[at]!) path.push(stepOf(functions, tree, at));
  return path.reverse();
}

/** By node: the outermost test, benchmark, fuzz test or example it is or is beneath, goroutines included; 0 for none. */
export function testsByNode(functions: readonly FunctionInfo[], { size, parent, func }: CallTree): Int32Array {
  const isTest = functions.map(({ name }) => isTestFunction(name));
  const tests = new Int32Array(size);
  for (let node = 1; node < size; node++) {
    const above = tests[parent[node]!]!;
    tests[node] = above > 0 ? above : isTest[func[node]!] ? node : 0;
  }
  return tests;
}
