/** Statistics of goroutines by start function: how many, how long they live, and where their time goes. */
import { type Distribution, distribution, Histogram } from "../base/histogram.js";
import { type Accounts, addSums, type Breakdown } from "./accounts.js";
import type { GoroutineInfo } from "./interval.js";

/** All goroutines with one start function. Times in ns. */
export interface GoroutineGroup {
  /** "" for goroutines without any known stack. */
  readonly function: string;
  /** Whether they belong to the runtime. */
  readonly system: boolean;
  readonly count: number;
  /** How many of them were created, and how many ended, within the trace. */
  readonly created: number;
  readonly ended: number;
  /** Time of each goroutine within the trace. */
  readonly lifetime: Distribution;
  /** Sums over all goroutines. */
  readonly breakdown: Breakdown;
  /** By part ("running", "runnable", "sync", ...): time of each goroutine that has any of it, largest total first. */
  readonly parts: readonly { readonly name: string; readonly of: Distribution }[];
}

class Group {
  count = 0;
  created = 0;
  ended = 0;
  system = false;
  readonly lifetime = new Histogram();
  readonly parts: (Histogram | undefined)[] = [];
  sums = new Float64Array(16);
}

/** Collects the groups. Memory: one record for each start function. */
export class Goroutines {
  private readonly groups = new Map<string, Group>();

  /** Subscribes to the accounts. @param accepts which goroutines to count */
  constructor(
    private readonly accounts: Accounts,
    private readonly accepts: (g: GoroutineInfo) => boolean = () => true,
  ) {
    accounts.onClose((g, sums) => this.add(g, sums));
  }

  /** All groups, longest total lifetime first. */
  result(): GoroutineGroup[] {
    const { accounts } = this;
    return [...this.groups]
      .map(([name, group]) => ({
        function: name,
        system: group.system,
        count: group.count,
        created: group.created,
        ended: group.ended,
        lifetime: distribution(group.lifetime),
        breakdown: accounts.breakdown(group.sums),
        parts: [...group.parts.entries()]
          .filter((entry): entry is [number, Histogram] => entry[1] !== undefined)
          .map(([part, histogram]) => ({ name: accounts.partName(part), of: distribution(histogram) }))
          .sort((a, b) => b.of.total - a.of.total),
      }))
      .sort((a, b) => b.lifetime.total - a.lifetime.total);
  }

  /**
   * Parts over all goroutines of the program, the runtime's excluded: ns of each goroutine that has any of it, largest
   * total first.
   */
  states(): { readonly name: string; readonly of: Distribution }[] {
    const merged = new Map<string, Histogram>();
    for (const group of this.groups.values()) {
      if (group.system) continue;
      for (const [part, histogram] of group.parts.entries()) {
        if (!histogram) continue;
        const name = this.accounts.partName(part);
        const all = merged.get(name) ?? new Histogram();
        all.merge(histogram);
        merged.set(name, all);
      }
    }
    return [...merged]
      .map(([name, histogram]) => ({ name, of: distribution(histogram) }))
      .sort((a, b) => b.of.total - a.of.total);
  }

  private add(g: GoroutineInfo, sums: Float64Array): void {
    if (!this.accepts(g)) return;
    let total = 0;
    for (let part = 0; part < sums.length; part++) total += sums[part];
    let group = this.groups.get(g.startFunction);
    if (!group) {
      group = new Group();
      this.groups.set(g.startFunction, group);
    }
    group.system = g.system;
    group.count++;
    if (g.createdInTrace) group.created++;
    if (g.endedInTrace) group.ended++;
    group.lifetime.record(total);
    group.sums = addSums(group.sums, sums);
    for (let part = 0; part < sums.length; part++) {
      if (sums[part] === 0) continue;
      let histogram = group.parts[part];
      if (!histogram) {
        histogram = new Histogram();
        group.parts[part] = histogram;
      }
      histogram.record(sums[part]);
    }
  }
}
