/** What the page knows about the states of goroutines, from an execution trace of the same run. */
import { ByteReader, ByteWriter } from "../../base/varint.js";
import type { CallTree, GoroutineTimelines, Stays, TreeStates } from "../../calltree/index.js";
import { type PageBlame, readBlame, writeBlame } from "./blame-pairs.js";
import { type PageGoroutines, rowsOf } from "./goroutine-rows.js";
import { readPathStates, writePathStates } from "./path-states.js";
import type { Paths } from "./paths.js";
import { type PageStays, readStays, writeStays } from "./stay-rows.js";

export { columnIn, partName, statesOfPart } from "../../calltree/part.js";
export { STATES, State, type StateColumns, type StateName, statesAt, type TreeStates } from "../../calltree/states.js";
export type { PageBlamed } from "./blame-pairs.js";
export type { PageStays, StayKind, StayRow } from "./stay-rows.js";

/** What the page has of a process whose run recorded states. */
export interface PageStates {
  /** By path: how its times divide into states; parts add up exactly to `self` and `total` of {@link Paths}. */
  readonly paths: TreeStates;
  /** What the goroutines of the timeline did. */
  readonly stays: PageStays;
  readonly blame: PageBlame;
}

/** What {@link statesBytes} packs of a process. */
interface Packing {
  readonly tree: CallTree;
  /** By node of the tree: its number in the page; not positive if it is not there. */
  readonly number: Int32Array;
  /** Number of nodes in the page. */
  readonly count: number;
  readonly timelines: GoroutineTimelines;
  readonly stays: Stays | undefined;
  /** The most stays. */
  readonly most: number;
}

/** The states of a process; undefined without an execution trace. */
export function statesBytes({ tree, number, count, timelines, stays, most }: Packing): Uint8Array | undefined {
  if (tree.states === undefined || stays === undefined) return undefined;
  const writer = new ByteWriter();
  writePathStates(writer, tree, tree.states, number, count);
  const rows = [...rowsOf(timelines)].map(({ tree }) => tree.timeline);
  writeStays(writer, rows, stays, most);
  writeBlame(writer, tree.blame ?? { pairs: [], minimum: 0 }, tree.func, number);
  return writer.bytes();
}

/** Reads what {@link statesBytes} made. */
export function readStates(bytes: Uint8Array, paths: Paths, { rows }: PageGoroutines): PageStates {
  const reader = new ByteReader(bytes);
  const states = readPathStates(reader, paths);
  return { paths: states, stays: readStays(reader, rows), blame: readBlame(reader, paths.func) };
}
