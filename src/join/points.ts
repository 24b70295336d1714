/** The innermost open calls of goroutines at given moments, found as a walk over all calls goes by. */
import { WaitsBy } from "./waits.js";

/** Moments of goroutines, as two columns; `node` is the result. */
export class Points {
  /** By moment: the innermost call that was open then, 0 for none. */
  readonly node: Int32Array;
  private readonly by: WaitsBy;
  private at = 0;
  private end = 0;

  constructor(
    goroutine: Float64Array,
    private readonly time: Float64Array,
  ) {
    this.node = new Int32Array(goroutine.length);
    this.by = new WaitsBy(goroutine, time);
  }

  /** The walk comes to a goroutine. */
  begin(goid: number): void {
    const { first, end } = this.by.range(goid);
    this.at = first;
    this.end = end;
  }

  /** The next moment of the goroutine, -1 for none. */
  get current(): number {
    return this.at < this.end ? this.by.order[this.at] : -1;
  }

  /** When the next moment of the goroutine is. */
  get next(): number {
    return this.at < this.end ? this.time[this.by.order[this.at]] : Number.POSITIVE_INFINITY;
  }

  /**
   * `node` is the innermost open call at all further moments before `time`.
   *
   * @param untraced called for each of these moments if no call is open
   */
  settle(time: number, node: number, untraced?: (moment: number) => void): void {
    const { by } = this;
    while (this.at < this.end && this.time[by.order[this.at]] < time) {
      const moment = by.order[this.at++];
      this.node[moment] = node;
      if (node === 0) untraced?.(moment);
    }
  }

  /** The moments of a goroutine, in the order of time. */
  of(goid: number): Uint32Array {
    const { first, end } = this.by.range(goid);
    return this.by.order.subarray(first, end);
  }
}
