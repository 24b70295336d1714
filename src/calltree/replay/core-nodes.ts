/** The nodes of the core: single ones, and all copied into columns, in which they take less memory and others can use them. */
import { FramePlace, NodePlace, TABLE_INDEX } from "../codes.js";
import type { TakenNodes } from "./call-stacks.js";
import type { Core } from "./core.js";
import { CALL_EDGE } from "./edges.js";
import { NO_NODE, NodeTable, ROOT } from "./nodes.js";

/** A node's parent, and the function and edge of its calls. */
interface NodeCall {
  readonly parent: number;
  readonly func: number;
  readonly edge: number;
}

export function callOf(core: Core, node: number): NodeCall {
  const word = core.nodeAt(node) / 4;
  const parent = core.indexOf(core.words[word + NodePlace.parent / 4]);
  return { parent, func: core.words[word + NodePlace.func / 4], edge: core.words[word + NodePlace.edge / 4] };
}

/** Finds or adds a node. */
export function nodeOf(core: Core, { parent, func, edge }: NodeCall): number {
  return core.indexOf(core.exports.child(core.nodeAt(parent), func, edge));
}

/** All that the core has counted. */
export function readNodes(core: Core): TakenNodes {
  const { exports, units, words, floats } = core;
  const count = exports.count.value;
  const nodes = new NodeTable(true, core.depthLimit, core.pathLimit);
  nodes.fill(
    count,
    new Int32Array(words.buffer, core.hash, exports.tableSize()).map((entry) => entry & TABLE_INDEX),
  );
  for (let node = 0; node < count; node++) {
    const word = core.nodeAt(node) / 4;
    const float = core.nodeAt(node) / 8;
    nodes.parent[node] = core.indexOf(words[word + NodePlace.parent / 4]);
    nodes.func[node] = words[word + NodePlace.func / 4];
    nodes.edge[node] = words[word + NodePlace.edge / 4];
    nodes.depth[node] = units[core.nodeAt(node) / 2 + NodePlace.depth / 2];
    nodes.calls[node] = floats[float + NodePlace.calls / 8];
    nodes.total[node] = floats[float + NodePlace.total / 8];
    nodes.first[node] = floats[float + NodePlace.first / 8];
    nodes.last[node] = floats[float + NodePlace.last / 8];
  }
  nodes.parent[ROOT] = NO_NODE;
  nodes.displaced.set(new Float64Array(words.buffer, core.displaced, count));
  nodes.displacedTime.set(new Float64Array(words.buffer, core.displacedTime, count));
  nodes.sumSelf();
  nodes.hasOtherIds = exports.hasOtherIds.value !== 0;
  const others = exports.otherPaths();
  if (others !== 0) nodes.setOthers(core.indexOf(others));
  const goroutines = Int32Array.from(new Float64Array(words.buffer, core.goroutines, count));
  const goids = new Float64Array(words.buffer, core.goids, count).map((goid) => goid - 1);
  return { nodes, goroutines, goids };
}

/**
 * Whether a function that was called as the outermost one of a goroutine of the root has ended; undefined if it was not called.
 * @param open addresses of the outermost open frames
 * @param goexits nodes with calls that did not return
 */
export function isDone(
  core: Core,
  func: number,
  open: readonly number[],
  goexits: ReadonlyMap<number, number>,
): boolean | undefined {
  const { words } = core;
  const isCall = (node: number) =>
    words[(node + NodePlace.parent) / 4] === core.root && words[(node + NodePlace.func) / 4] === func;
  for (let index = 1; index < core.exports.count.value; index++) {
    const node = core.nodeAt(index);
    if (words[(node + NodePlace.edge) / 4] !== CALL_EDGE || !isCall(node)) continue;
    return !open.some((frame) => isCall(words[(frame + FramePlace.node) / 4])) && !goexits.has(index);
  }
  return undefined;
}

/** As NodeTable.displaceTime, for a call at `node` by one at `caller`, if it is counted elsewhere. All are addresses. */
export function displaceTime(core: Core, node: number, caller: number, duration: number): void {
  const parent = core.words[(node + NodePlace.parent) / 4];
  if (parent === caller) return;
  core.floats[core.displacedTime / 8 + core.indexOf(caller)] += duration;
  core.floats[core.displacedTime / 8 + core.indexOf(parent)] -= duration;
}
