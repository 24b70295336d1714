/**
 * The self times of call paths, divided by state. Formats of flame graphs show them as frames below the function, such
 * as `[lock]`; what it ran is the function's own time, as in a profile of the processor.
 */
import { exactParts } from "../base/exact-parts.js";
import { type CallTree, foldedSelf, STATES, State, type StateColumns } from "../calltree/index.js";

/** A part of a self time. */
export interface SelfPart {
  /** Index into STATES of the frame that it gets; -1 if it is the function's own. */
  readonly leaf: number;
  /** Nanoseconds, greater than 0; a whole number where states are known. */
  readonly time: number;
}

/** The name of the frame of a state. */
export function leafName(state: number): string {
  return `[${STATES[state]}]`;
}

/** The states of which some tree has frames, if it shows those of `by`, as indices into STATES. */
export function leavesOf(trees: readonly CallTree[], by: readonly number[] | undefined): number[] {
  return STATES.map((_, state) => state).filter(
    (state) => isLeaf(state, by) && trees.some(({ states }) => states?.self[state] !== undefined),
  );
}

/** A part alone needs no name for itself. */
function isLeaf(state: number, by: readonly number[] | undefined): boolean {
  return state !== State.running && (by === undefined || (by.length > 1 && by.includes(state)));
}

/** The self times of a tree's nodes. Those of nodes that are not shown belong to the nearest shown one above. */
export class SelfTimes {
  /** By node, nanoseconds, in all states. */
  readonly self: Float64Array;
  private readonly columns: StateColumns | undefined;

  /** @param by the states to show, indices into STATES; all by default */
  constructor(
    tree: CallTree,
    shown: Uint8Array,
    private readonly by: readonly number[] | undefined,
  ) {
    this.self = foldedSelf(tree, shown);
    this.columns = tree.states?.self.map((column) => column && foldedSelf({ ...tree, self: column }, shown));
  }

  /** Whether states are known. */
  get isDivided(): boolean {
    return this.columns !== undefined;
  }

  /** Takes a time off a node that it does not count. @param states how it divides, by index into STATES */
  subtract(node: number, time: number, states: readonly number[]): void {
    this.self[node] = Math.max(0, this.self[node] - time);
    for (const [state, part] of states.entries()) {
      const column = this.columns?.[state];
      if (column !== undefined) column[node] = Math.max(0, column[node] - part);
    }
  }

  /**
   * The parts of a node's time, what it ran first. They add up to its whole time, or are the same ones without those
   * that are not shown.
   *
   * @param whole the node's time, rounded
   */
  parts(node: number, whole = this.isDivided ? Math.round(this.self[node]) : this.self[node]): SelfPart[] {
    const { columns, by } = this;
    if (whole <= 0) return [];
    if (columns === undefined) return by === undefined ? [{ leaf: -1, time: whole }] : [];
    const times = exactParts(
      whole,
      columns.map((column) => column?.[node] ?? 0),
    );
    return times.flatMap((time, state) =>
      time > 0 && (by === undefined || by.includes(state)) ? [{ leaf: isLeaf(state, by) ? state : -1, time }] : [],
    );
  }
}
