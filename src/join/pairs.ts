/** Sums of waiting times by who waited and who was to blame. */

import { Words } from "../base/word-numbers.js";
import type { Blamed } from "../calltree/index.js";

/** Who waited, and for what. */
export type Waiter = Pick<Blamed, "waiter" | "state" | "reason" | "starts">;
/** Who is to blame. */
export type Culprit = Pick<Blamed, "culprit" | "via" | "cause">;

export class Pairs {
  private readonly waiters = new Words();
  private readonly culprits = new Words();
  private readonly sums = new Map<number, { -readonly [K in keyof Blamed]: Blamed[K] }>();

  /** @param waits how many waits that is; 0 for a share of some that cannot be told apart */
  add(waiter: Waiter, culprit: Culprit, time: number, waits = 1): void {
    const { sums } = this;
    const who = this.waiters.numberOf(`${waiter.waiter} ${waiter.state} ${waiter.starts ? 1 : 0} ${waiter.reason}`);
    const whose = this.culprits.numberOf(`${culprit.culprit} ${culprit.cause}\n${culprit.via}`);
    const key = who * 2 ** 26 + whose;
    const sum = sums.get(key);
    if (sum === undefined) {
      sums.set(key, { ...waiter, ...culprit, time, longest: waits === 0 ? 0 : time, waits });
      return;
    }
    sum.time += time;
    if (waits > 0) sum.longest = Math.max(sum.longest, time);
    sum.waits += waits;
  }

  list(): Blamed[] {
    return [...this.sums.values()].sort((a, b) => b.time - a.time);
  }
}
