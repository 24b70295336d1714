/**
 * The overview of a tree too large to read: the paths that take most of the time, with recursion folded. A small tree
 * stays as it is.
 */
import { Heap } from "../../base/binary-heap.js";
import type { FunctionInfo } from "../functions.js";
import type { CallTree } from "../tree.js";
import { type Folded, foldRecursion, type Recursion } from "./fold.js";
import { busyTimes, type IdleTimes, idleTimes } from "./idle.js";
import { timesOf } from "./times.js";
import { childrenOf, longest, type ViewOptions } from "./view.js";

/** A tree ready to be shown. */
export interface Overview {
  /** With recursion folded if the tree had too many lines. */
  readonly tree: CallTree;
  readonly recursion: ReadonlyMap<number, Recursion>;
  readonly idle: IdleTimes;
  /** Number of lines that folding merged into others. */
  readonly foldedLines: number;
  /** Options for `viewTree` that show the chosen nodes in the right order. */
  readonly filter: Pick<ViewOptions, "weight" | "only">;
  /** The states whose time decides, indices into STATES; undefined for all time. */
  readonly by: readonly number[] | undefined;
}

/** Paths below this share of the whole are left out even if there is room, once SOME_LINES are shown. */
const MIN_SHARE = 0.0005;
const SOME_LINES = 20;

/** Subtrees with their own number of lines. */
export interface OverviewPart {
  readonly tops: readonly number[];
  /** The most lines to show. */
  readonly lines: number;
  /** Nodes to show before others, with their ancestors. */
  readonly first?: ReadonlySet<number>;
}

/**
 * Chooses what to show of a tree.
 *
 * @param lines the most lines of a tree that stays as it is
 * @param by the states whose time decides
 * @param parts the parts of the folded tree to show; by default one part with all of it and this many lines
 */
export function overview(
  tree: CallTree,
  functions: readonly FunctionInfo[],
  lines: number,
  by: readonly number[] | undefined,
  parts?: (folded: CallTree) => readonly OverviewPart[],
): Overview {
  if (parts === undefined && tree.size - 1 <= lines) return everything(tree, functions, by);
  const folded = foldRecursion(tree);
  const all = everything(folded.tree, functions, by, folded.recursion);
  const foldedLines = tree.size - folded.tree.size;
  if (parts === undefined && folded.tree.size - 1 <= lines) return { ...all, foldedLines };
  const weight = all.filter.weight ?? timesOf(folded.tree, by, "total");
  const whole = { tops: childrenOf(folded.tree, 0), lines };
  const only = new Uint8Array(folded.tree.size);
  for (const part of parts?.(folded.tree) ?? [whole]) markHeaviest(folded.tree, weight, part, only);
  return { ...all, foldedLines, filter: { ...all.filter, only } };
}

/** An overview of the whole tree, with goroutines that wait for work last. */
export function everything(
  tree: CallTree,
  functions: readonly FunctionInfo[],
  by?: readonly number[],
  recursion: Folded["recursion"] = new Map(),
): Overview {
  const idle = idleTimes(tree, functions);
  const filter = idle.waits.size === 0 ? {} : { weight: busyTimes(tree, idle, by) };
  return { tree, recursion, idle, foldedLines: 0, filter, by };
}

/**
 * Marks the nodes to show. Each step takes, of the nodes whose parent is marked, the one with the longest time in its
 * subtree.
 */
function markHeaviest(
  tree: CallTree,
  weight: Float64Array,
  { tops, lines, first }: OverviewPart,
  only: Uint8Array,
): void {
  const reach = longest(tree, weight);
  const roots = tops.filter((node) => node !== tree.others);
  const least = MIN_SHARE * roots.reduce((most, node) => Math.max(most, reach[node]), 0);
  for (const node of first ?? []) {
    for (let up = node; up > 0 && reach[up] < Number.POSITIVE_INFINITY; up = tree.parent[up]) {
      reach[up] = Number.POSITIVE_INFINITY;
    }
  }
  const open = new Heap<number>((a, b) => reach[a] > reach[b] || (reach[a] === reach[b] && a < b));
  for (const node of roots) open.push(node);
  for (let shown = 0; shown < lines; shown++) {
    const node = open.pop();
    if (node === undefined || (reach[node] < least && shown >= SOME_LINES)) break;
    only[node] = 1;
    for (const child of childrenOf(tree, node)) open.push(child);
  }
}

/** Outermost nodes, not in a view, of goroutines that wait for work; longest first. */
export function unseenWaits({ tree, idle }: Overview, shown: Uint8Array): number[] {
  return [...idle.waits.keys()].filter((node) => shown[node] === 0).sort((a, b) => tree.total[b] - tree.total[a]);
}

/** A function with its calls and self time on all paths of a tree. */
export interface FunctionShare {
  /** Index into the functions of the forest. */
  readonly func: number;
  readonly calls: number;
  /** Self time, as far as it counts, without waiting for work, nanoseconds. */
  readonly self: number;
}

/** The functions with most self time, as far as it counts, most first. */
export function hottest({ tree, idle, by }: Pick<Overview, "tree" | "idle" | "by">, count: number): FunctionShare[] {
  const self = timesOf(tree, by, "self");
  const waits = new Set(idle.waits.values());
  const sums = new Map<number, { func: number; calls: number; self: number }>();
  for (let node = 1; node < tree.size; node++) {
    if (node === tree.others) continue;
    const func = tree.func[node];
    let sum = sums.get(func);
    if (sum === undefined) {
      sum = { func, calls: 0, self: 0 };
      sums.set(func, sum);
    }
    sum.calls += tree.calls[node];
    if (!waits.has(node)) sum.self += self[node];
  }
  return [...sums.values()].sort((a, b) => b.self - a.self || a.func - b.func).slice(0, count);
}
