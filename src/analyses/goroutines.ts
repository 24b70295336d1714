/** Goroutines by the function they start in: how many, how long they live, and where their time goes. */
import { type Distribution, distribution, Histogram } from "../base/histogram.js";
import { type Accounts, addSums, type Breakdown } from "./accounts.js";
import type { GoroutineInfo } from "./interval.js";

/** The goroutines that start in one function. */
export interface GoroutineGroup {
  /** "" for goroutines of which no stack was seen. */
  readonly function: string;
  /** The runtime's own. */
  readonly system: boolean;
  readonly count: number;
  /** Of them, those created and those ended within the trace. */
  readonly created: number;
  readonly ended: number;
  /** ns of a goroutine within the trace. */
  readonly lifetime: Distribution;
  /** Sums over all of them. */
  readonly breakdown: Breakdown;
  /** By part ("running", "runnable", "sync", ...): ns of each goroutine that has any of it, the largest total first. */
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

/** Memory: one record per start function. */
export class Goroutines {
  private readonly groups = new Map<string, Group>();

  /** @param accepts leaves goroutines out */
  constructor(
    private readonly accounts: Accounts,
    private readonly accepts: (g: GoroutineInfo) => boolean = () => true,
  ) {
    accounts.onClose((g, sums) => this.add(g, sums));
  }

  /** All groups, those with the longest total life first. */
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

  /** Parts of all goroutines of the program together: ns of each goroutine that has any of it, largest total first. */
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
