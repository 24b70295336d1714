/**
 * Filters call paths by the functions on them, like `go tool pprof`: focus, ignore, hide, and the calls of tests. The
 * result is a tree of the same kind and a map from old nodes to new ones.
 */
import { matching } from "../../base/names.js";
import type { TestFilter } from "../../base/test-filter.js";
import type { FunctionInfo } from "../functions.js";
import { type CallTree, EdgeKind } from "../tree.js";
import { localTest, ownersOf } from "./owners.js";
import { regroup, Take } from "./regroup.js";
import { StepTable } from "./steps.js";

/** Filters; all must hold. Patterns match anywhere in a function's full name or in its short form. */
export interface PathOptions {
  /** Only paths through such a function; its callers are kept, without their self time. */
  readonly focus?: RegExp;
  /** No paths through such a function. */
  readonly ignore?: RegExp;
  /** Removes such functions from the paths; their self time goes to the caller. */
  readonly hide?: RegExp;
  /** Only what runs in such a test; callers are kept as with `focus`. */
  readonly test?: TestFilter;
}

/** Number of calls that a filter left out. */
export interface FilteredCalls {
  readonly filter: "focus" | "ignore" | "hide" | "test" | "call" | "goroutine" | "window";
  readonly calls: number;
}

/** Instead of a new node: the node and its subtree are not in the tree. */
export const DROPPED = -1;
/** Instead of a new node: the node is removed, but not its subtree. */
export const REMOVED = -2;

export interface Selected {
  readonly tree: CallTree;
  /** By node of the old tree: the node of the new one, or DROPPED, or REMOVED. */
  readonly map: Int32Array;
  /** By node of the old tree: 1 if it is kept only as context for nodes beneath it. */
  readonly context: Uint8Array;
  readonly filtered: readonly FilteredCalls[];
}

/** Applies the filters. Subtrees without calls are always dropped. */
export function selectPaths(tree: CallTree, functions: readonly FunctionInfo[], options: PathOptions): Selected {
  const map = new Int32Array(tree.size);
  const context = new Uint8Array(tree.size);
  const filtered: FilteredCalls[] = [];
  const note = (filter: FilteredCalls["filter"], calls: number) => {
    if (calls > 0) filtered.push({ filter, calls });
  };
  const names = functions.map(({ name }) => name);
  const matches = (pattern: RegExp) =>
    Uint8Array.from(
      matching(names, (name) => pattern.test(name)),
      Number,
    );
  dropEmpty(tree, map);
  if (options.ignore) note("ignore", dropPaths(tree, map, matches(options.ignore)));
  if (options.test) note("test", keepPaths(tree, map, context, ofTests(tree, functions, options.test)));
  if (options.focus) note("focus", keepPaths(tree, map, context, ofFunctions(tree, matches(options.focus))));
  if (options.hide) note("hide", hideNodes(tree, map, matches(options.hide)));
  return { ...rebuild(tree, map, context), filtered };
}

/** By node: 1 if its test matches. */
function ofTests(tree: CallTree, functions: readonly FunctionInfo[], filter: TestFilter): Uint8Array {
  const { of, names } = ownersOf(tree, functions);
  const chosen = names.map((name) => (filter.matches(localTest(name)) ? 1 : 0));
  return Uint8Array.from(of, (test) => (test < 0 ? 0 : chosen[test]));
}

function ofFunctions({ func }: CallTree, matched: Uint8Array): Uint8Array {
  return Uint8Array.from(func, (one) => (one < 0 ? 0 : matched[one]));
}

/** Calls counted at a node; 0 for `others`, whose calls are counted at its children. */
function callsAt(tree: CallTree, node: number): number {
  return node === tree.others ? 0 : tree.calls[node];
}

function dropEmpty(tree: CallTree, map: Int32Array): void {
  const alive = Uint8Array.from(tree.calls, (calls) => (calls > 0 ? 1 : 0));
  for (let node = tree.size - 1; node > 0; node--) {
    if (alive[node]) alive[tree.parent[node]] = 1;
    else map[node] = DROPPED;
  }
}

function dropPaths(tree: CallTree, map: Int32Array, matched: Uint8Array): number {
  let calls = 0;
  for (let node = 1; node < tree.size; node++) {
    if (map[node] === DROPPED) continue;
    const above = tree.parent[node];
    if (!matched[tree.func[node]] && (above === 0 || map[above] !== DROPPED)) continue;
    map[node] = DROPPED;
    calls += callsAt(tree, node);
  }
  return calls;
}

/** Keeps the subtrees and the ancestors of matches. @param matched by node */
function keepPaths(tree: CallTree, map: Int32Array, context: Uint8Array, matched: Uint8Array): number {
  const { size, parent } = tree;
  const inside = new Uint8Array(size);
  const above = new Uint8Array(size);
  for (let node = 1; node < size; node++) {
    if (map[node] !== DROPPED && (inside[parent[node]] || matched[node])) inside[node] = 1;
  }
  let calls = 0;
  for (let node = size - 1; node > 0; node--) {
    if (map[node] === DROPPED) continue;
    if (inside[node] || above[node]) {
      above[parent[node]] = 1;
      if (!inside[node]) context[node] = 1;
    } else {
      map[node] = DROPPED;
      calls += callsAt(tree, node);
    }
  }
  return calls;
}

function hideNodes(tree: CallTree, map: Int32Array, matched: Uint8Array): number {
  let calls = 0;
  for (let node = 1; node < tree.size; node++) {
    if (map[node] === DROPPED || !matched[tree.func[node]]) continue;
    map[node] = REMOVED;
    calls += callsAt(tree, node);
  }
  return calls;
}

/** Builds the tree of the nodes that are neither dropped nor removed, and fills their new numbers into `map`. */
function rebuild(tree: CallTree, map: Int32Array, context: Uint8Array): Omit<Selected, "filtered"> {
  const old = tree;
  // By old node: its new node (for removed nodes, that of the parent), and its edge.
  const place = new Int32Array(old.size);
  const edge = old.edge.slice();
  const goStatement = old.goStatement.slice();
  const tests = new Map(old.tests);
  const parent = new Int32Array(old.size);
  const source = new Int32Array(old.size);
  const known = new StepTable({ func: old.func, edge, goStatement, tests });
  const merging = map.includes(REMOVED);
  let count = 1;
  for (let node = 1; node < old.size; node++) {
    if (map[node] === DROPPED) continue;
    const up = old.parent[node];
    const above = place[up];
    if (map[up] === REMOVED && edge[node] === EdgeKind.call) {
      edge[node] = edge[up];
      goStatement[node] = goStatement[up];
      const test = tests.get(up);
      if (test !== undefined) tests.set(node, test);
    }
    if (map[node] === REMOVED) {
      place[node] = above;
      continue;
    }
    const twin = merging ? known.get(above, node) : 0;
    place[node] = twin || count;
    if (twin > 0) continue;
    parent[count] = above;
    source[count] = node;
    if (merging) known.set(above, node, count);
    count++;
  }
  const takes = new Uint8Array(old.size);
  for (let node = 1; node < old.size; node++) {
    const carried = map[node] === REMOVED && place[node] > 0 && isCalled(old, map, node);
    if ((carried || map[node] >= 0) && !context[node]) takes[node] |= Take.self;
    if (map[node] >= 0) takes[node] |= Take.calls | Take.total;
  }
  const grouping = { place, takes, edge, goStatement, tests, parent, source, count };
  const { number, tree: chosen } = regroup(old, grouping);
  for (let node = 1; node < old.size; node++) if (map[node] >= 0) map[node] = number[place[node]];
  return { tree: inherit(old, map, chosen), map, context };
}

/** Whether a removed node runs on the goroutine of its nearest ancestor that is not removed. */
function isCalled(tree: CallTree, map: Int32Array, removed: number): boolean {
  let node = removed;
  for (; map[node] === REMOVED; node = tree.parent[node]) if (tree.edge[node] !== EdgeKind.call) return false;
  return true;
}

/**
 * Callees of a removed outermost function become outermost: each gets the goroutines of the removed one, at most one per
 * call.
 */
function inherit(tree: CallTree, map: Int32Array, chosen: CallTree): CallTree {
  const goroutines = new Map<number, number>();
  const goids = new Map<number, number>();
  for (let node = 1; node < tree.size; node++) {
    let up = tree.parent[node];
    if (map[node] < 0 || up <= 0 || map[up] !== REMOVED || tree.edge[node] !== EdgeKind.call) continue;
    while (tree.edge[up] === EdgeKind.call && tree.parent[up] > 0 && map[tree.parent[up]] === REMOVED)
      up = tree.parent[up];
    const count = tree.goroutines.get(up);
    const goid = tree.goids.get(up);
    if (count === undefined || (tree.edge[up] === EdgeKind.call && tree.parent[up] !== 0)) continue;
    goroutines.set(map[node], Math.min(count, tree.calls[node]));
    if (goid !== undefined) goids.set(map[node], goid);
  }
  if (goroutines.size === 0) return chosen;
  return Object.freeze({
    ...chosen,
    goroutines: new Map([...chosen.goroutines, ...goroutines]),
    goids: new Map([...chosen.goids, ...goids]),
  });
}
