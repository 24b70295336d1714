/** Who held a lock while others waited for it. */
import type { Waits } from "./waits.js";

/** The most hand-overs of a lock that are followed back. */
const CHAIN_MAX = 512;

/**
 * Follows a lock back from a waiter to those who held it. Waits are asked for in the order in which they end.
 *
 * A trace does not identify locks. A goroutine that waited for a lock in the same function as the present waiter, and
 * then releases a lock, is taken for a holder of the same one.
 */
export class HandOvers {
  /** By goroutine: the wait that ended when it got a lock. */
  private readonly acquired = new Map<number, number>();
  /** By wait: the wait by whose end its waker had got the lock, -1 if the waker did not wait for it. */
  private readonly before: Int32Array;

  constructor(
    private readonly waits: Waits,
    private readonly functionOf: (wait: number) => number,
  ) {
    this.before = new Int32Array(waits.count).fill(-1);
  }

  /** Parts of a wait, latest first, each with the wait that was over when its holder released the lock. */
  *holders(wait: number): Generator<[wait: number, begin: number, end: number]> {
    const { waits, before, acquired } = this;
    const got = acquired.get(waits.waker[wait]);
    if (got !== undefined && this.functionOf(got) === this.functionOf(wait)) before[wait] = got;
    acquired.set(waits.waiter[wait], wait);
    let end = waits.end[wait];
    let hold = wait;
    for (let n = 0; end > waits.begin[wait]; n++) {
      const previous = n < CHAIN_MAX ? before[hold] : -1;
      const begin = Math.max(waits.begin[wait], previous < 0 ? Number.NEGATIVE_INFINITY : waits.end[previous]);
      if (end > begin) yield [hold, begin, end];
      if (previous < 0) return;
      end = Math.min(end, begin);
      hold = previous;
    }
  }
}
