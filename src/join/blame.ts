/**
 * Who made whom wait, in calls: each wait is charged to the innermost open call of the goroutine that ended it, at that
 * moment. For a lock that is not enough: waiters hand it over to one another within microseconds when the one that held
 * it for long is gone. So a wait for a lock is divided among all who held it meanwhile, as far back as the hand-overs
 * tell, each by the call that released it.
 *
 * A trace does not identify locks. A goroutine that waited for a lock in the same function as the present waiter, and
 * then releases a lock, is taken for a holder of the same one.
 */
import { type Blame, type Blamed, type Goroutine, State, type WaitVisitor } from "../calltree/index.js";
import { type Waits, WaitsBy } from "./waits.js";

/** The most hand-overs of a lock that are followed back. */
const CHAIN_MAX = 512;

/** Finds the calls of all waits of a process in one walk; `blame` is the result. Memory: 50 bytes for each wait. */
export class BlameCollector implements WaitVisitor {
  private readonly waiterNode: Int32Array;
  private readonly wakerNode: Int32Array;
  private readonly byWaiter: WaitsBy;
  private readonly byWaker: WaitsBy;
  private readonly open: number[] = [];
  /** Where in the orders the goroutine that is visited stands, and where its waits end. */
  private wait = 0;
  private waitEnd = 0;
  private wake = 0;
  private wakeEnd = 0;

  constructor(private readonly waits: Waits) {
    this.waiterNode = new Int32Array(waits.count);
    this.wakerNode = new Int32Array(waits.count);
    this.byWaiter = new WaitsBy(waits.waiter, waits.begin);
    this.byWaker = new WaitsBy(waits.waker, waits.end);
  }

  begin({ goid }: Goroutine): void {
    const { first, end } = this.byWaiter.range(goid);
    [this.wait, this.waitEnd] = [first, end];
    const woken = this.byWaker.range(goid);
    [this.wake, this.wakeEnd] = [woken.first, woken.end];
    this.open.length = 0;
  }

  enter(node: number, time: number): void {
    this.settle(time);
    this.open.push(node);
  }

  exit(_node: number, _start: number, time: number): void {
    this.settle(time);
    this.open.pop();
  }

  end(): void {
    this.settle(Number.POSITIVE_INFINITY);
  }

  /** Gives all waits that began or were ended by the goroutine before `time` its innermost open call. */
  private settle(time: number): void {
    const { waits, byWaiter, byWaker } = this;
    if (this.wait === this.waitEnd && this.wake === this.wakeEnd) return;
    const node = this.open.at(-1) ?? 0;
    while (this.wait < this.waitEnd && waits.begin[byWaiter.order[this.wait]] < time) {
      this.waiterNode[byWaiter.order[this.wait++]] = node;
    }
    while (this.wake < this.wakeEnd && waits.end[byWaker.order[this.wake]] < time) {
      this.wakerNode[byWaker.order[this.wake++]] = node;
    }
  }

  /** Call it after the walk. */
  blame(tree: { readonly func: ArrayLike<number> }): Blame {
    const pairs = new Pairs();
    const { waits, waiterNode, wakerNode } = this;
    const chain = new HandOvers(waits, (wait) => tree.func[waiterNode[wait]]);
    for (const wait of byEnd(waits)) {
      const state = waits.state[wait];
      if (state !== State.lock) {
        pairs.add(waiterNode[wait], state, wakerNode[wait], waits.end[wait] - waits.begin[wait]);
        continue;
      }
      for (const [hold, time] of chain.holders(wait)) pairs.add(waiterNode[wait], state, wakerNode[hold], time);
    }
    return { pairs: pairs.list(), minimum: waits.minimum };
  }
}

function byEnd({ count, end }: Waits): Uint32Array {
  return Uint32Array.from({ length: count }, (_, wait) => wait).sort((a, b) => end[a] - end[b]);
}

/** Follows a lock back from a waiter to those who held it. Waits are asked for in the order in which they end. */
class HandOvers {
  /** By goroutine: the wait that ended when it got a lock. */
  private readonly acquired = new Map<number, number>();
  /** By wait: the wait by whose end its waker had got the lock, -1 if the waker did not wait for it. */
  private readonly before: Int32Array;

  constructor(
    private readonly waits: Waits,
    private readonly functionOf: (wait: number) => number,
  ) {
    this.before = new Int32Array(waits.count).fill(-1);
  }

  /** Parts of a wait, each with the wait that was over when its holder released the lock. */
  *holders(wait: number): Generator<[wait: number, time: number]> {
    const { waits, before, acquired } = this;
    const got = acquired.get(waits.waker[wait]);
    if (got !== undefined && this.functionOf(got) === this.functionOf(wait)) before[wait] = got;
    acquired.set(waits.waiter[wait], wait);
    let end = waits.end[wait];
    let hold = wait;
    for (let n = 0; end > waits.begin[wait]; n++) {
      const previous = n < CHAIN_MAX ? before[hold] : -1;
      const begin = Math.max(waits.begin[wait], previous < 0 ? Number.NEGATIVE_INFINITY : waits.end[previous]);
      if (end > begin) yield [hold, end - begin];
      if (previous < 0) return;
      end = Math.min(end, begin);
      hold = previous;
    }
  }
}

/** Sums by pair of nodes. */
class Pairs {
  private readonly sums = new Map<number, { -readonly [K in keyof Blamed]: Blamed[K] }>();

  add(waiter: number, state: number, culprit: number, time: number): void {
    // Trees have fewer than 2^22 nodes.
    const key = (waiter * 16 + state) * 2 ** 24 + culprit;
    const sum = this.sums.get(key);
    if (sum === undefined) {
      this.sums.set(key, { waiter, state, culprit, time, longest: time, waits: 1 });
      return;
    }
    sum.time += time;
    sum.longest = Math.max(sum.longest, time);
    sum.waits++;
  }

  list(): Blamed[] {
    return [...this.sums.values()].sort((a, b) => b.time - a.time);
  }
}
