/** The times of the requests of one root function, and what the slow ones have more of. */
import { grown } from "../base/columns.js";
import { Durations, type Spread } from "../base/durations.js";
import { STATES } from "../calltree/index.js";

/**
 * The requests of one root function; times in nanoseconds. Where middleware passes requests on to handlers, each handler
 * counts as a root, with the times of the outermost calls.
 */
export interface RootStats extends Spread {
  /** An index into the functions of the forest; -1 for the tasks of a type. */
  readonly func: number;
  /** Of the function, or of a task its type. */
  readonly name: string;
  readonly count: number;
  /**
   * Mean times in each state, by index into STATES, of the slowest tenth and of the others; undefined without an
   * execution trace, or with fewer than {@link COMPARED_MIN} requests.
   */
  readonly slow: readonly number[] | undefined;
  readonly usual: readonly number[] | undefined;
}

/** Slow requests are compared with others from this number on. */
const COMPARED_MIN = 10;
/** The most requests of a root whose states are kept for that: those that ended first. */
const KEPT_MAX = 1 << 18;

/** Collects the requests of one root. */
export class RootTimes {
  readonly durations = new Durations();
  kept = 0;
  duration = new Float64Array(16);
  states = new Float64Array(16 * STATES.length);

  /** @param states its time in each state, by index into STATES */
  add(duration: number, states: ArrayLike<number> | undefined): void {
    this.durations.record(duration);
    if (states === undefined || this.kept === KEPT_MAX) return;
    const at = this.kept++;
    this.duration = grown(this.duration, this.kept);
    this.states = grown(this.states, this.kept * STATES.length);
    this.duration[at] = duration;
    this.states.set(states, at * STATES.length);
  }

  /** Mean states of some of the kept requests. */
  mean(requests: ArrayLike<number>): number[] {
    const sums = STATES.map(() => 0);
    for (let i = 0; i < requests.length; i++) {
      const at = requests[i] * STATES.length;
      for (let state = 0; state < STATES.length; state++) sums[state] += this.states[at + state];
    }
    return sums.map((sum) => sum / requests.length);
  }
}

/** The numbers of a root. */
export function statsOf(func: number, name: string, root: RootTimes): RootStats {
  const order = Uint32Array.from({ length: root.kept }, (_, request) => request).sort(
    (a, b) => root.duration[b] - root.duration[a],
  );
  const slow = Math.ceil(root.kept / 10);
  const isCompared = root.kept >= COMPARED_MIN;
  return {
    func,
    name,
    count: root.durations.count,
    ...root.durations.spread(),
    slow: isCompared ? root.mean(order.subarray(0, slow)) : undefined,
    usual: isCompared ? root.mean(order.subarray(slow)) : undefined,
  };
}
