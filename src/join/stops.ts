/** How long the world was stopped while calls lasted. */
import type { Spans } from "./spans.js";

/** Sums over calls by node. Nothing is looked up for a call during which the world was not stopped. */
export class Stops {
  /** Nanoseconds by node. */
  readonly byNode = new Map<number, number>();
  /** How many stops the goroutine that is visited has come to. */
  private passed = 0;

  constructor(private readonly stopped: Spans) {}

  /** The walk comes to a goroutine. */
  visit(): void {
    this.passed = 0;
  }

  /** A call ended at `time`; the ends of a goroutine's calls come in order. */
  add(node: number, start: number, time: number): void {
    const { stopped, byNode } = this;
    while (this.passed < stopped.count && stopped.begin[this.passed] < time) this.passed++;
    if (this.passed === 0 || stopped.end[this.passed - 1] <= start) return;
    byNode.set(node, (byNode.get(node) ?? 0) + stopped.within(start, time));
  }
}
