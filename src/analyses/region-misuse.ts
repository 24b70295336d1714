/**
 * Regions (runtime/trace) that a program ends wrongly: not on the goroutine where they began, or not innermost first.
 */

/** One kind of misuse: regions of a type that end wrongly in one way on one goroutine. */
export interface RegionMisuse {
  readonly region: string;
  /** Goroutine on which the regions ended. */
  readonly goroutine: number;
  /** "order": before a region that had begun within it. "elsewhere": it had not begun on that goroutine. */
  readonly how: "order" | "elsewhere";
  readonly count: number;
}

/** Most kinds to keep. */
const MAX = 100;

/** Counts the misuses of each kind. */
export class RegionMisuses {
  private readonly found = new Map<string, { count: number } & Omit<RegionMisuse, "count">>();

  /** Counts a region that ended wrongly. */
  add(region: string, goroutine: number, how: RegionMisuse["how"]): void {
    const key = `${how} ${goroutine} ${region}`;
    const known = this.found.get(key);
    if (known) known.count++;
    else if (this.found.size < MAX) this.found.set(key, { region, goroutine, how, count: 1 });
  }

  /** All kinds, in the order in which they were found. */
  result(): RegionMisuse[] {
    return [...this.found.values()];
  }
}
