/** The states of a tree's nodes: sums over their calls. */
import { STATES, type TreeStates } from "./states.js";
import type { CallTree } from "./tree.js";
import type { CallVisitor } from "./visitor.js";

/** Sums the states of all calls of a process by node. */
export class TreeStateCollector implements CallVisitor, TreeStates {
  readonly self: (Float64Array | undefined)[] = STATES.map(() => undefined);
  readonly total: (Float64Array | undefined)[] = STATES.map(() => undefined);

  /** @param depthLimit the level whose nodes have no total but their self time, as those below `others` */
  constructor(
    private readonly tree: CallTree,
    private readonly depthLimit: number,
  ) {}

  exit: NonNullable<CallVisitor["exit"]> = (node, _start, _time, _self, _how, _calls, states) => {
    if (states === undefined) return;
    const { tree } = this;
    const isFlat = tree.depth[node] === this.depthLimit || (tree.others > 0 && tree.parent[node] === tree.others);
    addTo(this.self, states.self, states.only, node, tree.size);
    addTo(this.total, isFlat ? states.self : states.total, states.only, node, tree.size);
  };
}

/** @param only the only state with any time; -1 if there may be several */
function addTo(
  columns: (Float64Array | undefined)[],
  times: Float64Array,
  only: number,
  node: number,
  size: number,
): void {
  if (only >= 0) {
    columnOf(columns, only, size)[node] += times[only];
    return;
  }
  for (let state = 0; state < times.length; state++) {
    if (times[state] !== 0) columnOf(columns, state, size)[node] += times[state];
  }
}

function columnOf(columns: (Float64Array | undefined)[], state: number, size: number): Float64Array {
  const column = columns[state] ?? new Float64Array(size);
  columns[state] = column;
  return column;
}
