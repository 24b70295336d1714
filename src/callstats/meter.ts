/** A visitor that adds each call to the groups it belongs to, in one walk. */
import {
  type CallForest,
  type CallStates,
  type CallVisitor,
  Ending,
  type Goroutine,
  State,
  timeIn,
} from "../calltree/index.js";
import { BoundMeter, costBounds } from "./bounds.js";
import { addStates, type CallGroup } from "./group.js";

/**
 * Feeds each call to the groups that it belongs to.
 *
 * Memory: one entry per call path of a process, plus the groups.
 */
export class CallMeter implements CallVisitor {
  private readonly bounds = new BoundMeter();
  private readonly costs;
  /** By node of the process. */
  private here: (readonly CallGroup[] | undefined)[] = [];
  private process = -1;

  /** @param groupsOf called once per node; results may share groups */
  constructor(
    forest: CallForest,
    private readonly groupsOf: (process: number, node: number) => readonly CallGroup[],
  ) {
    this.costs = costBounds(forest);
  }

  begin({ process }: Goroutine): void {
    if (process !== this.process) this.here = [];
    this.process = process;
    this.bounds.begin(this.costs[process]);
  }

  enter(node: number): void {
    this.bounds.enter();
    for (const group of this.at(node)) group.open++;
  }

  exit(node: number, start: number, end: number, self: number, how: Ending, calls: number, states?: CallStates): void {
    const { bounds } = this;
    bounds.exit(calls);
    const duration = end - start;
    for (const group of this.at(node)) {
      const { part } = group;
      const time = part === undefined ? duration : spentIn(part, states?.total, duration);
      group.calls++;
      group.self += part === undefined ? self : spentIn(part, states?.self, self);
      group.selfTracing += bounds.ofSelf;
      if (--group.open === 0) {
        group.total += time;
        group.totalTracing += bounds.ofTotal;
      }
      if (how !== Ending.return) count(group, how);
      group.durations?.record(time);
      if (states !== undefined) addStates(group, states, group.open === 0);
    }
  }

  private at(node: number): readonly CallGroup[] {
    let groups = this.here[node];
    if (groups === undefined) {
      groups = this.groupsOf(this.process, node);
      this.here[node] = groups;
    }
    return groups;
  }
}

/** The part of a time that was spent in some states. Without an execution trace, all of it is unknown. */
export function spentIn(states: readonly number[], times: Float64Array | undefined, whole: number): number {
  if (times === undefined) return states.includes(State.unknown) ? whole : 0;
  return timeIn(states, times);
}

function count(group: CallGroup, how: Ending): void {
  if (how === Ending.panic) group.panics++;
  else if (how === Ending.goexit) group.goexits++;
  else if (how === Ending.recovered) group.recovered++;
  else group.running++;
}
