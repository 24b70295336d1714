/** Counting calls, and holding them back until it is known whether to pass them on. */
import { grown } from "../base/columns.js";

/**
 * Counts the calls of a goroutine. Streams whose beginning was lost belong to nobody knows which goroutine, 0; they are
 * counted as one, so that no two calls have the same number.
 */
export class CallCount {
  /** Calls of the goroutine so far. */
  calls = 0;
  private goid = -1;
  private lost = 0;

  /** Goes to another goroutine. */
  begin(goid: number): void {
    if (this.goid === 0) this.lost = this.calls;
    this.goid = goid;
    this.calls = goid === 0 ? this.lost : 0;
  }
}

/**
 * The open calls of a goroutine. The outer ones have been passed on; the others are held until one of them turns out to be long
 * enough, because a call is passed on only after its callers.
 */
export class HeldCalls {
  /** By level, from 0 on: what was entered, and when. */
  node = new Int32Array(64);
  start = new Float64Array(64);
  /** Number of open calls. */
  depth = 0;
  /** Number of those that have been passed on. */
  passed = 0;

  /** Forgets all calls. */
  clear(): void {
    this.depth = this.passed = 0;
  }

  /** Holds a call that begins. Returns its level. */
  enter(node: number, start: number): number {
    const at = this.depth++;
    if (at >= this.node.length) {
      this.node = grown(this.node, this.depth);
      this.start = grown(this.start, this.depth);
    }
    this.node[at] = node;
    this.start[at] = start;
    return at;
  }

  /** Whether calls are held; then the innermost one is. */
  get holds(): boolean {
    return this.passed < this.depth;
  }

  /** The level of the outermost call that is held. It counts as passed on from now on. */
  pass(): number {
    return this.passed++;
  }

  /** Forgets the innermost call, which ends. */
  exit(): void {
    this.depth--;
    if (this.passed > this.depth) this.passed = this.depth;
  }
}
