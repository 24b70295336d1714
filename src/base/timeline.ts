/** A value over time in a fixed number of buckets; their width doubles when time runs past the last one. */

const FIRST_STEP = 1024;

/** Memory is bounded by the number of buckets, whatever the time span. */
export class Timeline {
  private readonly values: Float64Array;
  /** Width of a bucket, in units of time. */
  step = FIRST_STEP;

  /** @param limit number of buckets, even */
  constructor(
    private readonly combine: "sum" | "max",
    limit = 1024,
  ) {
    this.values = new Float64Array(limit);
  }

  /** Adds `weight` for every unit of time in [begin, end): each bucket holds the integral over its span. */
  add(begin: number, end: number, weight = 1): void {
    if (end <= begin) return;
    this.reach(end);
    const { step, values } = this;
    const first = Math.floor(begin / step);
    const last = Math.min(Math.floor(end / step), values.length - 1);
    if (first === last) {
      values[first] += (end - begin) * weight;
      return;
    }
    values[first] += ((first + 1) * step - begin) * weight;
    for (let i = first + 1; i < last; i++) values[i] += step * weight;
    values[last] += (end - last * step) * weight;
  }

  /** Records a positive value at a time: each bucket of a "max" timeline holds the largest. */
  note(time: number, value: number): void {
    this.reach(time + 1);
    const i = Math.floor(time / this.step);
    if (value > this.values[i]) this.values[i] = value;
  }

  /** The buckets from 0 up to a time. */
  upTo(time: number): number[] {
    this.reach(time);
    return Array.from(this.values.subarray(0, Math.max(1, Math.ceil(time / this.step))));
  }

  private reach(time: number): void {
    const { values } = this;
    while (time > this.step * values.length) {
      const half = values.length / 2;
      for (let i = 0; i < half; i++) {
        const a = values[2 * i];
        const b = values[2 * i + 1];
        values[i] = this.combine === "sum" ? a + b : Math.max(a, b);
      }
      values.fill(0, half);
      this.step *= 2;
    }
  }
}
