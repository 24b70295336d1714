/** Gives a core the paths of a process and what a walk shows of them. */
import { NodePlace } from "../codes.js";
import { DROPPED, REMOVED } from "../views/select.js";
import { MappedFlag, MappedPlace } from "../walk-codes.js";
import type { Core } from "./core.js";
import type { NodePaths } from "./node-paths.js";
import { NO_NODE, ROOT } from "./nodes.js";

/** What a walk shows of the paths of a process. */
export interface ShownNodes {
  /** By builder's node: the node of the tree, or REMOVED, or DROPPED. */
  readonly nodes: Int32Array;
  /** By node of the tree: 1 if it is shown. Undefined: all are. */
  readonly shown: Uint8Array | undefined;
  /** By builder's node: 1 if it is shown only as context for nodes beneath it; its self time does not count. */
  readonly context: Uint8Array | undefined;
  /**
   * By node of the tree: 1 if its self time counts as its time, because its callees are its siblings. Undefined: states are not
   * summed up by node.
   */
  readonly flat?: Uint8Array | undefined;
}

/** @param core empty */
export function writeNodes(core: Core, paths: NodePaths, { nodes, shown, context, flat }: ShownNodes): void {
  const { words, units } = core;
  const { parent, func, edge, depth } = paths.byNode;
  for (let node = ROOT + 1; node < paths.count; node++) {
    const at = core.nodeAt(node);
    words[(at + NodePlace.parent) / 4] = core.nodeAt(parent[node]);
    words[(at + NodePlace.func) / 4] = func[node];
    words[(at + NodePlace.edge) / 4] = edge[node];
    units[(at + NodePlace.depth) / 2] = depth[node];
    const to = nodes[node];
    words[(at + MappedPlace.node) / 4] = to;
    words[(at + MappedPlace.flags) / 4] =
      flagsOf(to, shown) | (context?.[node] === 1 ? MappedFlag.context : 0) | (flat?.[to] === 1 ? MappedFlag.flat : 0);
  }
  const { others, hasOtherIds } = paths.limits;
  core.exports.adoptNodes(paths.count, others === NO_NODE ? 0 : core.nodeAt(others), hasOtherIds);
}

function flagsOf(node: number, shown: Uint8Array | undefined): number {
  if (node === REMOVED) return MappedFlag.removed;
  if (node === DROPPED) return MappedFlag.dropped;
  return shown === undefined || shown[node] === 1 ? MappedFlag.visible : 0;
}
