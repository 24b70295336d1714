/** Times of paths in states: without waiting for work, in some of them only, and as text. */
import { formatCount } from "../../base/units.js";
import type { Paths } from "../data/paths.js";
import { columnIn, STATES, State, type StateColumns, type TreeStates } from "../data/states.js";

type Waits = readonly (readonly [outermost: number, innermost: number, time: number])[];

/** The states without the time in which goroutines wait for work: it is taken from the longest waits of the node. */
export function busyStates(states: TreeStates, { parent }: Paths, waits: Waits): TreeStates {
  if (waits.length === 0) return states;
  const copy = (columns: StateColumns) => columns.map((column) => column?.slice());
  const [self, total] = [copy(states.self), copy(states.total)];
  const take = (column: Float64Array | undefined, node: number, time: number) => {
    if (column) column[node] = Math.max(0, column[node] - time);
  };
  for (const [outermost, innermost, time] of waits) {
    const own = STATES.map((_, state) => states.self[state]?.[innermost] ?? 0);
    const waiting = [...own.keys()].filter((state) => state !== State.running).sort((a, b) => own[b] - own[a]);
    let left = time;
    for (const state of [...waiting, State.running]) {
      const taken = Math.min(left, own[state]);
      left -= taken;
      take(self[state], innermost, taken);
      for (let node = innermost; node >= outermost; node = parent[node]) take(total[state], node, taken);
    }
  }
  return { self, total };
}

/** The paths with only their times in some states. */
export function pathsIn(paths: Paths, { self, total }: TreeStates, states: readonly number[]): Paths {
  return { ...paths, self: columnIn(states, self, paths.size), total: columnIn(states, total, paths.size) };
}

/** Only the columns of some states. */
export function onlyStates(columns: StateColumns, states: readonly number[] | undefined): StateColumns {
  return states === undefined ? columns : columns.map((column, state) => (states.includes(state) ? column : undefined));
}

/** The states in which any time was spent, as indices into STATES. */
export function statesUsed({ total }: TreeStates): number[] {
  return STATES.flatMap((_, state) => (total[state]?.some((time) => time > 0) ? [state] : []));
}

/** Exact times that add up to the whole: `lock 12,000 ns, running 345 ns`, the longest first. */
export function partsText(times: readonly number[]): string {
  const used = [...times.keys()].filter((state) => times[state] > 0).sort((a, b) => times[b] - times[a]);
  return used.map((state) => `${STATES[state]} ${exactTime(times[state])}`).join(", ");
}

export function exactTime(time: number): string {
  return `${formatCount(time)} ns`;
}
