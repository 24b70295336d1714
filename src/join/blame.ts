/**
 * Who made whom wait, in calls: each wait is charged to the innermost open call of the goroutine that ended it, at that
 * moment. For a lock that is not enough: waiters hand it over to one another within microseconds when the one that held
 * it for long is gone. So a wait for a lock is divided among all who held it meanwhile, as far back as the hand-overs
 * tell, each by the call that released it. Where untraced code ended a wait, the call is to blame that it waited for to
 * return (as package testing and pools of goroutines do), or else that code's own waits are followed back. Ready
 * goroutines wait because of what runs on the processors.
 */
import {
  type Blame,
  type Goroutine,
  State,
  type StayCursor,
  type Stays,
  type WaitReason,
  type WaitVisitor,
} from "../calltree/index.js";
import { Chains } from "./chains.js";
import { chargeReady, type Occupation } from "./contention.js";
import { HandOvers } from "./hand-overs.js";
import { Pairs } from "./pairs.js";
import { Points } from "./points.js";
import { Slices } from "./slices.js";
import { Spans } from "./spans.js";
import { Stops } from "./stops.js";
import { isEnded, type Waits, waitsOf } from "./waits.js";

/** Why a goroutine is ready that has not run yet, in the words of the runtime. */
const CREATED = "created";

/**
 * Finds the calls of all waits of a process in one walk; `blame` is the result. Memory: 50 bytes for each wait, 28 for
 * each slice of time on a processor while somebody waited for one.
 */
export class BlameCollector implements WaitVisitor {
  private readonly waits: Waits;
  private readonly waiters: Points;
  private readonly wakers: Points;
  /** By wait that untraced code ended: the call that had taken most of it on that goroutine, 0 for none. */
  private readonly returned: Int32Array;
  /** The last outermost call of the goroutine that returned. */
  private last = { node: 0, start: 0, end: 0 };
  /** Waits that no goroutine ended, and that have a reason: it counts, not who is to blame. */
  private readonly others: Waits;
  private readonly otherCalls: Points;
  /** Waits for a processor, the calls that were open then, and which of them were for a goroutine's start. */
  private readonly ready: Waits;
  private readonly readyCalls: Points;
  private readonly starts: Uint8Array;
  private readonly slices: Slices;
  private isFirst = false;
  private readonly stops: Stops;
  private readonly open: number[] = [];
  /** When the next moment of the goroutine is that needs its call. */
  private next = 0;

  constructor(
    private readonly stays: Stays,
    private readonly occupation: Occupation,
  ) {
    this.waits = waitsOf(stays);
    this.waiters = new Points(this.waits.waiter, this.waits.begin);
    this.wakers = new Points(this.waits.waker, this.waits.end);
    this.returned = new Int32Array(this.waits.count);
    this.others = waitsOf(stays, isOther);
    this.otherCalls = new Points(this.others.waiter, this.others.begin);
    this.ready = waitsOf(stays, ({ state }) => state === State.runnable);
    this.readyCalls = new Points(this.ready.waiter, this.ready.begin);
    this.starts = new Uint8Array(this.ready.count);
    this.stops = new Stops(occupation.stopped);
    this.slices = new Slices(stays, timesOf(this.ready));
  }

  begin({ goid }: Goroutine): void {
    this.waiters.begin(goid);
    this.wakers.begin(goid);
    this.otherCalls.begin(goid);
    this.readyCalls.begin(goid);
    this.slices.visit(goid);
    this.stops.visit();
    this.isFirst = true;
    this.last.node = 0;
    this.open.length = 0;
    this.next = Number.NEGATIVE_INFINITY;
  }

  enter(node: number, time: number): void {
    if (this.isFirst) this.settleStart(node, time);
    else if (this.next < time) this.settle(time);
    this.open.push(node);
  }

  exit(node: number, start: number, time: number): void {
    if (this.next < time) this.settle(time);
    this.stops.add(node, start, time);
    this.open.pop();
    if (this.open.length > 0) return;
    this.last.node = node;
    this.last.start = start;
    this.last.end = time;
  }

  end(): void {
    this.settle(Number.POSITIVE_INFINITY);
  }

  /** The goroutine's first call begins. The wait for its start counts as that of this call. */
  private settleStart(node: number, time: number): void {
    const { ready, readyCalls } = this;
    this.isFirst = false;
    const wait = readyCalls.current;
    this.settle(time);
    if (wait < 0 || ready.reasons[ready.reason[wait]] !== CREATED || ready.begin[wait] >= time) return;
    readyCalls.node[wait] = node;
    this.starts[wait] = 1;
  }

  private settle(time: number): void {
    const { waiters, wakers, otherCalls, readyCalls, slices } = this;
    const node = this.open.at(-1) ?? 0;
    waiters.settle(time, node);
    wakers.settle(time, node, this.untraced);
    otherCalls.settle(time, node);
    readyCalls.settle(time, node);
    slices.settle(time, this.open);
    this.next = Math.min(waiters.next, wakers.next, otherCalls.next, readyCalls.next, slices.due);
  }

  private readonly untraced = (wait: number): void => {
    const { waits, last } = this;
    const [from, to] = [waits.begin[wait], waits.end[wait]];
    const time = Math.min(last.end, to) - Math.max(last.start, from);
    if (last.node > 0 && 2 * time >= to - from) this.returned[wait] = last.node;
  };

  /** Call it after the walk. */
  blame(tree: { readonly func: ArrayLike<number> }): Blame {
    const pairs = new Pairs();
    const { stays, waits, waiters, wakers, ready, slices, occupation } = this;
    const handOvers = new HandOvers(waits, (wait) => tree.func[waiters.node[wait]]);
    const chains = new Chains(stays, waits, { waiters, wakers, returned: this.returned });
    for (const wait of byEnd(waits)) {
      const state = waits.state[wait];
      const who = { waiter: waiters.node[wait], state, reason: waits.reasons[waits.reason[wait]], starts: false };
      if (state !== State.lock) pairs.add(who, chains.culpritOf(wait), waits.end[wait] - waits.begin[wait]);
      else for (const [hold, time] of handOvers.holders(wait)) pairs.add(who, chains.culpritOf(hold), time);
    }
    slices.finish();
    const kinds = { node: this.readyCalls.node, starts: this.starts };
    chargeReady(ready, kinds, slices, { stays, occupation }, pairs);
    const stoppedTime = occupation.stopped.within(0, Number.POSITIVE_INFINITY);
    const minimum = Math.max(waits.minimum, ready.minimum);
    return { pairs: pairs.list(), reasons: this.reasons(), minimum, stopped: this.stops.byNode, stoppedTime };
  }

  /** Sums by call and reason. */
  private reasons(): WaitReason[] {
    const pairs = new Pairs();
    for (const [waits, { node }] of [
      [this.waits, this.waiters],
      [this.others, this.otherCalls],
    ] as const) {
      for (let wait = 0; wait < waits.count; wait++) {
        const who = { waiter: node[wait], state: waits.state[wait], reason: waits.reasons[waits.reason[wait]] };
        pairs.add({ ...who, starts: false }, NOBODY, waits.end[wait] - waits.begin[wait]);
      }
    }
    return pairs.list().map(({ waiter, state, reason, time }) => ({ node: waiter, state, reason, time }));
  }
}

const NOBODY = { culprit: 0, via: "", cause: "" };

const UNREASONED: ReadonlySet<number> = new Set([State.running, State.runnable, State.unknown]);

function isOther(stay: StayCursor): boolean {
  return !UNREASONED.has(stay.state) && stay.reason !== "" && !isEnded(stay);
}

/** When at least one of some waits lasted. */
function timesOf({ count, begin, end }: Waits): Spans {
  const spans = new Spans();
  const order = Uint32Array.from({ length: count }, (_, wait) => wait).sort((a, b) => begin[a] - begin[b]);
  for (const wait of order) spans.add(begin[wait], end[wait]);
  return spans;
}

function byEnd({ count, end }: Waits): Uint32Array {
  return Uint32Array.from({ length: count }, (_, wait) => wait).sort((a, b) => end[a] - end[b]);
}
