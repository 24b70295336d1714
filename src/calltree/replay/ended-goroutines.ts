/** Goroutines that have ended while a trace grows: who was started by them may become known later. */
import { grown, NumberMap, NumberSet } from "../../base/columns.js";

/** What is known of a goroutine that has ended. */
interface EndedGoroutine {
  /** Where its outermost frames were attached. */
  readonly place: number;
  /** When another goroutine took over its slot. */
  readonly end: number;
  /** The nodes of frames that were open at its end, innermost first; undefined for none. */
  readonly open: readonly number[] | undefined;
}

/** Goroutines of which it is known how they ended: at least this number, and at most twice as many. */
const LATEST = 1 << 17;

export class EndedGoroutines {
  private latest = new Generation();
  private earlier = new Generation();
  /** Goroutines of which nothing else is known any more. */
  private readonly forgotten = new NumberSet();
  private forgets = false;

  /** From now on, forgets what is old. */
  forget(): void {
    this.forgets = true;
  }

  add(goid: number, goroutine: EndedGoroutine): void {
    if (this.forgets && this.latest.size >= LATEST) {
      for (const goid of this.earlier.goids()) this.forgotten.add(goid);
      this.earlier = this.latest;
      this.latest = new Generation();
    }
    this.latest.add(goid, goroutine);
  }

  /** A goroutine that has ended; undefined if it has not, or it {@link isForgotten}. */
  get(goid: number): EndedGoroutine | undefined {
    return this.latest.get(goid) ?? this.earlier.get(goid);
  }

  /** Whether a goroutine has ended, and nothing else is known of it. */
  isForgotten(goid: number): boolean {
    return this.forgotten.has(goid);
  }
}

class Generation {
  private readonly index = new NumberMap();
  private goid = new Float64Array(16);
  private place = new Int32Array(16);
  private end = new Float64Array(16);
  private readonly open = new Map<number, readonly number[]>();

  get size(): number {
    return this.index.size;
  }

  add(goid: number, { place, end, open }: EndedGoroutine): void {
    const at = this.index.size;
    this.index.set(goid, at);
    this.goid = grown(this.goid, at + 1);
    this.place = grown(this.place, at + 1);
    this.end = grown(this.end, at + 1);
    this.goid[at] = goid;
    this.place[at] = place;
    this.end[at] = end;
    if (open !== undefined) this.open.set(at, open);
  }

  get(goid: number): EndedGoroutine | undefined {
    const at = this.index.get(goid, -1);
    return at < 0 ? undefined : { place: this.place[at], end: this.end[at], open: this.open.get(at) };
  }

  goids(): Float64Array {
    return this.goid.subarray(0, this.index.size);
  }
}
