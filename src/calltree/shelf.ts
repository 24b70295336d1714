/** What is made of each of many processes, while little of it may be kept. */

/** All that is made is kept of the first processes, up to this number, and of further ones up to this number of paths in all. */
export const HELD = { processes: 256, paths: 1 << 19 } as const;

/** The most of the others of which it is kept at a time: those asked for last. */
const RECENT = 4;

/** Makes what belongs to an index when it is asked for, and keeps it until it is asked for another. */
export function latest<T>(make: (index: number) => T): (index: number) => T {
  let last: { readonly index: number; readonly made: T } | undefined;
  return (index) => {
    if (last?.index !== index) last = { index, made: make(index) };
    return last.made;
  };
}

/** Which of the processes are kept. */
export class Holding {
  private readonly kept = new Set<number>();
  private decided = 0;
  private paths = 0;

  constructor(private readonly most: { readonly processes: number; readonly paths: number } = HELD) {}

  /** Decides about the next process, unless it was decided already. */
  decide(index: number, paths: number): void {
    if (index < this.decided) return;
    this.decided = index + 1;
    this.paths += paths;
    if (index < this.most.processes || this.paths <= this.most.paths) this.kept.add(index);
  }

  has(index: number): boolean {
    return this.kept.has(index);
  }
}

/** Makes what belongs to an index when it is asked for, and makes it again if it was not kept. */
export class Shelf<T extends object> {
  private readonly held = new Map<number, T>();
  private readonly recent = new Map<number, T>();

  /**
   * @param make must return the same for an index each time
   * @param holds whether to keep it
   */
  constructor(
    private readonly make: (index: number) => T,
    private readonly holds: (index: number) => boolean,
  ) {}

  at(index: number): T {
    const held = this.held.get(index);
    if (held !== undefined) return held;
    const { recent } = this;
    const made = recent.get(index) ?? this.make(index);
    if (this.holds(index)) {
      this.held.set(index, made);
      return made;
    }
    recent.delete(index);
    recent.set(index, made);
    const [first] = recent.keys();
    if (recent.size > RECENT) recent.delete(first);
    return made;
  }
}
