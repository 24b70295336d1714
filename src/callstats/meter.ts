/** Sums up calls by group in one walk. */
import { type CallForest, type CallVisitor, Ending, type Goroutine } from "../calltree/index.js";
import type { CallGroup } from "./group.js";
import { HookMeter, hookCosts } from "./hooks.js";

/**
 * Feeds each call to the groups that it belongs to.
 *
 * Memory: an entry for each call path, and that of the groups.
 */
export class CallMeter implements CallVisitor {
  private readonly hooks = new HookMeter();
  private readonly costs;
  /** By process and node. */
  private readonly groups: (readonly CallGroup[] | undefined)[][];
  private here: (readonly CallGroup[] | undefined)[] = [];
  private process = 0;

  /**
   * @param corrected whether durations of single calls are without hooks
   * @param groupsOf asked once for each node; its answers may be shared
   */
  constructor(
    forest: CallForest,
    private readonly corrected: boolean,
    private readonly groupsOf: (process: number, node: number) => readonly CallGroup[],
  ) {
    this.costs = hookCosts(forest);
    this.groups = forest.processes.map(() => []);
  }

  begin({ process }: Goroutine): void {
    this.process = process;
    this.here = this.groups[process]!;
    this.hooks.begin(this.costs[process]);
  }

  enter(node: number): void {
    this.hooks.enter();
    for (const group of this.at(node)) group.open++;
  }

  exit(node: number, start: number, time: number, self: number, how: Ending, calls: number): void {
    const { hooks } = this;
    hooks.exit(how, calls);
    const duration = time - start;
    for (const group of this.at(node)) {
      group.calls++;
      group.self += self;
      group.selfHooks += hooks.ofSelf;
      if (--group.open === 0) {
        group.total += duration;
        group.totalHooks += hooks.ofTotal;
      }
      if (how !== Ending.return) count(group, how);
      group.durations?.record(this.corrected ? duration - hooks.ofTotal : duration);
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

function count(group: CallGroup, how: Ending): void {
  if (how === Ending.panic) group.panics++;
  else if (how === Ending.goexit) group.goexits++;
  else if (how === Ending.recovered) group.recovered++;
  else group.running++;
}
