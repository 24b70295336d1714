/**
 * Collapsed stacks: `root;mid;leaf N`, one line per call path, for Speedscope and flamegraph.pl. The weight is the self
 * time as a whole number, in nanoseconds by default; a path that took time never weighs 0 in any unit.
 */
import { exactParts } from "../base/exact-parts.js";
import { printable } from "../base/printable.js";
import { type CallForest, type CallTree, type ViewOptions, wholeSection } from "../calltree/index.js";
import { leafName, SelfTimes } from "./self-times.js";

type FoldedUnit = "ns" | "us" | "ms" | "calls";

const DIVISORS = { ns: 1, us: 1e3, ms: 1e6 } as const;

export interface FoldedOptions extends ViewOptions {
  readonly unit?: FoldedUnit;
}

/**
 * Yields lines in pieces, sorted by path so that equal runs give equal files. The self time of frames that are left out
 * goes to the frame above. A path that occurs in two processes gives two lines, which readers add up. Where states are
 * known, the time in each but running has a line with a frame such as `[lock]`, and all lines of a path add up to its
 * self time.
 */
export function* renderFolded(forest: CallForest, options: FoldedOptions = {}): Generator<string> {
  const unit = options.unit ?? "ns";
  const names = forest.functions.map(({ name }) => frameName(name));
  for (const { tree, total } of forest.processes) {
    const { shown } = wholeSection(tree, total, options).view;
    yield* renderProcess(tree, shown, names, unit, options.by);
  }
}

/**
 * Estimates the size of {@link renderFolded}'s output: bytes (as if ASCII) and lines, including paths without weight.
 */
export function foldedSize(forest: CallForest, options: ViewOptions = {}): { bytes: number; lines: number } {
  const lengths = forest.functions.map(({ name }) => frameName(name).length);
  let bytes = 0;
  let lines = 0;
  for (const { tree, total } of forest.processes) {
    const { shown } = wholeSection(tree, total, options).view;
    const path = new Float64Array(tree.size);
    for (let node = 1; node < tree.size; node++) {
      path[node] = path[tree.parent[node]] + lengths[tree.func[node]] + 1;
      if (shown[node] === 0) continue;
      lines++;
      bytes += path[node] + WEIGHT;
    }
  }
  return { bytes, lines };
}

/** Typical length of a weight and its line end. */
const WEIGHT = 6;

function* renderProcess(
  tree: CallTree,
  shown: Uint8Array,
  names: readonly string[],
  unit: FoldedUnit,
  by: readonly number[] | undefined,
): Generator<string> {
  const times = new SelfTimes(tree, shown, by);
  const order = byName(tree, names);
  const paths: string[] = [""];
  let lines = "";
  for (const node of order) {
    if (shown[node] === 0) continue;
    const depth = tree.depth[node];
    const path = `${paths[depth - 1]}${names[tree.func[node]]}`;
    paths[depth] = `${path};`;
    const weights = unit === "calls" ? [[-1, tree.calls[node]]] : weightsOf(times, node, DIVISORS[unit]);
    for (const [leaf, weight] of weights) {
      if (weight > 0) lines += leaf < 0 ? `${path} ${weight}\n` : `${path};${leafName(leaf)} ${weight}\n`;
    }
    if (lines.length > 65536) {
      yield lines;
      lines = "";
    }
  }
  if (lines !== "") yield lines;
}

/** The lines of a node: the state of each, -1 for the function's own, and its weight. */
function weightsOf(times: SelfTimes, node: number, divisor: number): [number, number][] {
  const parts = times.parts(node, times.isDivided ? timeWeight(times.self[node], 1) : times.self[node]);
  const whole = parts.reduce((sum, { time }) => sum + time, 0);
  const weights = exactParts(
    timeWeight(whole, divisor),
    parts.map(({ time }) => time / divisor),
  );
  return parts.map(({ leaf }, index) => [leaf, weights[index]]);
}

function timeWeight(ns: number, divisor: number): number {
  return ns > 0 ? Math.max(1, Math.round(ns / divisor)) : 0;
}

/** Spaces are kept: readers take the last one as the separator. */
function frameName(name: string): string {
  return printable(name).replace(/;/g, ":");
}

/** Preorder with siblings by name. */
function* byName(tree: CallTree, names: readonly string[]): Generator<number> {
  const stack = [0];
  const { func, end } = tree;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node > 0) yield node;
    const children: number[] = [];
    for (let child = node + 1; child < end[node]; child = end[child]) children.push(child);
    children.sort((a, b) => {
      const [left, right] = [names[func[a]], names[func[b]]];
      return left === right ? tree.edge[b] - tree.edge[a] || b - a : left < right ? 1 : -1;
    });
    for (const child of children) stack.push(child);
  }
}
