/** What the core and its host hand to one another. */
import { StateWord } from "../codes";
import { Frame } from "./frames";
import { Node } from "./nodes";
import { Signature } from "./requests";

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
  callees: f64;
  position: usize;
  end: usize;
  top: Frame;
  base: Frame;
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
/** By tag: see TagPlace. Lies where the compiler puts nothing, so that its address is a constant. */
export const TAGS: usize = 512;

/** The time some ticks after the latest pair of ticks and nanoseconds. */
export function timeOf(s: State, ticks: f64): f64 {
  return s.pairNano + (ticks * s.slope + s.rounding - s.rounding);
}
