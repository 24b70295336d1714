/**
 * Asks goroutines for their stacks while the trace grows: they may have begun, and ended, before the query was found. Each
 * answer is the one that a replay of the finished trace gives, or the replay gives up.
 */
import { grown, NumberMap } from "../../base/columns.js";
import type { TreeBuilder } from "./builder.js";
import { NO_FRAME } from "./frames.js";
import { NO_NODE } from "./nodes.js";
import type { ParentQueries } from "./queries.js";

/** A trace cannot be replayed while it grows, or not further. */
export class NotFollowed extends Error {}

export class LateQueries {
  /** By goroutine that has ended: its place in the columns below. */
  private readonly ended = new NumberMap();
  /** Where its outermost frames were attached. */
  private place = new Int32Array(16);
  /** The nodes of frames that were open at its end, innermost first. */
  private readonly open = new Map<number, readonly number[]>();
  /** When another goroutine took over its slot. */
  private end = new Float64Array(16);
  /** By goroutine: the slot that it runs on, or has run on. */
  private readonly slotOf = new NumberMap();
  /** By slot: the time of the latest query answered before the slot had a later record. */
  private readonly answered = new Map<number, number>();

  constructor(
    private readonly queries: ParentQueries,
    private readonly builder: TreeBuilder,
  ) {
    builder.parents.onBegin = (slot, goid) => this.slotOf.set(goid, slot);
    builder.parents.onBury = (slot, time) => this.bury(slot, time);
  }

  /** Passes an addressed query on to its goroutine, wherever the replay has got to. @throws NotFollowed */
  ask(query: number): void {
    const { queries, builder } = this;
    const goid = queries.asked[query];
    const time = queries.time[query];
    if (goid === 0) return;
    const slot = this.slotOf.get(goid, NO_NODE);
    if (slot !== NO_NODE && builder.slots.goid[slot] === goid) {
      if (builder.slots.floor[slot] > time) throw new NotFollowed("a goroutine became known late");
      builder.parents.insert(slot, query);
      return;
    }
    const at = this.ended.get(goid, NO_NODE);
    if (at === NO_NODE) {
      queries.enlist(query);
      return;
    }
    if (time < this.end[at]) throw new NotFollowed("a goroutine became known late");
    const open = this.open.get(at);
    builder.parents.settle(query, open === undefined ? this.place[at] : builder.parents.nearestOf(query, open));
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
    if (time <= answered) throw new NotFollowed("a call became known late");
    this.answered.delete(slot);
  }

  private bury(slot: number, time: number): void {
    const { slots } = this.builder;
    const goid = slots.goid[slot];
    if (goid <= 0) return;
    const at = this.ended.size;
    this.ended.set(goid, at);
    this.place = grown(this.place, at + 1);
    this.end = grown(this.end, at + 1);
    this.place[at] = slots.attach[slot];
    if (slots.top[slot] !== NO_FRAME) this.open.set(at, [...this.builder.stacks.openNodes(slot)]);
    this.end[at] = time;
  }
}
