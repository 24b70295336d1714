/**
 * Packs and unpacks how the times of call paths divide into states. Most time of most paths is running, so that state is
 * not stored: it is what the others leave of the whole. The others are sparse: nodes with time of their own, and nodes
 * whose total is not the sum of that and of the totals of the calls beneath.
 */
import { exactPartsInto } from "../../base/exact-parts.js";
import type { ByteReader, ByteWriter } from "../../base/varint.js";
import { STATES, State, type StateColumns, type TreeStates } from "../../calltree/states.js";
import { EdgeKind } from "../../calltree/tree.js";
import type { Paths } from "./paths.js";

/**
 * Writes the states of the paths for which `number` is not negative, as {@link writePaths} writes the paths. Parts are
 * whole nanoseconds that add up to the times there.
 */
export function writePathStates(
  to: ByteWriter,
  paths: Pick<Paths, "size" | "parent" | "edge" | "self" | "total">,
  states: TreeStates,
  number: Int32Array,
  count: number,
): void {
  const self = wholeParts(paths.self, states.self, number, count);
  const total = wholeParts(paths.total, states.total, number, count);
  const rest = new Map([...total].map(([state, column]) => [state, minus(column, self.get(state), count)]));
  for (let node = paths.size - 1; node > 0; node--) {
    if (number[node] <= 0 || paths.edge[node] !== EdgeKind.call) continue;
    const up = number[paths.parent[node]];
    if (up === 0) continue;
    for (const [state, left] of rest) left[up] -= total.get(state)?.[number[node]] ?? 0;
  }
  rest.delete(State.running);
  to.uint(rest.size);
  for (const [state, left] of rest) {
    to.uint(state);
    writeSparse(to, self.get(state) ?? new Float64Array(count));
    writeSparse(to, left);
  }
}

/** By state and number of a node: whole nanoseconds that add up to the rounded time of the node. */
function wholeParts(
  whole: Float64Array,
  columns: StateColumns,
  number: Int32Array,
  count: number,
): Map<number, Float64Array> {
  const result = new Map<number, Float64Array>();
  const parts = new Float64Array(STATES.length);
  const given = new Float64Array(STATES.length);
  for (let node = 1; node < whole.length; node++) {
    const at = number[node];
    if (at <= 0) continue;
    for (let state = 0; state < given.length; state++) given[state] = columns[state]?.[node] ?? 0;
    exactPartsInto(parts, Math.round(whole[node]), given);
    for (let state = 0; state < parts.length; state++) {
      if (parts[state] === 0) continue;
      const column = result.get(state) ?? new Float64Array(count);
      result.set(state, column);
      column[at] = parts[state];
    }
  }
  return result;
}

function minus(column: Float64Array, other: Float64Array | undefined, count: number): Float64Array {
  const left = column.slice();
  if (other) for (let node = 1; node < count; node++) left[node] -= other[node];
  return left;
}

function writeSparse(to: ByteWriter, column: Float64Array): void {
  to.uint(column.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0));
  let last = 0;
  for (let node = 1; node < column.length; node++) {
    if (column[node] === 0) continue;
    to.uint(node - last);
    to.int(column[node]);
    last = node;
  }
}

/** Reads what {@link writePathStates} wrote. */
export function readPathStates(from: ByteReader, paths: Paths): TreeStates {
  const { size, parent, edge } = paths;
  const self: (Float64Array | undefined)[] = STATES.map(() => undefined);
  const total: (Float64Array | undefined)[] = STATES.map(() => undefined);
  const running = { self: paths.self.slice(), total: paths.total.slice() };
  for (let left = from.uint(); left > 0; left--) {
    const state = from.uint();
    const own = readSparse(from, size);
    const all = readSparse(from, size);
    for (let node = size - 1; node > 0; node--) {
      all[node] += own[node];
      if (edge[node] === EdgeKind.call) all[parent[node]] += all[node];
      running.self[node] -= own[node];
      running.total[node] -= all[node];
    }
    all[0] = 0;
    self[state] = own;
    total[state] = all;
  }
  self[State.running] = running.self;
  total[State.running] = running.total;
  return { self, total };
}

function readSparse(from: ByteReader, size: number): Float64Array {
  const column = new Float64Array(size);
  let node = 0;
  for (let left = from.uint(); left > 0; left--) {
    node += from.uint();
    column[node] = from.int();
  }
  return column;
}
