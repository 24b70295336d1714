/** The distribution of call durations: exact for few calls, then a histogram. */
import { Histogram } from "../base/histogram.js";

/**
 * Up to this many values are kept exactly: a histogram for each of a hundred thousand functions would take too much
 * memory.
 */
export const EXACT_CALLS = 64;

/** The distribution of the durations of single calls, nanoseconds. */
export interface Spread {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** Population standard deviation. */
  readonly stddev: number;
}

/**
 * Durations in nanoseconds. Percentiles (nearest rank) are exact for up to {@link EXACT_CALLS} values and off by at
 * most 1/128 (0.8 %) beyond; min, max, mean and standard deviation are exact except for rounding. All but mean and
 * standard deviation are whole numbers.
 */
export class Durations {
  private few: number[] | undefined = [];
  private histogram: Histogram | undefined;
  count = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = 0;
  private mean = 0;
  /** Sum of squared differences from the mean. */
  private squares = 0;

  /**
   * Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products" (1962).
   */
  record(value: number): void {
    this.count++;
    const shift = value - this.mean;
    this.mean += shift / this.count;
    this.squares += shift * (value - this.mean);
    const time = value > 0 ? value : 0;
    if (time < this.min) this.min = time;
    if (time > this.max) this.max = time;
    if (this.histogram !== undefined) this.histogram.record(Math.round(time));
    else if (this.count <= EXACT_CALLS) this.few!.push(time);
    else this.spill(time);
  }

  private spill(time: number): void {
    const histogram = new Histogram();
    for (const value of this.few!) histogram.record(Math.round(value));
    histogram.record(Math.round(time));
    this.histogram = histogram;
    this.few = undefined;
  }

  /** All zeros if empty. */
  spread(): Spread {
    const { count } = this;
    const [min, max] = [Math.round(this.min), Math.round(this.max)];
    if (count === 0) return { min: 0, mean: 0, p50: 0, p90: 0, p95: 0, p99: 0, max: 0, stddev: 0 };
    const quantile = this.quantiles();
    return {
      min,
      mean: Math.min(Math.max(this.mean, min), max),
      p50: quantile(0.5),
      p90: quantile(0.9),
      p95: quantile(0.95),
      p99: quantile(0.99),
      max,
      stddev: Math.sqrt(Math.max(0, this.squares) / count),
    };
  }

  private quantiles(): (q: number) => number {
    const { few, histogram, min, max } = this;
    if (histogram !== undefined) return (q) => Math.min(Math.max(histogram.quantile(q), min), max);
    const sorted = [...few!].sort((a, b) => a - b);
    return (q) => Math.round(sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]);
  }
}
