/**
 * Finds out which goroutines held a lock while others waited for it. A trace tells who woke a waiter, which for a Mutex
 * is the goroutine that released it. When a goroutine that held the lock for long has gone, the waiters hand the lock
 * on: each wakes the next, all within microseconds. So a wait is divided among all goroutines that held the lock during
 * it, as far back as the chain of hand-overs is known.
 */
import type { GoroutineInfo, Interval, Locks } from "../analyses/index.js";
import { place } from "../base/place.js";
import { formatDuration } from "../base/units.js";
import { NONE } from "../exectrace/index.js";
import { frameKey, nameOf } from "./groups.js";
import type { Watch } from "./rule.js";

/** One hold of a lock by a goroutine, known by its end. */
interface Hold {
  /** Where it was released: `main.(*Store).Put (store.go:42)`; "" if unknown. */
  readonly place: string;
  /** `goroutine 12 (main.worker)`. */
  readonly holder: string;
  /** Whether it waited for the lock, so that its begin is known. */
  readonly waited: boolean;
  /** When it got the lock or, if it did not wait, the earliest time at which it can have; -1: before the trace. */
  readonly begin: number;
  readonly end: number;
  readonly depth: number;
  /** The hold before, if known. */
  before: Hold | undefined;
}

/** How a goroutine got the lock that it waited for. */
interface Acquired {
  readonly time: number;
  /** The function that called Lock. */
  readonly by: string;
  readonly before: Hold;
}

/** Most hand-overs to follow back. */
const CHAIN = 512;

/** Sums up the holders of a lock: the place that most waits were for, and its longest hold. Keeps 64 places. */
export class Blame {
  private readonly places = new Map<string, { total: number; longest: number; atLeast: boolean; holder: string }>();

  /**
   * Adds a hold that a goroutine waited for.
   *
   * @param waited part of the wait that this hold caused, ns
   * @param held length of the hold, ns
   * @param atLeast the hold was longer, but its begin is unknown
   */
  add(hold: { place: string; holder: string }, waited: number, held: number, atLeast: boolean): void {
    let one = this.places.get(hold.place);
    if (!one) {
      if (this.places.size >= 64) return;
      one = { total: 0, longest: -1, atLeast: false, holder: "" };
      this.places.set(hold.place, one);
    }
    one.total += waited;
    if (held > one.longest) [one.longest, one.atLeast, one.holder] = [held, atLeast, hold.holder];
  }

  /**
   * Describes the place that most waits were for: `held for up to 36ms by goroutine 7 (main.load), released at
   * main.(*Store).Put (store.go:40)`; "" if no holder is known.
   */
  text(): string {
    const [top] = [...this.places].sort((a, b) => b[1].total - a[1].total);
    if (!top) return "";
    const [where, { longest, atLeast, holder }] = top;
    return `held for ${atLeast ? "at least " : "up to "}${formatDuration(longest)} by ${holder}${where && `, released at ${where}`}`;
  }
}

/**
 * Tracks hand-overs: feed it all waits for locks at their end. Memory: the last lock of each live goroutine, the last hold
 * of each function, and chains of up to twice {@link CHAIN} holds.
 */
export class Holders {
  private readonly acquired = new Map<number, Acquired>();
  /** By the function that asked for the lock, and by the place where it was released: of a wait, one may be unknown. */
  private readonly latest = new Map<string, Hold>();

  constructor(
    private readonly watch: Watch,
    private readonly locks: Locks,
  ) {
    watch.onGoroutineEnd((g) => this.acquired.delete(g.id));
  }

  /** Divides a wait among the goroutines that held the lock. @param blame gets each part; undefined: only track */
  take(i: Interval, g: GoroutineInfo, blame: Blame | undefined): void {
    if (i.waker === NONE || i.cutEnd || !this.locks.isRelease(i.wakerStack)) return;
    const frame = this.watch.userFrames.of(i.wakerStack);
    const holder = this.watch.goroutine(i.waker);
    const where = frame ? place(frame) : "";
    const by = this.functionOf(i.stack, g);
    const { waited, begin, before } = this.beginOf(i.waker, by, where, holder);
    const hold: Hold = {
      place: where,
      holder: nameOf({ time: 0, duration: 0, goroutine: i.waker, goroutineFunction: holder?.startFunction }),
      waited,
      begin,
      end: i.end,
      depth: (before?.depth ?? 0) + 1,
      before,
    };
    if (hold.depth % CHAIN === 0) cut(hold);
    this.acquired.set(g.id, { time: i.end, by, before: hold });
    this.latest.set(by, hold).set(where, hold);
    if (!blame) return;
    let until = i.end;
    for (let one: Hold | undefined = hold; one && until > i.begin; one = one.before) {
      const end = Math.min(until, one.end);
      const from = Math.max(one.begin, i.begin);
      blame.add(one, end - from, end - (one.waited ? one.begin : from), !one.waited && one.begin <= i.begin);
      until = from;
    }
  }

  /**
   * When a goroutine that releases a lock had got it, and the hold before. If it did not wait for it, it got it after its own
   * start and after the last release: others may get a lock ahead of those that wait.
   */
  private beginOf(
    waker: number,
    by: string,
    where: string,
    holder: GoroutineInfo | undefined,
  ): Pick<Hold, "waited" | "begin" | "before"> {
    const got = this.acquired.get(waker);
    // If it last waited for another lock, that says nothing.
    if (got?.by === by) return { waited: true, begin: got.time, before: got.before };
    const [one, other] = [this.latest.get(by), this.latest.get(where)];
    const before = (one?.end ?? -1) > (other?.end ?? -1) ? one : other;
    const start = holder?.createdInTrace ? holder.begin : -1;
    return { waited: false, begin: Math.max(start, before?.end ?? -1), before };
  }

  /** Key of the user's function that asks for the lock. */
  private functionOf(stack: number, g: GoroutineInfo): string {
    const site = this.watch.userFrames.of(stack);
    return site ? frameKey(site) : g.startFunction;
  }
}

/** Drops the part of a chain that is more than CHAIN holds back. */
function cut(hold: Hold): void {
  let one: Hold | undefined = hold;
  for (let n = 0; one && n < CHAIN; n++) one = one.before;
  if (one) one.before = undefined;
}
