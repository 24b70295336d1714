/**
 * The frames of open calls. Those of a slot lie one behind the other in a block, behind one that stands for none; a block that
 * becomes too small is replaced by one of twice the size.
 */
import { FramePlace } from "../codes";
import { Node } from "./nodes";

/** Fields as in FramePlace, and one that is not used by the host. */
@unmanaged
export class Frame {
  start: f64;
  node: Node;
  /** Of a block's first frame: the binary logarithm of its size in smallest blocks. */
  order: u32;
}

/** The node of a block's first frame, which is no call. */
const NOBODY: usize = 64;

/** Bytes of the smallest block. */
const SMALLEST: usize = 8 * FramePlace.size;

const ORDERS: u32 = 26;
/** By order: address of the first free block, 0 for none; it has the address of the next one. */
const frees: usize = memory.data(ORDERS * 4, 8);
/** The memory for blocks, of which nothing was used from `next` on. */
let next: usize = 0;
let end: usize = 0;

/** Adds memory for frames. @param to its end; it begins where the one before ended, or at `first` */
export function addFrames(first: usize, to: usize): void {
  if (end === 0) next = first;
  end = to;
}

/** Forgets all frames. */
export function clearFrames(): void {
  memory.fill(frees, 0, ORDERS * 4);
  end = 0;
}

function sizeOf(order: u32): usize {
  return SMALLEST << order;
}

/** The end of a block. */
export function endOf(base: Frame): usize {
  return changetype<usize>(base) + sizeOf(base.order);
}

/** A block; null if there is no memory for it. */
export function take(order: u32): Frame | null {
  const list = frees + ((<usize>order) << 2);
  let at = <usize>load<u32>(list);
  if (at !== 0) store<u32>(list, load<u32>(at));
  else {
    if (order >= ORDERS || next + sizeOf(order) > end) return null;
    at = next;
    next += sizeOf(order);
  }
  const base = changetype<Frame>(at);
  base.order = order;
  base.node = changetype<Node>(NOBODY);
  return base;
}

export function give(base: Frame): void {
  const list = frees + ((<usize>base.order) << 2);
  store<u32>(changetype<usize>(base), load<u32>(list));
  store<u32>(list, <u32>changetype<usize>(base));
}
