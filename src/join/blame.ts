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
  type CallTree,
  type CallVisitor,
  CREATED,
  type Goroutine,
  type OpenCalls,
  State,
  type StayCursor,
  type Stays,
  spanOf,
  type WaitReason,
  type WaitVisitor,
} from "../calltree/index.js";
import { Chains } from "./chains.js";
import { chargeReady, type Occupation } from "./contention.js";
import { HandOvers } from "./hand-overs.js";
import { Pairs } from "./pairs.js";
import { Points } from "./points.js";
import { ReasonSums } from "./reason-sums.js";
import { INSTANT, Slices } from "./slices.js";
import { Spans } from "./spans.js";
import { Stops } from "./stops.js";
import { isEnded, lengthIn, type Waits, type Window, waitsOf } from "./waits.js";

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
  /** The time of waits of a goroutine that counts. */
  private readonly windowOf: (goid: number) => Window;
  /** That of the visited goroutine; undefined if all does that is visited. */
  private counted: Window | undefined;
  private readonly stops: Stops;
  /** The open calls where it is told of all; else those at the latest look. */
  private readonly told: number[] = [];
  private open: OpenCalls = this.told;
  /** Whether it goes through an outline, and the number of the latest outermost call there. */
  private isOutline = false;
  private outermost = 0;
  /** The first wait of the goroutine for a processor, -1 for none. */
  private firstWait = -1;
  /** When the next moment of the goroutine is that needs its call. */
  private next = 0;

  constructor(
    private readonly stays: Stays,
    private readonly occupation: Occupation,
    window: Window,
    private readonly countedOf?: (goid: number) => Window,
  ) {
    this.windowOf = countedOf ?? (() => window);
    const { from, to } = window;
    const isIn = ({ begin, end }: StayCursor) => begin < to && end > from;
    this.waits = waitsOf(stays, (stay) => isEnded(stay) && isIn(stay));
    // Calls are seen within the window only, up to its end: those that are open there end then.
    const inWindow = (times: Float64Array) => times.map((time) => Math.min(Math.max(time, from), to - INSTANT));
    this.waiters = new Points(this.waits.waiter, inWindow(this.waits.begin));
    this.wakers = new Points(this.waits.waker, inWindow(this.waits.end));
    this.returned = new Int32Array(this.waits.count);
    this.others = waitsOf(stays, (stay) => isOther(stay) && isIn(stay));
    this.otherCalls = new Points(this.others.waiter, inWindow(this.others.begin));
    this.ready = waitsOf(stays, (stay) => stay.state === State.runnable && isIn(stay));
    this.readyCalls = new Points(this.ready.waiter, inWindow(this.ready.begin));
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
    this.counted = this.countedOf?.(goid);
    this.isFirst = true;
    this.firstWait = this.readyCalls.current;
    this.last.node = 0;
    this.isOutline = false;
    this.told.length = 0;
    this.open = this.told;
    this.next = Number.NEGATIVE_INFINITY;
  }

  get due(): number {
    return Math.min(this.next, this.slices.lookAfter, this.stops.due);
  }

  get tells(): number {
    return this.stops.latest;
  }

  look(time: number, open: OpenCalls, fewest: number, upTo: number): void {
    this.isOutline = true;
    this.open = open;
    if (fewest !== Number.POSITIVE_INFINITY) this.slices.pass(fewest, upTo);
    this.settleAll(time);
    this.stops.reach(time);
  }

  enter(node: number, time: number, number: number): void {
    this.pass(time);
    if (this.isFirst) this.settleStart(node, time);
    if (this.isOutline) this.outermost = number;
    else this.told.push(node);
  }

  exit: NonNullable<CallVisitor["exit"]> = (node, start, time, _self, _how, _calls, _states, number) => {
    this.pass(time);
    const { counted } = this;
    if (counted === undefined) this.stops.add(node, start, time);
    else if (start < counted.to && time > counted.from) {
      this.stops.add(node, Math.max(start, counted.from), Math.min(time, counted.to));
    }
    if (this.isOutline ? number !== this.outermost : this.told.length > 1) {
      this.told.pop();
      return;
    }
    this.told.pop();
    this.last.node = node;
    this.last.start = start;
    this.last.end = time;
  };

  end(): void {
    this.pass(Number.POSITIVE_INFINITY);
  }

  /** The goroutine's first call begins. The wait for its start counts as that of this call. */
  private settleStart(node: number, time: number): void {
    const { ready, readyCalls, firstWait: wait } = this;
    this.isFirst = false;
    if (wait < 0 || ready.reasons[ready.reason[wait]] !== CREATED || ready.begin[wait] >= time) return;
    readyCalls.node[wait] = node;
    this.starts[wait] = 1;
  }

  /** The innermost call changes at `time`. In an outline it has looked at that, if it had to. */
  private pass(time: number): void {
    if (!this.isOutline) this.settleAll(time);
  }

  private settleAll(time: number): void {
    if (this.next < time) this.settle(time);
    if (this.slices.due < time) this.slices.settle(time, this.open);
  }

  private settle(time: number): void {
    const { waiters, wakers, otherCalls, readyCalls } = this;
    const node = this.open.at(-1) ?? 0;
    waiters.settle(time, node);
    wakers.settle(time, node, this.untraced);
    otherCalls.settle(time, node);
    readyCalls.settle(time, node);
    this.next = Math.min(waiters.next, wakers.next, otherCalls.next, readyCalls.next);
  }

  private readonly untraced = (wait: number): void => {
    const { waits, last } = this;
    const [from, to] = [waits.begin[wait], waits.end[wait]];
    const time = Math.min(last.end, to) - Math.max(last.start, from);
    if (last.node > 0 && 2 * time >= to - from) this.returned[wait] = last.node;
  };

  /** Call it after the walk. */
  blame(tree: CallTree): Blame {
    const pairs = new Pairs();
    const { stays, waits, waiters, wakers, ready, slices, occupation, windowOf } = this;
    const handOvers = new HandOvers(waits, (wait) => tree.func[waiters.node[wait]]);
    const chains = new Chains(stays, waits, { waiters, wakers, returned: this.returned });
    for (const wait of byEnd(waits)) {
      const state = waits.state[wait];
      const who = { waiter: waiters.node[wait], state, reason: waits.reasons[waits.reason[wait]], starts: false };
      const window = windowOf(waits.waiter[wait]);
      const parts =
        state === State.lock ? handOvers.holders(wait) : [[wait, waits.begin[wait], waits.end[wait]] as const];
      for (const [hold, begin, end] of parts) {
        const time = lengthIn(window, begin, end);
        if (time > 0) pairs.add(who, chains.culpritOf(hold), time);
      }
    }
    this.chargeTimers(pairs);
    slices.finish();
    const kinds = { node: this.readyCalls.node, starts: this.starts };
    chargeReady(clipped(ready, windowOf), kinds, slices, { stays, occupation }, pairs);
    const { from, to } = spanOf(tree);
    const stoppedTime = occupation.stopped.within(from, to);
    const minimum = Math.max(waits.minimum, ready.minimum);
    return { pairs: pairs.list(), reasons: this.reasons(tree), minimum, stopped: this.stops.byNode, stoppedTime };
  }

  /** A wait for a channel that no goroutine ended was ended by a timer, unless the trace ended first. */
  private chargeTimers(pairs: Pairs): void {
    const { others, otherCalls, windowOf } = this;
    const cursor = this.stays.cursor();
    for (let wait = 0; wait < others.count; wait++) {
      const state = others.state[wait];
      const isTimed = state === State.channel || state === State.select;
      if (!isTimed || !cursor.seek(others.waiter[wait], others.end[wait])) continue;
      const who = { waiter: otherCalls.node[wait], state, reason: others.reasons[others.reason[wait]], starts: false };
      const time = lengthIn(windowOf(others.waiter[wait]), others.begin[wait], others.end[wait]);
      if (time > 0) pairs.add(who, { culprit: 0, via: "", cause: "timer" }, time);
    }
  }

  private reasons(tree: Pick<CallTree, "parent" | "edge">): WaitReason[] {
    const sums = new ReasonSums();
    for (const [waits, { node }] of [
      [this.waits, this.waiters],
      [this.others, this.otherCalls],
    ] as const) {
      for (let wait = 0; wait < waits.count; wait++) {
        const time = lengthIn(this.windowOf(waits.waiter[wait]), waits.begin[wait], waits.end[wait]);
        sums.add(node[wait], waits.state[wait], waits.reasons[waits.reason[wait]], time);
      }
    }
    return sums.list(tree);
  }
}

const UNREASONED: ReadonlySet<number> = new Set([State.running, State.runnable, State.unknown]);

function isOther(stay: StayCursor): boolean {
  return !UNREASONED.has(stay.state) && stay.reason !== "" && !isEnded(stay);
}

/** Waits as far as they lie within the windows of their goroutines, in the same order; without length if they do not. */
function clipped(waits: Waits, windowOf: (goid: number) => Window): Waits {
  const begin = waits.begin.slice();
  const end = waits.end.slice();
  for (let wait = 0; wait < waits.count; wait++) {
    const { from, to } = windowOf(waits.waiter[wait]);
    if (lengthIn({ from, to }, begin[wait], end[wait]) === 0) end[wait] = begin[wait];
    else {
      begin[wait] = Math.max(from, begin[wait]);
      end[wait] = Math.min(to, end[wait]);
    }
  }
  return { ...waits, begin, end };
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
