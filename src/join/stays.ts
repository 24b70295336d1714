/** What every goroutine of an execution trace did from when to when, as columns: some 20 bytes for each stay in a state. */
import { grown, NumberMap } from "../base/columns.js";

/** The stays of all goroutines. Those of a goroutine follow one another in time. Times: ns since the trace's start. */
export interface Stays {
  /** The stays of a goroutine: from `first` up to, not including, `end`; both 0 for one that is not in the trace. */
  range(goid: number): { readonly first: number; readonly end: number };
  readonly begin: Float64Array;
  readonly end: Float64Array;
  /** Index into STATES. */
  readonly state: Uint8Array;
  /** The goroutine that ended the wait, or NONE: a timer, the network, itself. */
  readonly waker: Float64Array;
}

/** Collects stays in the order in which they end, and sorts them by goroutine. */
export class StayCollector {
  private readonly goroutines = new NumberMap();
  /** By goroutine, in the order of first appearance: its stays so far. */
  private counts = new Uint32Array(64);
  private who = new Uint32Array(1024);
  private begin = new Float64Array(1024);
  private end = new Float64Array(1024);
  private state = new Uint8Array(1024);
  private waker = new Float64Array(1024);
  private count = 0;

  add(goid: number, begin: number, end: number, state: number, waker: number): void {
    if (!(end > begin)) return;
    const at = this.count++;
    if (at === this.who.length) this.grow();
    const goroutine = this.numberOf(goid);
    this.who[at] = goroutine;
    this.counts[goroutine]++;
    this.begin[at] = begin;
    this.end[at] = end;
    this.state[at] = state;
    this.waker[at] = waker;
  }

  /** What was collected; the collector is of no use after that. */
  finish(): Stays {
    const { goroutines, count, who } = this;
    const starts = new Uint32Array(goroutines.size + 1);
    for (let i = 0; i < goroutines.size; i++) starts[i + 1] = starts[i] + this.counts[i];
    const place = new Uint32Array(count);
    const next = starts.slice();
    for (let i = 0; i < count; i++) place[i] = next[who[i]]++;
    return {
      range: (goid) => {
        const number = goroutines.get(goid, -1);
        return number < 0 ? { first: 0, end: 0 } : { first: starts[number], end: starts[number + 1] };
      },
      begin: permuted(this.begin, place),
      end: permuted(this.end, place),
      state: permuted(this.state, place),
      waker: permuted(this.waker, place),
    };
  }

  private numberOf(goid: number): number {
    const known = this.goroutines.get(goid, -1);
    if (known >= 0) return known;
    const number = this.goroutines.size;
    this.goroutines.set(goid, number);
    this.counts = grown(this.counts, number + 1);
    return number;
  }

  private grow(): void {
    const length = this.count;
    this.who = grown(this.who, length);
    this.begin = grown(this.begin, length);
    this.end = grown(this.end, length);
    this.state = grown(this.state, length);
    this.waker = grown(this.waker, length);
  }
}

/** The first elements of a column, each where `place` puts it. */
function permuted<T extends Uint8Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(column: T, place: Uint32Array): T {
  const sorted = new (column.constructor as new (length: number) => T)(place.length);
  for (let i = 0; i < place.length; i++) sorted[place[i]] = column[i];
  return sorted;
}
