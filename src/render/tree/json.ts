/**
 * The call tree as nested JSON: `[{"name", "duration_ms", "children"}]`, plus `calls`, `self_ms`, `start_ms`, where a
 * goroutine begins `goroutine` or `goroutines` and `spawn`, and for frames that did not return `end` or counts.
 * `began_earlier`: how many of the calls began before the trace of a ring reaches or while they were not recorded, so that their times are lower bounds.
 * `tracing_max_ms` is how much of the duration may be tracing, `distorted` is set if that is more than half. With an
 * execution trace, `states` and `self_states` have the times in each state, in nanoseconds, without zeros; `reasons` and
 * `self_reasons` what of them has a reason, in the words of the Go runtime; `waits` who is to blame for the self time;
 * `stop_the_world_ns` how long the world was stopped while the calls lasted.
 * Roots of a snapshot have `snapshot`: why and when it was written.
 * Written in pieces, so that no string is as long as the tree.
 */
import { jsonText } from "../../base/printable.js";
import { pathOf, reasonsByNode, statesOfNode, waitsByNode } from "../../callstats/index.js";
import {
  type CallForest,
  type CallTree,
  EdgeKind,
  isDistortedNode,
  type ProcessTree,
  testSections,
  type View,
  type ViewOptions,
  wholeSection,
} from "../../calltree/index.js";
import { causeJson } from "../snapshot.js";
import { blamedJson, reasonsJson, statesJson } from "../states.js";

export interface JsonOptions extends ViewOptions {
  /** Tests come first, each as its own root. */
  readonly tests?: boolean;
}

const SPAWNS = { [EdgeKind.exact]: "exact", [EdgeKind.indirect]: "indirect", [EdgeKind.approximate]: "approximate" };

/** One array with the roots of all processes, ending in a newline. */
export function* renderJson(forest: CallForest, options: JsonOptions = {}): Generator<string> {
  const several = forest.processes.length > 1;
  let text = "[";
  let first = true;
  for (const process of forest.processes) {
    const { tree, total } = process;
    const waitsOf = waitsFields(forest, tree);
    const sections = options.tests
      ? testSections(tree, forest.functions, total, options)
      : [wholeSection(tree, total, options)];
    for (const { view } of sections) {
      for (const { node, close } of walk(view)) {
        if (close) text += "]}";
        else {
          text += `${first ? "" : ","}\n${head(forest, process, node, several, waitsOf)}`;
        }
        first = !close && view.children(node).length > 0;
        if (!close && !first) text += "]}";
        if (text.length > 65536) {
          yield text;
          text = "";
        }
      }
    }
  }
  yield `${text}\n]\n`;
}

/** Number of nodes to measure for an estimate of the document's size. */
const SAMPLE = 1000;

/** Estimates the size of {@link renderJson}'s output: bytes (as if ASCII) and nodes. */
export function jsonSize(forest: CallForest, options: ViewOptions = {}): { bytes: number; nodes: number } {
  let bytes = 0;
  let nodes = 0;
  for (const process of forest.processes) {
    const { shown } = wholeSection(process.tree, process.total, options).view;
    const waitsOf = waitsFields(forest, process.tree);
    const count = shown.reduce((sum, one) => sum + one, 0);
    const step = Math.max(1, Math.floor(count / SAMPLE));
    let measured = 0;
    let length = 0;
    for (let node = 1, seen = 0; node < shown.length; node++) {
      if (shown[node] === 0 || seen++ % step !== 0) continue;
      measured++;
      length += head(forest, process, node, false, waitsOf).length + 4;
    }
    if (measured > 0) bytes += (length / measured) * count;
    nodes += count;
  }
  return { bytes: Math.round(bytes), nodes };
}

/** Milliseconds, to the nanosecond. */
function ms(ns: number): number {
  return Math.round(ns) / 1e6;
}

/** The text of a node up to its children, without the closing brackets. */
function head(
  forest: CallForest,
  process: ProcessTree,
  node: number,
  several: boolean,
  waitsOf: (node: number) => Record<string, unknown>,
): string {
  const { tree } = process;
  const { name, file, line } = forest.functions[tree.func[node]];
  const edge = tree.edge[node];
  const top = tree.parent[node] === 0;
  const site = tree.goStatement[node] < 0 ? undefined : forest.functions[tree.goStatement[node]];
  const fields: Record<string, unknown> = {
    name,
    duration_ms: ms(tree.total[node]),
    self_ms: ms(tree.self[node]),
    start_ms: ms(tree.first[node]),
    calls: tree.calls[node],
    ...(tree.earlier.has(node) ? { began_earlier: tree.earlier.get(node) } : {}),
  };
  if (tree.tracing !== undefined) fields.tracing_max_ms = ms(tree.tracing.total[node]);
  if (isDistortedNode(tree, node)) fields.distorted = true;
  const states = statesOfNode(tree, node);
  if (states !== undefined) {
    fields.states = statesJson(states.total);
    fields.self_states = statesJson(states.self);
    Object.assign(fields, waitsOf(node));
  }
  if (several && top) fields.pid = process.info.pid;
  if (top && process.cause !== undefined) fields.snapshot = causeJson(process.cause);
  if (top || edge !== EdgeKind.call) {
    const goroutines = tree.goroutines.get(node) ?? 0;
    if (goroutines === 1) fields.goroutine = tree.goids.get(node);
    else fields.goroutines = goroutines;
  }
  const test = tree.tests.get(node);
  if (test !== undefined) fields.test = test;
  if (edge !== EdgeKind.call) fields.spawn = SPAWNS[edge as keyof typeof SPAWNS];
  if (site !== undefined) fields.go = `${site.file}:${site.line}`;
  fields.file = file;
  fields.line = line;
  Object.assign(fields, endings(tree, node));
  return `${jsonText(fields).slice(0, -1)},"children":[`;
}

/** The fields of nodes about reasons and blame. */
function waitsFields({ functions }: CallForest, tree: CallTree): (node: number) => Record<string, unknown> {
  const reasonsOf = reasonsByNode(tree);
  if (reasonsOf === undefined) return () => ({});
  const waits = waitsByNode(tree);
  const pathTo = (node: number) => (node === 0 ? undefined : pathOf(functions, tree, node));
  return (node) => {
    const own = waits.get(node);
    const start = own?.reduce((sum, { starts, time }) => (starts ? sum + time : sum), 0) ?? 0;
    return {
      ...(start === 0 ? {} : { ready_to_start_ns: Math.round(start) }),
      ...reasonsJson(reasonsOf(node), tree.blame?.stopped.get(node)),
      ...(own === undefined ? {} : { waits: own.map((one) => blamedJson(one, pathTo(one.culprit))) }),
    };
  };
}

/** `end` for a node of one call; also `ends`, with counts, for a node of several. */
function endings(tree: CallTree, node: number): Record<string, unknown> {
  const counts = {
    panic: tree.panics.get(node),
    goexit: tree.goexits.get(node),
    running: tree.running.get(node),
    recovered: tree.recovered.get(node),
  };
  const found = Object.entries(counts).filter(([, count]) => count !== undefined);
  if (found.length === 0) return {};
  const [worst] = found.filter(([kind]) => kind !== "recovered");
  return {
    ...(worst === undefined ? {} : { end: worst[0] }),
    ...(tree.calls[node] > 1 ? { ends: Object.fromEntries(found) } : {}),
    ...(counts.recovered !== undefined ? { recovered: true } : {}),
  };
}

/** Shown nodes, each before its children (close: false) and, if it has any, after them (close: true). */
function* walk(view: View): Generator<{ node: number; close: boolean }> {
  const stack: { node: number; nodes: readonly number[]; next: number }[] = [{ node: 0, nodes: view.roots, next: 0 }];
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    if (level.next === level.nodes.length) {
      stack.pop();
      if (stack.length > 0) yield { node: level.node, close: true };
      continue;
    }
    const node = level.nodes[level.next++];
    yield { node, close: false };
    const children = view.children(node);
    if (children.length > 0) stack.push({ node, nodes: children, next: 0 });
  }
}
