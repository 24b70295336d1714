/** The open frames of all goroutines: one pool, in which each goroutine's stack is a linked list. */
import { grown } from "../../base/columns.js";

export const NO_FRAME = -1;

export class FramePool {
  node = new Int32Array(0);
  /** When the frame was entered. */
  start = new Float64Array(0);
  /** Time of its callees so far. */
  callees = new Float64Array(0);
  /** The frame below; for free frames, the next free one. */
  below = new Int32Array(0);
  free = NO_FRAME;
  /** Number of free frames. */
  spare = 0;

  /** Ensures that `count` frames can be pushed without reallocating a column. */
  reserve(count: number): void {
    if (this.spare >= count) return;
    const before = this.node.length;
    this.node = grown(this.node, before + count);
    const length = this.node.length;
    this.start = grown(this.start, length);
    this.callees = grown(this.callees, length);
    this.below = grown(this.below, length);
    for (let frame = length - 1; frame >= before; frame--) {
      this.below[frame] = this.free;
      this.free = frame;
    }
    this.spare += length - before;
  }
}
