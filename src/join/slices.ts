/**
 * Which calls ran on processors while somebody waited for one: slices of time on a processor, each with its innermost
 * open call.
 *
 * Calls may be far more than the scheduler's decisions, so they are looked at in a resolution: what is shorter counts as
 * part of the call that was open meanwhile. That gives at most {@link SLICES} slices more than there are stays.
 */
import { grown } from "../base/columns.js";
import { type OpenCalls, State, type StayCursor, type Stays } from "../calltree/index.js";
import { RangeName } from "../exectrace/index.js";
import type { Spans } from "./spans.js";

const SLICES = 1 << 18;

/** Shorter than any time between two events, nanoseconds. */
export const INSTANT = 1 / 64;

/** Whether the goroutine was on a processor. */
function runs({ state, reason }: StayCursor): boolean {
  return state === State.running || (state === State.gc && reason === RangeName.gcMarkAssist);
}

export class Slices {
  count = 0;
  begin: Float64Array<ArrayBuffer>;
  end: Float64Array<ArrayBuffer>;
  /** By slice: the innermost open call, 0 for none. */
  node: Int32Array<ArrayBuffer>;
  /** By slice: the goroutine. */
  goid: Float64Array<ArrayBuffer>;
  /** Changes of the innermost call after this time matter. */
  due = Number.POSITIVE_INFINITY;
  /** Shorter pieces are not told apart, nanoseconds. */
  private readonly resolution: number;
  private readonly cursor: StayCursor;
  private readonly unvisited: Set<number>;
  private current = 0;
  /** Whether the cursor stands at a stay on a processor while somebody waits, and whether the walk has come to it. */
  private more = false;
  private inside = false;
  /** The slice that is being made: its begin, the time up to which it is known, and the fewest open calls until then. */
  private from = 0;
  private upTo = 0;
  private least = 0;

  /** @param wanted when somebody waits for a processor */
  constructor(
    stays: Stays,
    private readonly wanted: Spans,
  ) {
    this.cursor = stays.cursor();
    this.unvisited = new Set();
    let time = 0;
    let count = 0;
    for (const goid of stays.goroutines) {
      for (this.seek(goid); this.more; this.next()) {
        this.unvisited.add(goid);
        time += this.cursor.end - this.cursor.begin;
        count++;
      }
    }
    this.resolution = time / SLICES;
    this.more = false;
    // Columns that grow would leave as much memory behind.
    this.begin = new Float64Array(count);
    this.end = new Float64Array(count);
    this.node = new Int32Array(count);
    this.goid = new Float64Array(count);
  }

  visit(goid: number): void {
    this.current = goid;
    this.more = false;
    this.due = Number.POSITIVE_INFINITY;
    if (this.unvisited.delete(goid)) this.seek(goid);
    this.inside = false;
  }

  /** Before this, `settle` need not be called; what it missed is what `pass` is told. */
  get lookAfter(): number {
    if (!this.inside) return this.due;
    return Math.min(this.cursor.end, this.from + this.resolution) - INSTANT;
  }

  /**
   * The innermost call changed without being settled.
   * @param fewest the fewest calls that were open before such changes
   * @param upTo when the last of these was
   */
  pass(fewest: number, upTo: number): void {
    if (!this.inside) return;
    this.least = Math.min(this.least, fewest);
    this.upTo = upTo;
  }

  /** The innermost call changes at `time`. @param open the open calls until then */
  settle(time: number, open: OpenCalls): void {
    const { cursor, resolution } = this;
    // Most calls are short.
    if (this.inside && time < cursor.end && time - this.from < resolution) {
      if (open.length < this.least) this.least = open.length;
      this.upTo = time;
      return;
    }
    for (; this.more && cursor.begin < time; this.next()) {
      if (!this.inside) {
        this.from = this.upTo = cursor.begin;
        this.least = Number.POSITIVE_INFINITY;
        this.inside = true;
      }
      const until = Math.min(time, cursor.end);
      const isLong = until - this.upTo >= resolution;
      if (isLong) this.cut(open);
      this.least = Math.min(this.least, open.length);
      this.upTo = until;
      if (isLong || until - this.from >= resolution || cursor.end <= time) this.cut(open);
      if (cursor.end > time) return;
      this.inside = false;
    }
  }

  /** Ends the walk: what the goroutines did that have no calls. */
  finish(): void {
    for (const goid of [...this.unvisited]) {
      this.visit(goid);
      this.settle(Number.POSITIVE_INFINITY, []);
    }
  }

  /** Ends the slice where it is known to. */
  private cut(open: OpenCalls): void {
    const { count, from, upTo, least } = this;
    if (upTo > from) {
      this.begin = grown(this.begin, count + 1);
      this.end = grown(this.end, count + 1);
      this.node = grown(this.node, count + 1);
      this.goid = grown(this.goid, count + 1);
      this.begin[count] = from;
      this.end[count] = upTo;
      // The calls that were open all the time are still the outermost of those that are.
      this.node[count] = least === 0 ? 0 : (open.at(least - 1) ?? 0);
      this.goid[count] = this.current;
      this.count++;
    }
    this.from = upTo;
    this.least = Number.POSITIVE_INFINITY;
  }

  private seek(goid: number): void {
    this.more = this.cursor.seek(goid, Number.NEGATIVE_INFINITY);
    this.skip();
  }

  private next(): void {
    this.more = this.cursor.next();
    this.skip();
  }

  private skip(): void {
    const { cursor, wanted } = this;
    while (this.more && !(runs(cursor) && wanted.touches(cursor.begin, cursor.end))) this.more = cursor.next();
    this.due = this.more ? cursor.begin : Number.POSITIVE_INFINITY;
  }
}
