/**
 * Asks goroutines for their stacks while the trace grows: they may have begun, and ended, before the query was found. Each
 * answer is the one that a replay of the finished trace gives, or the replay gives up; if the trace cannot be read again
 * ({@link Lateness.forget}), the answer is the best guess.
 */
import type { TreeBuilder } from "./builder.js";
import { EndedGoroutines } from "./ended-goroutines.js";
import { NO_FRAME } from "./frames.js";
import { ROOT } from "./nodes.js";
import type { ParentQueries } from "./queries.js";

/** A trace cannot be replayed while it grows, or not further. */
export class NotFollowed extends Error {}

/** What became known too late. */
export class Lateness {
  /** Goroutines whose places are guesses for that reason. */
  guesses = 0;
  /** Whether the trace cannot be read again. */
  forgets = false;

  /** Something is known too late for the places of some goroutines. @throws NotFollowed if the trace can be read again */
  met(what: string, goroutines = 1): void {
    if (!this.forgets) throw new NotFollowed(what);
    this.guesses += goroutines;
  }
}

export class LateQueries {
  private readonly ended = new EndedGoroutines();
  /** By goroutine that has begun and not ended: its slot. */
  private readonly slotOf = new Map<number, number>();
  /** By slot: the time of the latest query answered before the slot had a later record. */
  private readonly answered = new Map<number, number>();

  constructor(
    private readonly queries: ParentQueries,
    private readonly builder: TreeBuilder,
    private readonly lateness: Lateness,
  ) {
    builder.parents.onBegin = (slot, goid) => this.slotOf.set(goid, slot);
    builder.parents.onBury = (slot, time) => this.bury(slot, time);
  }

  /** The trace cannot be read again: what is old need not be known. */
  forget(): void {
    this.ended.forget();
  }

  /** Passes an addressed query on to its goroutine, wherever the replay has got to. @throws NotFollowed */
  ask(query: number): void {
    const { queries, builder, ended, lateness } = this;
    const goid = queries.asked[query];
    const time = queries.time[query];
    if (goid === 0) return;
    const slot = this.slotOf.get(goid);
    if (slot !== undefined && builder.slots.goid[slot] === goid) {
      if (builder.slots.floor[slot] > time) lateness.met("a goroutine became known late");
      builder.parents.insert(slot, query);
      return;
    }
    const goroutine = ended.get(goid);
    if (goroutine !== undefined) {
      const { place, end, open } = goroutine;
      if (time < end) lateness.met("a goroutine became known late");
      builder.parents.settle(query, open === undefined ? place : builder.parents.nearestOf(query, open));
    } else if (ended.isForgotten(goid)) {
      lateness.met("a goroutine became known late");
      builder.parents.settle(query, ROOT);
    } else queries.enlist(query);
  }

  /** See {@link TreeBuilder.answerBefore}; slots that have a record so early after all give themselves away in {@link check}. */
  answerBefore(time: number): void {
    const { slots } = this.builder;
    for (const [slot, list] of slots.queries) {
      if (slots.parked.has(slot)) continue;
      const earlier = list.find((query) => this.queries.time[query] < time);
      if (earlier !== undefined) this.answered.set(slot, this.queries.time[earlier]);
    }
    this.builder.answerBefore(time);
  }

  /** The next record of a slot is at `time`. @throws NotFollowed if a query by a later goroutine was answered already */
  check(slot: number, time: number): void {
    const answered = this.answered.get(slot);
    if (answered === undefined) return;
    if (time <= answered) this.lateness.met("a call became known late");
    this.answered.delete(slot);
  }

  private bury(slot: number, time: number): void {
    const { slots, stacks } = this.builder;
    const goid = slots.goid[slot];
    if (goid <= 0) return;
    this.slotOf.delete(goid);
    const open = slots.top[slot] === NO_FRAME ? undefined : [...stacks.openNodes(slot)];
    this.ended.add(goid, { place: slots.attach[slot], end: time, open });
  }
}
