/** Columns with the states of goroutines: `running_ns` and so on divide a total, `self_running_ns` and so on a self time. */
import { exactPartsInto } from "../../base/exact-parts.js";
import { type CallStates, type Recording, STATES } from "../../calltree/index.js";
import type { Column, Row } from "./columns.js";

/** Times by index into STATES: whole nanoseconds that add up to a time of a row. */
export type StateParts = Float64Array;

export function emptyParts(): StateParts {
  return new Float64Array(STATES.length);
}

/** Sets parts that add up to a whole. @param only the only state with any time, if there is one; else -1 */
export function setParts(parts: StateParts, whole: number, times: ArrayLike<number>, only = -1): void {
  if (only < 0) exactPartsInto(parts, whole, times);
  else {
    parts.fill(0);
    parts[only] = whole;
  }
}

/** The parts of a call's duration and of its self time. */
export class CallParts {
  readonly total = emptyParts();
  readonly self = emptyParts();

  set(duration: number, self: number, states: CallStates): void {
    setParts(this.total, duration, states.total, states.only);
    setParts(this.self, self, states.self, states.only);
  }
}

/** Whether tables have columns of states: whether those of any process are known. */
export function hasStates({ forest, hasStates }: Recording): boolean {
  return hasStates && forest.processes.some(({ tree }) => tree.states !== undefined);
}

/**
 * One column for each state; none if the states of no process are known.
 *
 * @param of the parts of a row; undefined for a process whose states are not known
 * @param uniform the same columns for every recording
 */
export function stateColumns<R extends Row>(
  recording: Recording,
  prefix: "" | "self_",
  of: (row: R) => StateParts | undefined,
  uniform: boolean,
): Column<R>[] {
  if (!uniform && !hasStates(recording)) return [];
  const nullable = uniform || recording.forest.processes.some(({ tree }) => tree.states === undefined);
  return STATES.map((state, index) => ({ name: `${prefix}${state}_ns`, kind: "part", index, nullable, of }));
}
