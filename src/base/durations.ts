/** The distribution of call durations: exact for few calls, then a histogram. */
import { Histogram } from "./histogram.js";

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

/** Sums are kept in these parts of a nanosecond, in which times of traces are whole. */
const PARTS = 8;
/** Splits a number of up to 53 bits into halves whose products are exact. */
const SPLIT = 2 ** 27 + 1;

/** {@link Durations} as plain data, which can be packed. */
export interface DurationParts {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  /** Sum of the durations in parts of a nanosecond, and that of their squares as two numbers to be added. */
  readonly sum: number;
  readonly squares: readonly [number, number];
  /** All values, if they are at most {@link EXACT_CALLS}; else the histogram has them. */
  readonly few: readonly number[];
  readonly histogram?: Histogram;
}

/**
 * Durations in nanoseconds. Percentiles (nearest rank) are exact for up to {@link EXACT_CALLS} values and off by at
 * most 1/128 (0.8 %) beyond; min, max, mean and standard deviation are exact except for rounding. All but mean and
 * standard deviation are whole numbers. Nothing depends on the order of the values.
 */
export class Durations {
  private few: number[] | undefined = [];
  private histogram: Histogram | undefined;
  count = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = 0;
  private sum = 0;
  /** The sum of squares and what is missing in it; see {@link square}. */
  private squares = 0;
  private rest = 0;

  static of({ count, min, max, sum, squares, few, histogram }: DurationParts): Durations {
    const durations = new Durations();
    durations.few = histogram === undefined ? [...few] : undefined;
    return Object.assign(durations, { count, min, max, sum, histogram, squares: squares[0], rest: squares[1] });
  }

  record(value: number): void {
    this.count++;
    const time = value > 0 ? value : 0;
    const parts = Math.round(time * PARTS);
    this.sum += parts;
    this.square(parts);
    if (time < this.min) this.min = time;
    if (time > this.max) this.max = time;
    if (this.histogram !== undefined) this.histogram.record(Math.round(time));
    else {
      this.few!.push(time);
      this.spill();
    }
  }

  /** Adds all values of another object. */
  merge(other: Durations): void {
    this.count += other.count;
    this.sum += other.sum;
    this.add(other.squares, other.rest);
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    if (this.histogram === undefined) {
      this.few = [...this.few!, ...(other.few ?? [])];
      this.spill(other.histogram !== undefined);
    } else for (const value of other.few ?? []) this.histogram.record(Math.round(value));
    if (other.histogram !== undefined) this.histogram!.merge(other.histogram);
  }

  /** Moves the values into a histogram if they are many. */
  private spill(always = false): void {
    if (this.few!.length <= EXACT_CALLS && !always) return;
    this.histogram = new Histogram();
    for (const value of this.few!) this.histogram.record(Math.round(value));
    this.few = undefined;
  }

  /** Adds the square of a whole number, exactly: Dekker, "A floating-point technique for extending the available precision" (1971). */
  private square(value: number): void {
    const product = value * value;
    if (value < 2 ** 26) {
      this.add(product, 0);
      return;
    }
    const scaled = SPLIT * value;
    const high = scaled - (scaled - value);
    const low = value - high;
    this.add(product, high * high - product + 2 * high * low + low * low);
  }

  private add(value: number, rest: number): void {
    const sum = this.squares + value;
    const shift = sum - this.squares;
    const missing = this.squares - (sum - shift) + (value - shift) + this.rest + rest;
    this.squares = sum + missing;
    this.rest = sum - this.squares + missing;
  }

  /** All zeros if empty. */
  spread(): Spread {
    const { count } = this;
    const [min, max] = [Math.round(this.min), Math.round(this.max)];
    if (count === 0) return { min: 0, mean: 0, p50: 0, p90: 0, p95: 0, p99: 0, max: 0, stddev: 0 };
    const quantile = this.quantiles();
    return {
      min,
      mean: Math.min(Math.max(this.total / count, min), max),
      p50: quantile(0.5),
      p90: quantile(0.9),
      p95: quantile(0.95),
      p99: quantile(0.99),
      max,
      stddev: this.deviation(),
    };
  }

  /** The sum of all values. */
  get total(): number {
    return this.sum / PARTS;
  }

  private deviation(): number {
    const { count, sum } = this;
    const squares = BigInt(this.squares) + BigInt(Math.round(this.rest));
    const spread = BigInt(count) * squares - BigInt(sum) ** 2n;
    return spread > 0n ? Math.sqrt(Number(spread)) / count / PARTS : 0;
  }

  private quantiles(): (q: number) => number {
    const { few, histogram, min, max } = this;
    if (histogram !== undefined) return (q) => Math.min(Math.max(histogram.quantile(q), min), max);
    const sorted = [...few!].sort((a, b) => a - b);
    return (q) => Math.round(sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]);
  }
}
