/**
 * An upper bound, call by call, on the time that tracing added. calltree/bound.ts does the same for a tree's sums and
 * explains when such a bound holds.
 */
import { type CallForest, costBound, type HookCost } from "../calltree/index.js";

const UNKNOWN: HookCost = { inner: Number.NaN, outer: Number.NaN };

/** By process: the most that tracing adds to a call; undefined if not measured. */
export function costBounds({ processes }: CallForest): readonly (HookCost | undefined)[] {
  return processes.map(({ info }) => costBound(info));
}

/**
 * Follows the calls of one goroutine and computes how much of each may be tracing; NaN if the hook cost was not
 * measured.
 */
export class BoundMeter {
  private cost = UNKNOWN;
  /** By open call: visited calls beneath it so far, in `visited` all of them, in `direct` only those it called itself. */
  private readonly visited: number[] = [];
  private readonly direct: number[] = [];
  private depth = 0;
  /** Bounds for the call that ended last, nanoseconds. */
  ofTotal = 0;
  ofSelf = 0;

  begin(cost: HookCost | undefined): void {
    this.cost = cost ?? UNKNOWN;
    this.depth = 0;
  }

  enter(): void {
    const at = this.depth++;
    this.visited[at] = this.direct[at] = 0;
  }

  /** @param calls traced calls beneath it on its goroutine; those not visited count as part of its self time */
  exit(calls: number): void {
    const { inner, outer } = this.cost;
    const at = --this.depth;
    const unvisited = calls - this.visited[at];
    if (at > 0) {
      this.visited[at - 1] += calls + 1;
      this.direct[at - 1]++;
    }
    this.ofTotal = inner + calls * (inner + outer);
    this.ofSelf = inner + this.direct[at] * outer + unvisited * (inner + outer);
  }
}
