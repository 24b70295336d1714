/**
 * The part of a measured time that tracing itself took. A call of an empty traced function shows `inner` too much and makes
 * its caller's self time `outer` longer; a call that contains others also contains all that theirs cost.
 */
import type { CallForest } from "../calltree/index.js";

/** Nanoseconds a call. */
export interface HookCost {
  readonly inner: number;
  readonly outer: number;
}

const NONE: HookCost = { inner: 0, outer: 0 };

/** The cost by process; undefined if it was not measured. */
export function hookCosts({ processes }: CallForest): readonly (HookCost | undefined)[] {
  return processes.map(({ info }) => info.hook);
}

/** Follows the calls of one goroutine and says what of each was hooks. */
export class HookMeter {
  private cost = NONE;
  /** By open call: calls directly beneath it so far, and all calls in these. */
  private readonly direct: number[] = [];
  private readonly within: number[] = [];
  private depth = 0;
  /** Of the call that ended last. */
  ofTotal = 0;
  ofSelf = 0;

  begin(cost: HookCost | undefined): void {
    this.cost = cost ?? NONE;
    this.depth = 0;
  }

  enter(): void {
    this.direct[this.depth] = this.within[this.depth] = 0;
    this.depth++;
  }

  /** @param calls traced calls beneath it on its goroutine; those that were not told of are hidden in its self time */
  exit(calls: number): void {
    const { inner, outer } = this.cost;
    const at = --this.depth;
    const direct = this.direct[at]!;
    const hidden = calls - direct - this.within[at]!;
    if (at > 0) {
      this.direct[at - 1]!++;
      this.within[at - 1]! += calls;
    }
    this.ofTotal = inner + calls * (inner + outer);
    this.ofSelf = inner + direct * outer + hidden * (inner + outer);
  }
}
