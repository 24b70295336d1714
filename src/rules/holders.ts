/**
 * Who held a lock while others waited for it. A trace says who woke a waiter, which for a Mutex is who released it. Among
 * waiters the lock is handed over: each wakes the next, all of them within microseconds, when the one that held it for long
 * has gone. So a wait is divided among all who held the lock meanwhile, as far back as the chain of hand-overs tells.
 */
import type { GoroutineInfo, Interval } from "../analyses/index.js";
import { place } from "../base/place.js";
import { formatDuration } from "../base/units.js";
import { NONE } from "../exectrace/index.js";
import { frameKey, nameOf } from "./groups.js";
import type { Locks } from "./locks.js";
import type { Watch } from "./rule.js";

/** One time that a goroutine held a lock, known by its end. */
interface Hold {
  /** Where it was released, `main.(*Store).Put (store.go:42)`. */
  readonly place: string;
  /** `goroutine 12 (main.worker)`. */
  readonly holder: string;
  /** When it got it from another; -1: it did not wait for it, so the trace does not show when. */
  readonly begin: number;
  readonly end: number;
  readonly depth: number;
  /** Who held it before. */
  before: Hold | undefined;
}

/** How a goroutine came by the lock that it waited for. */
interface Acquired {
  readonly time: number;
  /** The function that called Lock. */
  readonly by: string;
  readonly before: Hold;
}

/** Hand-overs that are followed back. */
const CHAIN = 512;

/** What is known of those who held a lock: the place that holds it most, and its longest hold. */
export class Blame {
  private readonly places = new Map<string, { total: number; longest: number; atLeast: boolean; holder: string }>();

  /** @param atLeast the lock was also held before that, but it is not known since when */
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

  /** `held for up to 36ms by goroutine 7 (main.load), released at main.(*Store).Put (store.go:40)`, of the place that most waits were for; "" when no holder is known. */
  text(): string {
    const [top] = [...this.places].sort((a, b) => b[1].total - a[1].total);
    if (!top) return "";
    const [where, { longest, atLeast, holder }] = top;
    return `held for ${atLeast ? "at least " : "up to "}${formatDuration(longest)} by ${holder}${where && `, released at ${where}`}`;
  }
}

/** Feed all waits for locks at their end. Memory: what goroutines that live got last, and chains of {@link CHAIN}. */
export class Holders {
  private readonly acquired = new Map<number, Acquired>();

  constructor(
    private readonly watch: Watch,
    private readonly locks: Locks,
  ) {
    watch.onGoroutineEnd((g) => this.acquired.delete(g.id));
  }

  /** Divides a wait among the goroutines that held the lock; `blame` gets each part. */
  take(i: Interval, g: GoroutineInfo, blame: Blame | undefined): void {
    if (i.waker === NONE || i.cutEnd || !this.locks.isRelease(i.wakerStack)) return;
    const frame = this.watch.sites.of(i.wakerStack);
    const holder = this.watch.goroutine(i.waker);
    const where = frame ? place(frame) : "";
    const by = this.functionOf(i.stack, g);
    const got = this.acquired.get(i.waker);
    // One that waited for another lock before holds this one for an unknown time.
    const same = got !== undefined && got.by === by;
    const before = same ? got.before : undefined;
    const hold: Hold = {
      place: where,
      holder: nameOf({ time: 0, duration: 0, goroutine: i.waker, goroutineFunction: holder?.startFunction }),
      begin: same ? got.time : -1,
      end: i.end,
      depth: (before?.depth ?? 0) + 1,
      before,
    };
    if (hold.depth % CHAIN === 0) cut(hold);
    this.acquired.set(g.id, { time: i.end, by, before: hold });
    if (!blame) return;
    let end = i.end;
    for (let one: Hold | undefined = hold; one && end > i.begin; one = one.before) {
      const begin = Math.max(one.begin, i.begin);
      const atLeast = one.begin < 0;
      blame.add(one, end - begin, end - (atLeast ? i.begin : one.begin), atLeast);
      end = begin;
    }
  }

  /** The user's function that asks for the lock. */
  private functionOf(stack: number, g: GoroutineInfo): string {
    const site = this.watch.sites.of(stack);
    return site ? frameKey(site) : g.startFunction;
  }
}

/** Forgets what is more than a chain back. */
function cut(hold: Hold): void {
  let one: Hold | undefined = hold;
  for (let n = 0; one && n < CHAIN; n++) one = one.before;
  if (one) one.before = undefined;
}
