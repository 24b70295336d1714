/** The frames of open calls. */
import { FramePlace } from "../codes";
import { Node } from "./nodes";

/** Fields as in FramePlace. */
@unmanaged
export class Frame {
  start: f64;
  callees: f64;
  node: Node;
  /** The frame below; of free frames, the next free one. */
  below: Frame | null;
}

/** Addresses of the first free frame, 0 for none, and of the end of the memory for frames. */
export let free: usize = 0;
let framesEnd: usize = 0;

/** Adds free frames. @param end of the memory for frames, which begins where the one before ended, or at `first` */
export function addFrames(first: usize, end: usize): void {
  if (framesEnd === 0) framesEnd = first;
  for (; framesEnd + FramePlace.size <= end; framesEnd += FramePlace.size) {
    changetype<Frame>(framesEnd).below = changetype<Frame | null>(free);
    free = framesEnd;
  }
}

/** Forgets all frames. */
export function clearFrames(): void {
  free = 0;
  framesEnd = 0;
}

/** Whether a frame can be pushed. */
export function hasFrame(): bool {
  return free !== 0;
}

export function push(top: Frame | null, node: Node, now: f64): Frame {
  const frame = changetype<Frame>(free);
  free = changetype<usize>(frame.below);
  frame.node = node;
  frame.start = now;
  frame.callees = 0;
  frame.below = top;
  return frame;
}

export function release(frame: Frame): void {
  frame.below = changetype<Frame | null>(free);
  free = changetype<usize>(frame);
}
