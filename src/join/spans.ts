/** Spans of time that do not overlap, in order: how much of any time they take. */
import { grown } from "../base/columns.js";

export class Spans {
  count = 0;
  begin = new Float64Array(16);
  end = new Float64Array(16);
  /** By span: the length of all before it. */
  private before = new Float64Array(16);

  /** Adds a span that does not begin before the last one; what they have in common counts once. */
  add(begin: number, end: number): void {
    const { count } = this;
    const last = count === 0 ? Number.NEGATIVE_INFINITY : this.end[count - 1];
    const from = Math.max(begin, last);
    if (!(end > from)) return;
    if (from === last) {
      this.end[count - 1] = end;
      return;
    }
    this.begin = grown(this.begin, count + 1);
    this.end = grown(this.end, count + 1);
    this.before = grown(this.before, count + 1);
    this.begin[count] = from;
    this.end[count] = end;
    this.before[count] = count === 0 ? 0 : this.before[count - 1] + this.end[count - 1] - this.begin[count - 1];
    this.count++;
  }

  /** The length of what lies between two times. */
  within(from: number, to: number): number {
    return Math.max(0, this.upTo(to) - this.upTo(from));
  }

  /** The number of the first span that ends after a time. */
  after(time: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.end[middle] > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Whether a span lies, or begins, between two times. */
  touches(from: number, to: number): boolean {
    const span = this.after(from);
    return span < this.count && this.begin[span] < to;
  }

  /** The same spans, earlier by an offset. */
  shifted(offset: number): Spans {
    const spans = new Spans();
    for (let i = 0; i < this.count; i++) spans.add(this.begin[i] - offset, this.end[i] - offset);
    return spans;
  }

  private upTo(time: number): number {
    const span = this.after(time);
    const inside = span < this.count ? Math.max(0, time - this.begin[span]) : 0;
    if (span < this.count) return this.before[span] + inside;
    return this.count === 0 ? 0 : this.before[span - 1] + this.end[span - 1] - this.begin[span - 1];
  }
}
