/**
 * Finds the test that each node of a tree belongs to: everything beneath the test, including goroutines started on its
 * behalf. A goroutine belongs to the test that started it even after that test has ended (a pool, a kept-alive
 * connection). A node without a test among its ancestors belongs to none.
 */
import type { FunctionInfo } from "../functions.js";
import { type CallTree, EdgeKind } from "../tree.js";
import { isTestFunction } from "./tests.js";

export interface Owners {
  /** By node: the innermost test that it belongs to, an index into `names`; -1 for none. */
  readonly of: Int32Array;
  /** Tests, named like Go functions: `example.com/db.TestGet/first_case`. */
  readonly names: readonly string[];
  /** By test: how often it ran. */
  readonly runs: readonly number[];
}

/**
 * Finds the owners. If a trace does not have the names of subtests, the outermost test function owns everything beneath
 * it.
 */
export function ownersOf(tree: CallTree, functions: readonly FunctionInfo[]): Owners {
  const isTest = functions.map(({ name }) => isTestFunction(name));
  const names: string[] = [];
  const runs: number[] = [];
  const numbers = new Map<string, number>();
  const of = new Int32Array(tree.size).fill(-1);
  const counted = new Set<string>();
  for (let node = 1; node < tree.size; node++) {
    const up = tree.parent[node];
    const above = of[up];
    const { name } = functions[tree.func[node]];
    const own = tree.tests.get(node) ?? suiteTest(name, above >= 0 && tree.edge[node] !== EdgeKind.call, names[above]);
    if (own === undefined && (above >= 0 || !isTest[tree.func[node]])) {
      of[node] = above;
      continue;
    }
    const full = own === undefined ? name : `${packageOf(above >= 0 ? names[above] : name)}.${own}`;
    let test = numbers.get(full);
    if (test === undefined) {
      test = names.push(full) - 1;
      numbers.set(full, test);
      runs.push(0);
    }
    of[node] = test;
    // Later nodes of the test on its goroutine are its cleanup, and a test may continue on a goroutine of the same
    // name: neither is a new run.
    const key = `${up} ${test}`;
    if (above !== test && !counted.has(key)) runs[test] += tree.calls[node];
    counted.add(key);
  }
  return { of, names, runs };
}

/**
 * The nodes where the given tests begin: for each test and each parent node, the first one. Later siblings are the
 * test's cleanup.
 * @param names without their package: `TestGet`, `TestGet/first_case`
 */
export function testBegins(
  tree: CallTree,
  functions: readonly FunctionInfo[],
  names: ReadonlySet<string>,
): Set<number> {
  const begins = new Map<string, number>();
  if (names.size === 0) return new Set();
  const { of, names: tests } = ownersOf(tree, functions);
  const isWanted = tests.map((test) => names.has(localTest(test)));
  for (let node = 1; node < tree.size; node++) {
    const [test, up] = [of[node], tree.parent[node]];
    // Beneath `others` are sums by function, not paths.
    if (test < 0 || !isWanted[test] || of[up] === test || up === tree.others) continue;
    const key = `${up} ${test}`;
    if (!begins.has(key)) begins.set(key, node);
  }
  return new Set(begins.values());
}

/**
 * The name of a suite's test (testify and others): a method named like a test that is the first traced function of a
 * goroutine started by untraced code beneath a test. It takes no `*testing.T`, so its name is not in the trace.
 */
function suiteTest(name: string, begins: boolean, above: string | undefined): string | undefined {
  const method = begins ? /\.\(\*?[^()]*\)\.(Test[^.]*)$/.exec(name)?.[1] : undefined;
  return method === undefined || !isTestFunction(`.${method}`) ? undefined : `${localTest(above!)}/${method}`;
}

const TEST = /^(.*?)\.((?:Test|Benchmark|Fuzz|Example)(?:[^\p{Ll}].*)?)$/su;

/** The package path of a function or test. */
function packageOf(name: string): string {
  const test = TEST.exec(name);
  if (test !== null) return test[1];
  return name.slice(0, name.indexOf(".", name.lastIndexOf("/") + 1));
}

/** A test's name without its package: `TestGet/first_case`. */
export function localTest(name: string): string {
  return TEST.exec(name)?.[2] ?? name;
}

/** A test and its parents, innermost first: `p.TestGet/a/b`, `p.TestGet/a`, `p.TestGet`. */
export function testsAround(name: string): string[] {
  const local = localTest(name);
  const start = name.length - local.length;
  const around = [name];
  for (let slash = local.lastIndexOf("/"); slash > 0; slash = local.lastIndexOf("/", slash - 1)) {
    around.push(name.slice(0, start + slash));
  }
  return around;
}
