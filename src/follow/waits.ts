/**
 * Charges waits of goroutines to calls. A goroutine that waits makes no calls: a wait lies between two of its events, and all that
 * time the same calls are open. What the scheduler did is known a second later than the calls, so these gaps are kept for a while.
 */
import type { GoroutineStack } from "./goroutine-stack.js";

/** When a goroutine did not run: nanoseconds since the start of the process. */
export interface Wait {
  readonly goid: number;
  readonly state: string;
  readonly from: number;
  readonly to: number;
  /** Whether it had not ended when it was last known. */
  readonly isOpen: boolean;
}

/** Between two events of a goroutine: the innermost function, whose call was open. */
interface Gap {
  readonly from: number;
  readonly to: number;
  readonly id: number;
}

/** Shorter gaps are not kept, nanoseconds. */
const GAP_MIN = 10_000;
/** With more gaps than that, nothing has become known for very long: all are dropped. */
const GAPS_MOST = 1 << 20;

export class Waits {
  /** Nanoseconds for which waits are known. */
  covered = 0;
  /** Up to when they are known. */
  until = Number.NEGATIVE_INFINITY;
  /** By function id and state: the time of its calls themselves, without callees. */
  readonly self = new Map<number, Map<string, number>>();
  /** By goroutine: the state in which it was at `until`, if it did not run. */
  readonly open = new Map<number, string>();
  private readonly gaps = new Map<number, Gap[]>();
  private count = 0;
  private isOver = false;

  /** @param since when the first gap is kept: waits before that are not charged */
  constructor(private since: number) {}

  /** A goroutine goes on at `time`, after its latest event. */
  pass({ goid, depth, id, latest }: GoroutineStack, time: number): void {
    if (depth === 0 || time - latest < GAP_MIN) return;
    if (++this.count > GAPS_MOST) {
      this.gaps.clear();
      this.count = 1;
      this.since = time;
    }
    const gaps = this.gaps.get(goid);
    const gap = { from: latest, to: time, id: id[depth - 1] };
    if (gaps === undefined) this.gaps.set(goid, [gap]);
    else gaps.push(gap);
  }

  /** The window is over. Its sums stay until more is known. */
  clear(): void {
    this.isOver = true;
  }

  /**
   * Charges what has become known.
   * @param stacks the stacks of all goroutines
   * @param until up to when waits are known now
   */
  charge(waits: Iterable<Wait>, stacks: Iterable<GoroutineStack>, until: number): void {
    const before = this.until;
    this.until = until;
    this.open.clear();
    const isOld = before < this.since;
    if (this.isOver || isOld) {
      this.self.clear();
      this.covered = 0;
      this.isOver = false;
    }
    const byGoid = new Map<number, GoroutineStack>();
    for (const stack of stacks) byGoid.set(stack.goid, stack);
    for (const wait of waits) {
      if (wait.isOpen) this.open.set(wait.goid, wait.state);
      if (!isOld) this.add(wait, byGoid.get(wait.goid));
    }
    if (!isOld) this.covered += until - before;
    this.forget(until);
  }

  private add({ goid, state, from, to }: Wait, stack: GoroutineStack | undefined): void {
    for (const gap of this.gaps.get(goid) ?? [])
      this.spend(gap.id, state, Math.max(from, gap.from), Math.min(to, gap.to));
    if (stack !== undefined && stack.depth > 0) {
      this.spend(stack.id[stack.depth - 1], state, Math.max(from, stack.latest), to);
    }
  }

  private spend(id: number, state: string, from: number, to: number): void {
    if (!(to > from)) return;
    const sums = this.self.get(id) ?? new Map<string, number>();
    this.self.set(id, sums);
    sums.set(state, (sums.get(state) ?? 0) + to - from);
  }

  private forget(until: number): void {
    for (const [goid, gaps] of this.gaps) {
      const kept = gaps.filter(({ to }) => to > until);
      this.count -= gaps.length - kept.length;
      if (kept.length === 0) this.gaps.delete(goid);
      else if (kept.length < gaps.length) this.gaps.set(goid, kept);
    }
  }
}
