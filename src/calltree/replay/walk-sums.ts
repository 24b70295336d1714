/** The states of a tree's nodes, as a core sums them up in a walk: those of all calls that are visited. */
import { STATES, type StateColumns, type TreeStates } from "../states.js";
import type { CallTree } from "../tree.js";
import { WalkWord } from "../walk-codes.js";
import type { Core } from "./core.js";

/** By node: 1 where callees are siblings, on the deepest level and among the paths beyond the limit. */
export function flatNodes({ depth, others, parent }: CallTree, depthLimit: number): Uint8Array {
  return Uint8Array.from(depth, (level, node) =>
    level === depthLimit || (others > 0 && parent[node] === others) ? 1 : 0,
  );
}

/** Tells the core to sum up. @param nodes of the tree */
export function beginSums({ sums, walkWords: at, words }: Core, nodes: number): void {
  words[at + WalkWord.sums] = sums;
  words[at + WalkWord.nodes] = nodes;
  words[at + WalkWord.selfStates] = words[at + WalkWord.totalStates] = 0;
}

/** Takes the sums out of the core. */
export function takeSums({ sums, walkWords: at, words, floats }: Core): TreeStates {
  const nodes = words[at + WalkWord.nodes];
  const columns = (which: number, states: number): StateColumns =>
    STATES.map((_, state) => {
      if ((states & (1 << state)) === 0) return undefined;
      const start = sums / 8 + (2 * state + which) * nodes;
      const column = floats.slice(start, start + nodes);
      floats.fill(0, start, start + nodes);
      return column;
    });
  return {
    self: columns(0, words[at + WalkWord.selfStates]),
    total: columns(1, words[at + WalkWord.totalStates]),
  };
}
