/** Open frames of all goroutines: one pool, each goroutine's stack a list through it. */
import { grown } from "../../base/columns.js";

export const NO_FRAME = -1;

export class FramePool {
  node = new Int32Array(0);
  /** When the frame was entered. */
  start = new Float64Array(0);
  /** Time its callees took so far. */
  callees = new Float64Array(0);
  /** The frame below; for free frames, the next free one. */
  below = new Int32Array(0);
  free = NO_FRAME;
  /** Number of free frames. */
  spare = 0;

  /** Makes sure that `count` frames can be pushed without replacing a column. */
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
