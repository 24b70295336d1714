/** Waits that another goroutine ended, as columns: who waited, from when to when, and who ended it. */
import { NumberMap } from "../base/columns.js";
import { State, type Stays } from "../calltree/index.js";
import { NONE } from "../exectrace/index.js";

/** States that another goroutine ends. The others end by a timer, the network, the system or the collector. */
const ENDED: ReadonlySet<number> = new Set([State.lock, State.wait, State.channel, State.select]);

/** The most waits that are looked at; of more, the longest. */
const WAITS_MAX = 1 << 22;

/** The waits of a process. Times are nanoseconds since its start. Those of a goroutine stand together, in order. */
export interface Waits {
  readonly count: number;
  /** Shorter waits are not among them, nanoseconds. */
  readonly minimum: number;
  readonly begin: Float64Array;
  readonly end: Float64Array;
  readonly state: Uint8Array;
  /** By wait: the goroutines. */
  readonly waiter: Float64Array;
  readonly waker: Float64Array;
}

/** Collects the waits from the stays of all goroutines. */
export function waitsOf(stays: Stays): Waits {
  const minimum = minimumOf(stays);
  const cursor = stays.cursor();
  const columns: [begin: number[], end: number[], state: number[], waiter: number[], waker: number[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  const [begin, end, state, waiter, waker] = columns;
  for (const goid of stays.goroutines) {
    for (let more = cursor.seek(goid, Number.NEGATIVE_INFINITY); more; more = cursor.next()) {
      if (!ENDED.has(cursor.state) || cursor.end - cursor.begin < minimum || cursor.waker === NONE) continue;
      begin.push(cursor.begin);
      end.push(cursor.end);
      state.push(cursor.state);
      waiter.push(goid);
      waker.push(cursor.waker);
    }
  }
  return {
    count: begin.length,
    minimum,
    begin: Float64Array.from(begin),
    end: Float64Array.from(end),
    state: Uint8Array.from(state),
    waiter: Float64Array.from(waiter),
    waker: Float64Array.from(waker),
  };
}

/** The least power of two such that at most WAITS_MAX waits last as long; 0 if all fit. */
function minimumOf(stays: Stays): number {
  const byLength = new Float64Array(64);
  const cursor = stays.cursor();
  for (const goid of stays.goroutines) {
    for (let more = cursor.seek(goid, Number.NEGATIVE_INFINITY); more; more = cursor.next()) {
      if (ENDED.has(cursor.state)) byLength[Math.max(0, Math.ceil(Math.log2(cursor.end - cursor.begin)))]++;
    }
  }
  let count = 0;
  for (let power = byLength.length - 1; power >= 0; power--) {
    count += byLength[power];
    if (count > WAITS_MAX) return 2 ** power;
  }
  return 0;
}

/** The waits of each goroutine, by one of the columns of goroutines. */
export class WaitsBy {
  private readonly numbers = new NumberMap();
  private readonly first: Uint32Array;
  /** Indices of waits, those of a goroutine together, in the order of `time`. */
  readonly order: Uint32Array;

  constructor(goroutine: Float64Array, time: Float64Array) {
    const numbers = Uint32Array.from(goroutine, (goid) => {
      const known = this.numbers.get(goid, -1);
      if (known < 0) this.numbers.set(goid, this.numbers.size);
      return known < 0 ? this.numbers.size - 1 : known;
    });
    this.first = new Uint32Array(this.numbers.size + 1);
    for (const number of numbers) this.first[number + 1]++;
    for (let i = 0; i < this.numbers.size; i++) this.first[i + 1] += this.first[i];
    this.order = new Uint32Array(numbers.length);
    const next = this.first.slice();
    for (let wait = 0; wait < numbers.length; wait++) this.order[next[numbers[wait]]++] = wait;
    for (let i = 0; i < this.numbers.size; i++) {
      this.order.subarray(this.first[i], this.first[i + 1]).sort((a, b) => time[a] - time[b]);
    }
  }

  /** Where in `order` the waits of a goroutine stand: from `first` up to, not including, `end`. */
  range(goid: number): { readonly first: number; readonly end: number } {
    const number = this.numbers.get(goid, -1);
    return number < 0 ? { first: 0, end: 0 } : { first: this.first[number], end: this.first[number + 1] };
  }
}
