/**
 * Why untraced code was so late. A wait that untraced code ended is followed back to what that goroutine itself waited
 * for meanwhile: to the traced call that ended that, or to the network, a timer or the system.
 *
 * Example: a call waits for a channel, on which net/http's `readLoop` sends, which waited for the network.
 */
import { STATES, State, type Stays } from "../calltree/index.js";
import { NONE } from "../exectrace/index.js";
import type { Culprit } from "./pairs.js";
import type { Points } from "./points.js";
import { isEnded, type Waits } from "./waits.js";

/** The most goroutines that are followed back, and the most stays of one that are looked at. */
const HOPS_MAX = 16;
const STAYS_MAX = 64;

/** A stay that a goroutine had before it ended a wait. */
interface Past {
  readonly begin: number;
  readonly end: number;
  readonly state: number;
  readonly waker: number;
  /** Index of the wait; -1 if it is not one. */
  readonly wait: number;
}

/** The calls of waits. */
interface CallsOfWaits {
  /** The waits by waiter, in order. */
  readonly waiters: Points;
  /** The waits by waker, with the innermost open call at their ends. */
  readonly wakers: Points;
  /** By wait that untraced code ended: the call that had taken most of it on that goroutine, 0 for none. */
  readonly returned: Int32Array;
}

export class Chains {
  /** By wait that untraced code ended: the state in which its waker was most of the time meanwhile. */
  private readonly main: Uint8Array;
  /** The longest wait of the waker in that state that another goroutine ended, -1 for none. */
  private readonly before: Int32Array;
  /** Whether a timer ended the waker's wait. */
  private readonly byTimer: Uint8Array;

  constructor(
    private readonly stays: Stays,
    private readonly waits: Waits,
    private readonly calls: CallsOfWaits,
  ) {
    const { waiters, wakers, returned } = calls;
    this.main = new Uint8Array(waits.count).fill(State.unknown);
    this.before = new Int32Array(waits.count).fill(-1);
    this.byTimer = new Uint8Array(waits.count);
    const asked = new Set<number>();
    for (let wait = 0; wait < waits.count; wait++) {
      if (wakers.node[wait] === 0 && returned[wait] === 0) asked.add(waits.waker[wait]);
    }
    for (const goid of asked) this.follow(goid, waiters.of(goid), wakers.of(goid));
  }

  /** Who is to blame for a wait that another goroutine ended. */
  culpritOf(wait: number): Culprit {
    const { stays, waits } = this;
    const { wakers, returned } = this.calls;
    const via: string[] = [];
    let at = wait;
    while (wakers.node[at] === 0) {
      via.push(stays.startOf(waits.waker[at]));
      if (returned[at] !== 0) return { culprit: returned[at], via: shown(via), cause: "" };
      if (this.before[at] < 0 || via.length === HOPS_MAX) {
        const state = this.main[at];
        const cause = this.byTimer[at] === 1 ? "timer" : state === State.unknown ? "" : STATES[state];
        return { culprit: 0, via: shown(via), cause };
      }
      at = this.before[at];
    }
    return { culprit: wakers.node[at], via: shown(via), cause: "" };
  }

  /** Finds what a goroutine did before it ended each of some waits. @param own its own waits, @param ended those, both in order */
  private follow(goid: number, own: Uint32Array, ended: Uint32Array): void {
    const { waits, stays } = this;
    const { wakers } = this.calls;
    const cursor = stays.cursor();
    const past: Past[] = [];
    let more = cursor.seek(goid, Number.NEGATIVE_INFINITY);
    let next = 0;
    for (const wait of ended) {
      for (; more && cursor.begin < waits.end[wait]; more = cursor.next()) {
        const { begin, end, state, waker } = cursor;
        while (next < own.length && waits.begin[own[next]] < begin) next++;
        const isOwn = next < own.length && waits.begin[own[next]] === begin && isEnded(cursor);
        past.push({ begin, end, state, waker, wait: isOwn ? own[next] : -1 });
        if (past.length > 2 * STAYS_MAX) past.splice(0, STAYS_MAX);
      }
      if (wakers.node[wait] === 0) this.judge(wait, past);
    }
  }

  private judge(wait: number, past: readonly Past[]): void {
    const [from, to] = [this.waits.begin[wait], this.waits.end[wait]];
    const times = STATES.map(() => 0);
    const isWithin = ({ end }: Past) => end > from;
    const recent = past.slice(-STAYS_MAX).filter(isWithin);
    const within = ({ begin, end }: Past) => Math.min(end, to) - Math.max(begin, from);
    for (const stay of recent) times[stay.state] += within(stay);
    const most = Math.max(...times);
    if (!(most > 0)) return;
    const state = times.indexOf(most);
    this.main[wait] = state;
    const longest = recent
      .filter((stay) => stay.state === state && stay.end <= to)
      .reduce<Past | undefined>((best, stay) => (best && within(best) >= within(stay) ? best : stay), undefined);
    this.before[wait] = longest?.wait ?? -1;
    const isTimed = state === State.channel || state === State.select;
    if (isTimed && longest?.waker === NONE) this.byTimer[wait] = 1;
  }
}

/** The known functions of a chain; goroutines that started with the same follow one another often in pools. */
function shown(via: readonly string[]): string {
  return via.filter((name, i) => name !== "" && name !== via[i - 1]).join(", ");
}
