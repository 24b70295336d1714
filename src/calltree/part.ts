/** Parts of a time: what of it was spent in some states. States are indices into STATES. */
import { STATES, State, type StateColumns } from "./states.js";

/** A part of several states has a name. Time in unknown states is in no such part: it may have been anything. */
const NAMED: Readonly<Record<string, readonly number[]>> = {
  "off-cpu": STATES.flatMap((_, state) => (state === State.running || state === State.unknown ? [] : [state])),
};

/** The words for parts: the states, and `off-cpu` for all time known to be spent in states other than running. */
export const PARTS: readonly string[] = [...STATES, ...Object.keys(NAMED)];

/** The states that one of {@link PARTS} means, in the order of STATES; undefined for any other word. */
export function statesOfPart(word: string): readonly number[] | undefined {
  if (Object.hasOwn(NAMED, word)) return NAMED[word];
  const state = (STATES as readonly string[]).indexOf(word);
  return state < 0 ? undefined : [state];
}

/** What to call a part: `lock`, `lock+wait`, `off-cpu`. */
export function partName(states: readonly number[]): string {
  const isNamed = ([, own]: [string, readonly number[]]) => String(own) === String(states);
  return Object.entries(NAMED).find(isNamed)?.[0] ?? states.map((state) => STATES[state]).join("+");
}

/** The time in some states. @param times by index into STATES; missing ones count as 0 */
export function timeIn(states: readonly number[], times: ArrayLike<number>): number {
  return states.reduce((sum, state) => sum + (times[state] ?? 0), 0);
}

/** By node: the time in some states, nanoseconds. @param size number of nodes */
export function columnIn(states: readonly number[], columns: StateColumns, size: number): Float64Array {
  const sums = new Float64Array(size);
  for (const state of states) {
    const column = columns[state];
    if (column !== undefined) for (let node = 0; node < size; node++) sums[node] += column[node];
  }
  return sums;
}
