/**
 * Who made whom wait, in calls: each wait is charged to the innermost open call of the goroutine that ended it, at that
 * moment. For a lock that is not enough: waiters hand it over to one another within microseconds when the one that held
 * it for long is gone. So a wait for a lock is divided among all who held it meanwhile, as far back as the hand-overs
 * tell, each by the call that released it. Where untraced code ended a wait, that code's own waits are followed back.
 */
import { type Blame, type Goroutine, State, type Stays, type WaitVisitor } from "../calltree/index.js";
import { Chains } from "./chains.js";
import { HandOvers } from "./hand-overs.js";
import { Pairs } from "./pairs.js";
import { Points } from "./points.js";
import { type Waits, waitsOf } from "./waits.js";

/** Finds the calls of all waits of a process in one walk; `blame` is the result. Memory: 50 bytes for each wait. */
export class BlameCollector implements WaitVisitor {
  private readonly waits: Waits;
  private readonly waiters: Points;
  private readonly wakers: Points;
  private readonly open: number[] = [];
  /** When the next moment of the goroutine is that needs its call. */
  private next = 0;

  constructor(private readonly stays: Stays) {
    this.waits = waitsOf(stays);
    this.waiters = new Points(this.waits.waiter, this.waits.begin);
    this.wakers = new Points(this.waits.waker, this.waits.end);
  }

  begin({ goid }: Goroutine): void {
    this.waiters.begin(goid);
    this.wakers.begin(goid);
    this.open.length = 0;
    this.next = Number.NEGATIVE_INFINITY;
  }

  enter(node: number, time: number): void {
    if (this.next < time) this.settle(time);
    this.open.push(node);
  }

  exit(_node: number, _start: number, time: number): void {
    if (this.next < time) this.settle(time);
    this.open.pop();
  }

  end(): void {
    this.settle(Number.POSITIVE_INFINITY);
  }

  private settle(time: number): void {
    const { waiters, wakers } = this;
    const node = this.open.at(-1) ?? 0;
    waiters.settle(time, node);
    wakers.settle(time, node);
    this.next = Math.min(waiters.next, wakers.next);
  }

  /** Call it after the walk. */
  blame(tree: { readonly func: ArrayLike<number> }): Blame {
    const pairs = new Pairs();
    const { stays, waits, waiters, wakers } = this;
    const handOvers = new HandOvers(waits, (wait) => tree.func[waiters.node[wait]]);
    const chains = new Chains(stays, waits, waiters, wakers);
    for (const wait of byEnd(waits)) {
      const state = waits.state[wait];
      const who = { waiter: waiters.node[wait], state, reason: waits.reasons[waits.reason[wait]], starts: false };
      if (state !== State.lock) pairs.add(who, chains.culpritOf(wait), waits.end[wait] - waits.begin[wait]);
      else for (const [hold, time] of handOvers.holders(wait)) pairs.add(who, chains.culpritOf(hold), time);
    }
    return { pairs: pairs.list(), minimum: waits.minimum };
  }
}

function byEnd({ count, end }: Waits): Uint32Array {
  return Uint32Array.from({ length: count }, (_, wait) => wait).sort((a, b) => end[a] - end[b]);
}
