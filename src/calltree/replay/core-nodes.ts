/** The nodes of the core: single ones, and all copied into columns, in which they take less memory and others can use them. */
import { NodePlace, TABLE_INDEX } from "../codes.js";
import type { TakenNodes } from "./call-stacks.js";
import type { Core } from "./core.js";
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
  const { exports, words, floats } = core;
  const count = exports.count.value;
  const nodes = new NodeTable(true, core.depthLimit, core.pathLimit);
  nodes.fill(
    count,
    new Int32Array(words.buffer, core.hash, exports.tableSize()).map((entry) => entry & TABLE_INDEX),
  );
  for (let node = 0; node < count; node++) {
    const word = core.nodeAt(node) / 4;
    const float = core.nodeAt(node) / 8;
    const lastChild = words[word + NodePlace.lastChild / 4];
    nodes.parent[node] = core.indexOf(words[word + NodePlace.parent / 4]);
    nodes.lastChild[node] = lastChild === 0 ? ROOT : core.indexOf(lastChild);
    nodes.func[node] = words[word + NodePlace.func / 4];
    nodes.edge[node] = words[word + NodePlace.edge / 4];
    nodes.depth[node] = words[word + NodePlace.depth / 4];
    nodes.calls[node] = floats[float + NodePlace.calls / 8];
    nodes.total[node] = floats[float + NodePlace.total / 8];
    nodes.self[node] = floats[float + NodePlace.self / 8];
    nodes.first[node] = floats[float + NodePlace.first / 8];
    nodes.last[node] = floats[float + NodePlace.last / 8];
  }
  nodes.parent[ROOT] = NO_NODE;
  nodes.displaced.set(new Float64Array(words.buffer, core.displaced, count));
  nodes.hasOtherIds = exports.hasOtherIds.value !== 0;
  const others = exports.otherPaths();
  if (others !== 0) nodes.setOthers(core.indexOf(others));
  const goroutines = Int32Array.from(new Float64Array(words.buffer, core.goroutines, count));
  const goids = new Float64Array(words.buffer, core.goids, count).map((goid) => goid - 1);
  return { nodes, goroutines, goids };
}
