/**
 * Minimum mutator utilization: the share of the Ps that the program has for itself in the worst window of each length.
 *
 * Cheng and Blelloch, "A Parallel, Real-Time Garbage Collector" (PLDI 2001). Utilization is a step function of time, so
 * between changes its mean over a window is linear in the window's position. Its minimum is therefore at a position
 * where an edge of the window lies on a change or on an end of the trace. These positions are visited in one pass; only
 * the changes within the longest window are kept.
 */
export class MutatorCurve {
  /** Changes that the longest window can still reach: time, utilization from then on, integral up to then. */
  private times: number[] = [];
  private utils: number[] = [];
  private sums: number[] = [];
  /** For each window: the first kept change after its left edge, and the smallest integral so far. */
  private readonly next: number[];
  private readonly least: number[];
  private begin = -1;

  /** @param windows lengths in ns, ascending */
  constructor(readonly windows: readonly number[]) {
    this.next = windows.map(() => 0);
    this.least = windows.map(() => Number.POSITIVE_INFINITY);
  }

  /**
   * Sets the utilization from a time on.
   *
   * @param time ns, not before the last one
   * @param util from 0 to 1
   */
  change(time: number, util: number): void {
    if (this.begin < 0) this.begin = time;
    const last = this.times.length - 1;
    if (last >= 0 && this.utils[last] === util) return;
    this.advance(time);
    this.times.push(time);
    this.utils.push(util);
    this.sums.push(this.integral(time));
  }

  /**
   * The smallest mean utilization in windows of each length that end by `end`; for longer windows the mean of the whole
   * trace.
   */
  finish(end: number): { readonly window: number; readonly utilization: number }[] {
    if (this.begin < 0 || end <= this.begin) return this.windows.map((window) => ({ window, utilization: 1 }));
    this.advance(end);
    const whole = this.integral(end) / (end - this.begin);
    return this.windows.map((window, i) => ({
      window,
      utilization: window >= end - this.begin ? whole : Math.min(1, Math.max(0, this.least[i] / window)),
    }));
  }

  /** Visits the windows whose right edge lies in the step that ends at a time. */
  private advance(time: number): void {
    const { times, next, least, windows } = this;
    for (let w = 0; w < windows.length; w++) {
      const window = windows[w];
      let at = next[w];
      // Windows whose left edge is on a change.
      while (at < times.length && times[at] + window <= time) {
        const sum = this.integral(times[at] + window) - this.sums[at];
        if (sum < least[w]) least[w] = sum;
        at++;
      }
      next[w] = at;
      // The window whose right edge is on the end of the step.
      const left = time - window;
      if (left < this.begin || at === 0) continue;
      const sum = this.integral(time) - (this.sums[at - 1] + this.utils[at - 1] * (left - times[at - 1]));
      if (sum < least[w]) least[w] = sum;
    }
    this.forget();
  }

  /** Integral of utilization from the begin to a time in the last step. */
  private integral(time: number): number {
    const last = this.lastBefore(time);
    return last < 0 ? 0 : this.sums[last] + this.utils[last] * (time - this.times[last]);
  }

  private lastBefore(time: number): number {
    let last = this.sums.length - 1;
    while (last >= 0 && this.times[last] > time) last--;
    return last;
  }

  private forget(): void {
    const keep = Math.min(...this.next) - 1;
    if (keep < 4096 || keep < this.times.length / 2) return;
    this.times = this.times.slice(keep);
    this.utils = this.utils.slice(keep);
    this.sums = this.sums.slice(keep);
    for (let w = 0; w < this.next.length; w++) this.next[w] -= keep;
  }
}
