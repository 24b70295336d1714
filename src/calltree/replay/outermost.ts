/** Which nodes had the outermost calls of each slot's goroutine, so that it counts once for each of them. */
export class OutermostNodes {
  /** By slot, where they are several. */
  private readonly of = new Map<number, Set<number>>();

  /** Another goroutine begins on the slot. */
  begin(slot: number): void {
    this.of.delete(slot);
  }

  /** Whether a goroutine had no outermost call at a node so far. @param before the node of its latest one */
  isAnother(slot: number, before: number, node: number): boolean {
    const own = this.of.get(slot) ?? new Set([before]);
    if (own.has(node)) return false;
    this.of.set(slot, own.add(node));
    return true;
  }
}
