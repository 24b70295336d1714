/** The stays of goroutines within a stretch of time, looked up backwards. */
import { CLOCK_ERROR, CREATED, State, type StayCursor, type Stays } from "../../calltree/index.js";

/** A stay, cut to the stretch of time. */
export interface PastStay {
  readonly begin: number;
  readonly end: number;
  /** Index into STATES. */
  readonly state: number;
  readonly reason: string;
  /** The goroutine that ended the wait, or made it ready; -1 for none. */
  readonly waker: number;
  readonly place: string;
}

/** Keeps the stays of the goroutines that were asked for. */
export class Past {
  private readonly cursor: StayCursor;
  private readonly known = new Map<number, readonly PastStay[]>();

  constructor(
    private readonly stays: Stays,
    private readonly from: number,
    private readonly to: number,
  ) {
    this.cursor = stays.cursor();
  }

  /** What a goroutine did just before a time, `unknown` where the execution trace does not say; undefined before its birth. */
  before(goid: number, time: number): PastStay | undefined {
    const list = this.staysOf(goid);
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (list[middle].begin < time) low = middle + 1;
      else high = middle;
    }
    const found = list[low - 1];
    if (found !== undefined && found.end >= time - CLOCK_ERROR) return found;
    if (found === undefined && list.length > 0 && list[0].begin > this.from) return undefined;
    return { ...UNKNOWN, begin: found?.end ?? Number.NEGATIVE_INFINITY, end: time };
  }

  /** Whether the execution trace says what a goroutine did just before a time. */
  knows(goid: number, time: number): boolean {
    const stay = this.before(goid, time);
    return stay !== undefined && stay.state !== State.unknown;
  }

  /** The goroutine that started one within the stretch of time; -1 if it is not known, or began earlier. */
  creatorOf(goid: number): number {
    const [first] = this.staysOf(goid);
    return first !== undefined && first.begin > this.from && first.reason === CREATED ? first.waker : -1;
  }

  /** The function that a goroutine started with; "" if unknown. */
  startOf(goid: number): string {
    return this.stays.startOf(goid);
  }

  private staysOf(goid: number): readonly PastStay[] {
    const known = this.known.get(goid);
    if (known !== undefined) return known;
    const { cursor, from, to } = this;
    const list: PastStay[] = [];
    for (let more = cursor.seek(goid, from); more && cursor.begin < to; more = cursor.next()) {
      const { begin, end, state, reason, waker, place } = cursor;
      list.push({ begin: Math.max(begin, from), end: Math.min(end, to), state, reason, waker, place });
    }
    this.known.set(goid, list);
    return list;
  }
}

const UNKNOWN = { state: State.unknown, reason: "", waker: -1, place: "" };
