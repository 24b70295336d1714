/** Splits the tree of a test binary into sections, one per test. */

import type { FunctionInfo } from "../functions.js";
import { type CallTree, EdgeKind } from "../tree.js";
import { spentIn } from "./times.js";
import type { View, ViewOptions } from "./view.js";
import { viewTree } from "./view.js";

/** A part of a process's tree that is shown by itself. */
export interface Section {
  readonly view: View;
  /** The time that counts as 100% in it, nanoseconds. */
  readonly whole: number;
  /** Its end, nanoseconds since the start of the process. Goroutines that outlive it get no percentage. */
  readonly until?: number;
}

/** Whether a function is a test, benchmark, fuzz test or example by its name, following cmd/go. */
export function isTestFunction(name: string): boolean {
  const local = name.slice(name.indexOf(".", name.lastIndexOf("/") + 1) + 1);
  // TestMain runs the tests and is not one itself; Testify is an ordinary function.
  return local !== "TestMain" && /^(Test|Benchmark|Fuzz|Example)($|[^\p{Ll}.][^.]*$)/u.test(local);
}

/** The whole tree as one section: 100% is `total`, or the time in the states that count. */
export function wholeSection(tree: CallTree, total: number, options: ViewOptions = {}): Section {
  const whole = options.by === undefined ? total : spentIn(tree, options.by);
  return { view: viewTree(tree, { ...options, whole }), whole };
}

/**
 * One section per test, in the order in which they began, and one for what ran outside tests (init functions,
 * TestMain), if anything did.
 *
 * @param chosen tests to show, in this order; all by default
 */
export function testSections(
  tree: CallTree,
  functions: readonly FunctionInfo[],
  total: number,
  options: ViewOptions = {},
  chosen?: readonly number[],
): Section[] {
  const tests = testNodes(tree, functions);
  const sections: Section[] = (chosen ?? tests).map((node) => {
    const whole = testTime(tree, node, options.by);
    const until = tree.first[node] + testExtent(tree, node);
    return { view: viewTree(tree, { ...options, whole }, [node]), whole, until };
  });
  const { by } = options;
  const inTests = (states: readonly number[]) => tests.reduce((sum, node) => sum + spentIn(tree, states, node), 0);
  const whole = by === undefined ? total : spentIn(tree, by) - inTests(by);
  const rest = viewTree(tree, { ...options, whole, omit: new Set(tests) });
  return rest.roots.length === 0 ? sections : [...sections, { view: rest, whole }];
}

/** The time that counts as 100% of a test: its duration, or what it spent in some states on all its goroutines. */
export function testTime(tree: CallTree, node: number, by: readonly number[] | undefined): number {
  return by === undefined ? testExtent(tree, node) : spentIn(tree, by, node);
}

/** The nodes of tests, in the order in which they began; none is beneath another. */
export function testNodes(tree: CallTree, functions: readonly FunctionInfo[]): number[] {
  const isTest = functions.map(({ name }) => isTestFunction(name));
  const tests: number[] = [];
  for (let node = 1; node < tree.size; ) {
    // Beneath `others` are sums by function, not paths.
    if (node === tree.others) node = tree.end[node];
    else if (isTest[tree.func[node]]) {
      tests.push(node);
      node = tree.end[node];
    } else node++;
  }
  return tests.sort((a, b) => tree.first[a] - tree.first[b]);
}

/**
 * The duration of a test, until everything in it is done: a parallel subtest runs after its parent's function has
 * returned. Goroutines of `go` statements that still run when the process ends were leaked by the test and do not
 * count; those started by untraced code may be subtests and count.
 */
export function testExtent(tree: CallTree, node: number): number {
  if (tree.calls[node] > 1) return tree.total[node];
  let last = tree.last[node];
  for (let below = node + 1; below < tree.end[node]; ) {
    if (isLeftBehind(tree, below)) below = tree.end[below];
    else last = Math.max(last, tree.last[below++]);
  }
  return last - tree.first[node];
}

function isLeftBehind({ edge, running }: CallTree, node: number): boolean {
  return (edge[node] === EdgeKind.exact || edge[node] === EdgeKind.indirect) && running.has(node);
}

/** Whether a node is the outermost one of goroutines that outlived their section. */
export function outlives({ edge, last }: CallTree, node: number, { until }: Section): boolean {
  return until !== undefined && edge[node] !== EdgeKind.call && last[node] > until;
}
