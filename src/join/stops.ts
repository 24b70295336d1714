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

  /** When the goroutine's next stop begins; infinite after the last one. */
  get due(): number {
    const { stopped, passed } = this;
    return passed < stopped.count ? stopped.begin[passed] : Number.POSITIVE_INFINITY;
  }

  /** When the last stop ended that it has come to. Calls that began before overlap with one. */
  get latest(): number {
    return this.passed === 0 ? Number.NEGATIVE_INFINITY : this.stopped.end[this.passed - 1];
  }

  /** The goroutine comes to a time. */
  reach(time: number): void {
    const { stopped } = this;
    while (this.passed < stopped.count && stopped.begin[this.passed] < time) this.passed++;
  }

  /** A call ended at `time`; the ends of a goroutine's calls come in order. */
  add(node: number, start: number, time: number): void {
    const { stopped, byNode } = this;
    this.reach(time);
    if (this.latest <= start) return;
    byNode.set(node, (byNode.get(node) ?? 0) + stopped.within(start, time));
  }
}
