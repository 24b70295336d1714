/** Waits as columns: who waited, from when to when, and who ended it. */
import { NumberMap } from "../base/columns.js";
import { Words } from "../base/word-numbers.js";
import { ENDED_BY_OTHERS, type StayCursor, type Stays } from "../calltree/index.js";
import { NONE } from "../exectrace/index.js";

/** Whether another goroutine ended the wait. */
export function isEnded({ state, waker }: Pick<StayCursor, "state" | "waker">): boolean {
  return ENDED_BY_OTHERS.has(state) && waker !== NONE;
}

/** The most waits that are looked at; of more, the longest. */
const WAITS_MAX = 1 << 20;

/** The waits of a process. Times are nanoseconds since its start. Those of a goroutine stand together, in order. */
export interface Waits {
  readonly count: number;
  /** Shorter waits are not among them, nanoseconds. */
  readonly minimum: number;
  readonly begin: Float64Array;
  readonly end: Float64Array;
  readonly state: Uint8Array;
  /** By wait: why, an index into `reasons`. */
  readonly reason: Uint8Array;
  readonly reasons: readonly string[];
  /** By wait: the goroutines. */
  readonly waiter: Float64Array;
  readonly waker: Float64Array;
}

/** Which stays are waits. */
type Accepts = (stay: StayCursor) => boolean;

/** Between which times. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** What of a wait lies within a window, nanoseconds. */
export function lengthIn({ from, to }: Window, begin: number, end: number): number {
  return Math.max(0, Math.min(end, to) - Math.max(begin, from));
}

/**
 * Collects waits from the stays of all goroutines.
 *
 * @param accepts by default those that another goroutine ended
 * @param most the most waits to look at
 */
export function waitsOf(stays: Stays, accepts: Accepts = isEnded, most = WAITS_MAX): Waits {
  const { minimum, count: room } = limitOf(stays, accepts, most);
  const reasons = new Words();
  const begin = new Float64Array(room);
  const end = new Float64Array(room);
  const state = new Uint8Array(room);
  const reason = new Uint8Array(room);
  const waiter = new Float64Array(room);
  const waker = new Float64Array(room);
  let count = 0;
  eachWait(stays, accepts, (goid, wait) => {
    if (wait.end - wait.begin < minimum) return;
    begin[count] = wait.begin;
    end[count] = wait.end;
    state[count] = wait.state;
    reason[count] = reasons.numberOf(wait.reason);
    waiter[count] = goid;
    waker[count] = wait.waker;
    count++;
  });
  return { count, minimum, begin, end, state, reason, reasons: reasons.list, waiter, waker };
}

function eachWait(stays: Stays, accepts: Accepts, visit: (goid: number, wait: StayCursor) => void): void {
  const cursor = stays.cursor();
  for (const goid of stays.goroutines) {
    for (let more = cursor.seek(goid, Number.NEGATIVE_INFINITY); more; more = cursor.next()) {
      if (accepts(cursor)) visit(goid, cursor);
    }
  }
}

/** The least power of two such that at most `most` waits last as long, and their number; 0 if all fit. */
function limitOf(stays: Stays, accepts: Accepts, most: number): { minimum: number; count: number } {
  const atLeast = new Float64Array(64);
  eachWait(stays, accepts, (_, { begin, end }) => {
    atLeast[Math.max(0, Math.floor(Math.log2(end - begin)))]++;
  });
  let count = 0;
  for (let power = atLeast.length - 1; power >= 0; power--) {
    if (count + atLeast[power] > most) return { minimum: 2 ** (power + 1), count };
    count += atLeast[power];
  }
  return { minimum: 0, count };
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
