/** What the page knows about the states of goroutines, from an execution trace of the same run. */
import { ByteReader, ByteWriter } from "../../base/varint.js";
import type { CallTree, TreeStates } from "../../calltree/index.js";
import { readPathStates, writePathStates } from "./path-states.js";
import type { Paths } from "./paths.js";

export { columnIn, partName, statesOfPart } from "../../calltree/part.js";
export { STATES, State, type StateColumns, type StateName, statesAt, type TreeStates } from "../../calltree/states.js";

/** By path: how its times divide into states; parts add up exactly to `self` and `total` of {@link Paths}. */
export interface PageStates {
  readonly paths: TreeStates;
}

/**
 * The states of a process; undefined without an execution trace.
 * @param number by node of the tree: its number in the page; not positive if it is not there
 * @param count number of nodes in the page
 */
export function statesBytes(tree: CallTree, number: Int32Array, count: number): Uint8Array | undefined {
  if (tree.states === undefined) return undefined;
  const writer = new ByteWriter();
  writePathStates(writer, tree, tree.states, number, count);
  return writer.bytes();
}

/** Reads what {@link statesBytes} made. */
export function readStates(bytes: Uint8Array, paths: Paths): PageStates {
  const reader = new ByteReader(bytes);
  return { paths: readPathStates(reader, paths) };
}
