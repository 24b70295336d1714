/** Regions that a program does not end as it should: on the goroutine where they began, the innermost first. */

/** One way in which regions of a type end wrongly on a goroutine. */
export interface RegionMisuse {
  readonly region: string;
  /** Where it ended. */
  readonly goroutine: number;
  /** "order": before one that had begun within it. "elsewhere": it had not begun on that goroutine. */
  readonly how: "order" | "elsewhere";
  readonly count: number;
}

/** Different ones that are kept. */
const MAX = 100;

export class RegionMisuses {
  private readonly found = new Map<string, { count: number } & Omit<RegionMisuse, "count">>();

  add(region: string, goroutine: number, how: RegionMisuse["how"]): void {
    const key = `${how} ${goroutine} ${region}`;
    const known = this.found.get(key);
    if (known) known.count++;
    else if (this.found.size < MAX) this.found.set(key, { region, goroutine, how, count: 1 });
  }

  /** In the order in which they were found. */
  result(): RegionMisuse[] {
    return [...this.found.values()];
  }
}
