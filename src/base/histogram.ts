/**
 * The distribution of whole numbers, with bounded error in bounded memory. Buckets are log-linear, as in HdrHistogram:
 * 64 of equal width for each power of two. Powers without values take no memory.
 */

const SUB_BITS = 6;
const SUBS = 1 << SUB_BITS;
/** Numbers from here on do not fit 32-bit operations and are scaled down by WIDE_SHIFT bits first. */
const WIDE = 2 ** 31;
const WIDE_SHIFT = 22;

/**
 * Counts of values from 0 to 2^53. Quantiles are off by at most 1/128 of the value (0.8 %), and exact below 128; count,
 * sum, min and max are exact (the sum while it stays below 2^53).
 */
export class Histogram {
  private readonly octaves: (Float64Array | undefined)[] = [];
  count = 0;
  sum = 0;
  /** Infinity when empty. */
  min = Number.POSITIVE_INFINITY;
  /** -Infinity when empty. */
  max = Number.NEGATIVE_INFINITY;

  /** One with known counts. @param octaves as in the object itself: {@link SUBS} buckets each */
  static of(
    octaves: readonly (readonly [octave: number, counts: Float64Array])[],
    { count, sum, min, max }: Pick<Histogram, "count" | "sum" | "min" | "max">,
  ): Histogram {
    const histogram = Object.assign(new Histogram(), { count, sum, min, max });
    for (const [octave, counts] of octaves) histogram.octaves[octave] = counts;
    return histogram;
  }

  /** The mean of all values; 0 when empty. */
  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  /** Counts a value. @param value a whole number from 0 to 2^53 */
  record(value: number): void {
    this.count++;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    let low = value;
    let octave = 0;
    if (value >= WIDE) {
      low = Math.floor(value / 2 ** WIDE_SHIFT);
      octave = WIDE_SHIFT;
    }
    const shift = 31 - SUB_BITS - Math.clz32(low);
    let sub = low;
    if (shift >= 0) {
      octave += shift + 1;
      sub = (low >>> shift) - SUBS;
    }
    let counts = this.octaves[octave];
    if (counts === undefined) {
      counts = new Float64Array(SUBS);
      this.octaves[octave] = counts;
    }
    counts[sub]++;
  }

  /** Adds all values of another histogram. */
  merge(other: Histogram): void {
    this.count += other.count;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    for (const [octave, counts] of other.octaves.entries()) {
      if (!counts) continue;
      const own = this.octaves[octave];
      if (own) for (let i = 0; i < SUBS; i++) own[i] += counts[i];
      else this.octaves[octave] = counts.slice();
    }
  }

  /**
   * The smallest value that at least a share of all values does not exceed (nearest rank); 0 when empty.
   *
   * @param q from 0 to 1
   */
  quantile(q: number): number {
    if (this.count === 0) return 0;
    const rank = Math.min(Math.max(Math.ceil(q * this.count), 1), this.count);
    if (rank === this.count) return this.max;
    let below = 0;
    for (const { low, high, count } of this.buckets()) {
      below += count;
      if (below < rank) continue;
      return Math.min(Math.max(Math.floor((low + high) / 2), this.min), this.max);
    }
    return this.max;
  }

  /** Buckets that hold values, in order: from `low` to `high`, both included. */
  *buckets(): Generator<{ low: number; high: number; count: number }> {
    for (const [octave, counts] of this.octaves.entries()) {
      if (!counts) continue;
      const width = octave === 0 ? 1 : 2 ** (octave - 1);
      const base = octave === 0 ? 0 : SUBS;
      for (let sub = 0; sub < SUBS; sub++) {
        const count = counts[sub];
        if (count === 0) continue;
        const low = (base + sub) * width;
        yield { low, high: low + width - 1, count };
      }
    }
  }
}

/** The summary of a distribution, as plain data. */
export interface Distribution {
  readonly count: number;
  readonly total: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Summarizes a histogram; all zeros if it is empty. */
export function distribution(h: Histogram): Distribution {
  return {
    count: h.count,
    total: h.sum,
    min: h.count === 0 ? 0 : h.min,
    mean: h.mean,
    p50: h.quantile(0.5),
    p90: h.quantile(0.9),
    p95: h.quantile(0.95),
    p99: h.quantile(0.99),
    max: h.count === 0 ? 0 : h.max,
  };
}
