/** Chooses the nodes of a finished tree to show, and their order. The tree itself does not change. */
import { Best } from "../../base/best.js";
import type { CallTree } from "../tree.js";
import { timesOf } from "./times.js";

export type SortOrder = "time" | "start" | "calls";

export interface ViewOptions {
  /**
   * The states whose time counts in all that follows, indices into STATES: nodes without any, and without any beneath
   * them, are not shown. By default all time.
   */
  readonly by?: readonly number[] | undefined;
  /** Levels to show; roots are level 1. */
  readonly depth?: number | undefined;
  /** Least total time of a node, nanoseconds. */
  readonly minimum?: number;
  /** Least share of `whole`, percent. */
  readonly minimumPercent?: number;
  /** The time that counts as 100%, nanoseconds. */
  readonly whole?: number;
  /** Siblings by time (longest first), by first start, or by number of calls; by default by time. */
  readonly sort?: SortOrder;
  /** Only this many nodes, those with the largest total times, and their ancestors. */
  readonly top?: number | undefined;
  /** By node: the time to sort siblings by; that of the node by default. */
  readonly weight?: Float64Array;
  /** By node: 0 if it must not be shown. */
  readonly only?: Uint8Array;
  /** Subtrees shown elsewhere: not in this view, and not counted as hidden. */
  readonly omit?: ReadonlySet<number>;
}

/** The nodes of a tree to show. */
export interface View {
  readonly tree: CallTree;
  readonly roots: readonly number[];
  /** By node: 1 if it is in the view. */
  readonly shown: Uint8Array;
  /** Visible children in order. */
  children(node: number): readonly number[];
  /** Number of nodes and calls that are not in the view. */
  readonly hidden: { readonly nodes: number; readonly calls: number };
}

/**
 * A view of the subtrees under `roots` (by default all goroutines). A node is shown if it is not too deep and if it, or
 * a node beneath it, is long enough: a goroutine may outlive the frame that started it.
 */
export function viewTree(tree: CallTree, options: ViewOptions = {}, roots?: readonly number[]): View {
  const { omit } = options;
  const tops = roots ?? childrenOf(tree, 0).filter((node) => !omit?.has(node));
  const minimum = Math.max(options.minimum ?? 0, ((options.minimumPercent ?? 0) / 100) * (options.whole ?? 0));
  const depth = options.depth ?? Number.POSITIVE_INFINITY;
  const times = timesOf(tree, options.by, "total");
  const reach = minimum > 0 || options.by !== undefined ? longest(tree, times) : times;
  const compare = order(tree, times, options);
  const isLong = (time: number) => time >= minimum && (time > 0 || options.by === undefined);
  const visible = (node: number, level: number) => level <= depth && isLong(reach[node]);
  let hiddenNodes = 0;
  let hiddenCalls = 0;
  const shown = new Uint8Array(tree.size);
  const within = options.top === undefined ? undefined : heaviest(tree, times, tops, options.top, omit);
  for (const top of tops) {
    const offset = tree.depth[top] - 1;
    for (let node = top; node < tree.end[top]; node++) {
      if (omit?.has(node) && node !== top) {
        node = tree.end[node] - 1;
        continue;
      }
      const open = node === top || shown[tree.parent[node]] === 1;
      if (open && within?.[node] !== 0 && options.only?.[node] !== 0 && visible(node, tree.depth[node] - offset))
        shown[node] = 1;
      else {
        hiddenNodes++;
        // The calls of `others` are already counted at its children.
        if (node !== tree.others) hiddenCalls += tree.calls[node];
      }
    }
  }
  const pick = (nodes: readonly number[]) => nodes.filter((node) => shown[node] === 1).sort(compare);
  return {
    tree,
    roots: pick(tops),
    shown,
    children: (node) => pick(childrenOf(tree, node)),
    hidden: { nodes: hiddenNodes, calls: hiddenCalls },
  };
}

/** Direct children, by first start. */
export function childrenOf(tree: CallTree, node: number): number[] {
  const children: number[] = [];
  for (let child = node + 1; child < tree.end[node]; child = tree.end[child]) children.push(child);
  return children;
}

/** Marks the nodes with the largest total times and their ancestors. */
function heaviest(
  tree: CallTree,
  times: Float64Array,
  tops: readonly number[],
  count: number,
  omit: ReadonlySet<number> | undefined,
): Uint8Array {
  const best = new Best<number>(count, (a, b) => times[b] - times[a] || a - b);
  for (const top of tops) {
    for (let node = top; node < tree.end[top]; node++) {
      if (omit?.has(node) && node !== top) node = tree.end[node] - 1;
      else best.add(node);
    }
  }
  const marked = new Uint8Array(tree.size);
  for (const node of best.sorted()) {
    for (let at = node; at > 0 && marked[at] === 0; at = tree.parent[at]) marked[at] = 1;
  }
  return marked;
}

/** The longest time in each subtree. @param time by node */
export function longest({ size, parent }: CallTree, time: Float64Array): Float64Array {
  const reach = Float64Array.from(time);
  for (let node = size - 1; node > 0; node--) {
    if (reach[node] > reach[parent[node]]) reach[parent[node]] = reach[node];
  }
  return reach;
}

/** Compares siblings. `others` comes last: it sums all goroutines, so its time is not comparable. */
function order(
  { calls, first, others }: CallTree,
  times: Float64Array,
  { sort = "time", weight = times }: ViewOptions,
): (a: number, b: number) => number {
  if (sort === "start") return (a, b) => first[a] - first[b] || a - b;
  const by = sort === "time" ? weight : calls;
  const isOthers = (node: number) => Number(node === others);
  return (a, b) => isOthers(a) - isOthers(b) || by[b] - by[a] || first[a] - first[b] || a - b;
}

/** Self times by node; those of nodes not shown are added to the nearest shown ancestor, or to node 0. */
export function foldedSelf({ size, parent, self }: CallTree, shown: Uint8Array): Float64Array {
  const sums = self.slice();
  for (let node = size - 1; node > 0; node--) {
    if (shown[node] === 1) continue;
    sums[parent[node]] += sums[node];
    sums[node] = 0;
  }
  return sums;
}
