/** The state of the slot that is replayed, and how its records are laid out. */
import { StateWord, TagPlace } from "../codes";
import { Frame } from "./frames";
import { Node } from "./nodes";
import { Signature } from "./requests";

/** The first tag of an enter record; those below are exits. The tags of other records have no bytes in the table. */
export const FIRST_ENTER: u32 = 3;

/** Fields as in StatePlace and StateWord. */
@unmanaged
export class State {
  ticks: f64;
  pairTicks: f64;
  pairNano: f64;
  floor: f64;
  slope: f64;
  rounding: f64;
  from: f64;
  to: f64;
  capture: f64;
  now: f64;
  goid: f64;
  serial: f64;
  stray: f64;
  leftOut: f64;
  entered: f64;
  number: f64;
  position: usize;
  end: usize;
  top: Frame | null;
  attach: Node;
  /** May be null. */
  root: Node | null;
  edge: i32;
  ended: Node | null;
  panicked: i32;
  serves: i32;
  signature: Signature | null;
  unknown: Node | null;
  open: Frame | null;
  slow: Frame | null;
}

/** The state of the slot that is replayed. */
export const state: usize = memory.data(StateWord.size * 4, 8);
/** By tag: see TagPlace. */
export const tags: usize = memory.data(8 * TagPlace.size, 8);
