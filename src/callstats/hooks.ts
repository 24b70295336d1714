/**
 * The part of a measured time that tracing itself took, call by call; calltree/correction.ts has the same for a tree's sums.
 * A call of an empty traced function shows `inner` too much and makes its caller's self time `outer` longer; a call that
 * contains others also contains all that theirs cost. Of calls that never returned that is not known, and nothing is
 * subtracted.
 */
import { type CallForest, Ending, type HookCost } from "../calltree/index.js";

const NONE: HookCost = { inner: 0, outer: 0 };

/** The cost by process; undefined if it was not measured. */
export function hookCosts({ processes }: CallForest): readonly (HookCost | undefined)[] {
  return processes.map(({ info }) => info.hook);
}

/** Follows the calls of one goroutine and says what of each was hooks. */
export class HookMeter {
  private cost = NONE;
  /** By open call: calls told of beneath it so far; those that returned, and those that returned to it. */
  private readonly told: number[] = [];
  private readonly within: number[] = [];
  private readonly direct: number[] = [];
  private depth = 0;
  /** Of the call that ended last. */
  ofTotal = 0;
  ofSelf = 0;

  begin(cost: HookCost | undefined): void {
    this.cost = cost ?? NONE;
    this.depth = 0;
  }

  enter(): void {
    const at = this.depth++;
    this.told[at] = this.within[at] = this.direct[at] = 0;
  }

  /** @param calls traced calls beneath it on its goroutine; those that were not told of are hidden in its self time */
  exit(how: Ending, calls: number): void {
    const { inner, outer } = this.cost;
    const at = --this.depth;
    const hidden = calls - this.told[at]!;
    const returned = this.within[at]! + hidden;
    const itself = how === Ending.running ? 0 : 1;
    if (at > 0) {
      this.told[at - 1]! += calls + 1;
      this.within[at - 1]! += returned + itself;
      this.direct[at - 1]! += itself;
    }
    this.ofTotal = itself * inner + returned * (inner + outer);
    this.ofSelf = itself * inner + this.direct[at]! * outer + hidden * (inner + outer);
  }
}
