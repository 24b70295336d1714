/**
 * Questions for the frame that started a goroutine without a spawn record: found by the prescan, answered by the replay of the
 * goroutine's nearest ancestor in the trace.
 */
import { grown, NumberMap, NumberSet } from "../../base/columns.js";
import type { Begin } from "../../calltrace/index.js";

/** Queries for the frame that started a goroutine without a spawn record, as columns, in the order in which each slot begins them. */
export class ParentQueries {
  count = 0;
  /** When the goroutine began. */
  time = new Float64Array(16);
  /** Its first function, 0 for none. */
  func = new Uint32Array(16);
  /** The go statement that started the goroutine; 0 if unknown. */
  goStatement = new Uint32Array(16);
  /** The goroutine that the query goes to: the nearest ancestor that is in the trace; 0 for none. */
  asked = new Float64Array(16);
  /** Next query to the same goroutine, -1 for none. */
  link = new Int32Array(16);
  /** Next query of the same slot, -1 for none. */
  nextOfSlot = new Int32Array(16);
  /** By slot: its first query, -1 for none. */
  firstOfSlot: Int32Array<ArrayBuffer>;
  /** By goroutine: one of the queries to it, the head of a list. */
  readonly heads = new NumberMap();
  /** The queries before this one are addressed. */
  addressed = 0;
  private lastOfSlot: Int32Array<ArrayBuffer>;

  constructor(slots: number) {
    this.firstOfSlot = new Int32Array(slots).fill(-1);
    this.lastOfSlot = new Int32Array(slots).fill(-1);
  }

  add(slot: number, { parentGoid, time, goStatement }: Begin): number {
    const query = this.count++;
    this.time = grown(this.time, this.count);
    this.func = grown(this.func, this.count);
    this.asked = grown(this.asked, this.count);
    this.nextOfSlot = grown(this.nextOfSlot, this.count);
    this.goStatement = grown(this.goStatement, this.count);
    this.time[query] = time;
    this.asked[query] = parentGoid;
    this.goStatement[query] = goStatement;
    this.nextOfSlot[query] = -1;
    if (this.lastOfSlot[slot] < 0) this.firstOfSlot[slot] = query;
    else this.nextOfSlot[this.lastOfSlot[slot]] = query;
    this.lastOfSlot[slot] = query;
    return query;
  }

  /** Makes room for more slots. */
  growTo(slots: number): void {
    this.firstOfSlot = grown(this.firstOfSlot, slots, -1);
    this.lastOfSlot = grown(this.lastOfSlot, slots, -1);
  }

  /**
   * Redirects the queries up to `until` to the nearest ancestor goroutine that is in the trace.
   *
   * @param parents parent by goroutine, for goroutines not in the trace
   * @param relied while the trace grows: on what the answers rely
   */
  address(until: number, begun: NumberSet, parents: ReadonlyMap<number, number>, relied?: Relied): void {
    this.link = grown(this.link, this.count);
    const found = new Map<number, number>();
    for (; this.addressed < until; this.addressed++) {
      const query = this.addressed;
      const asked = nearest(this.asked[query], begun, parents, found, relied);
      // The go statement is in the parent, not in its ancestors.
      if (asked !== this.asked[query]) this.goStatement[query] = 0;
      this.asked[query] = asked;
    }
  }

  /** Adds an addressed query to those of a goroutine that has not begun. */
  enlist(query: number): void {
    const asked = this.asked[query];
    this.link[query] = this.heads.get(asked, -1);
    this.heads.set(asked, query);
  }
}

/** What a growing trace does not have yet, while something relies on that it never will. */
export class Relied {
  /** Goroutines without records. */
  readonly absent = new NumberSet();
  /** Goroutines whose parent is not recorded. */
  readonly orphans = new Set<number>();
}

/** The nearest goroutine from `goid` up that has begun; 0 for none. @param found results so far, by goroutine */
function nearest(
  goid: number,
  begun: NumberSet,
  parents: ReadonlyMap<number, number>,
  found: Map<number, number>,
  relied?: Relied,
): number {
  const path: number[] = [];
  let at = goid;
  // A damaged trace may contain a cycle; then the provisional result for a goroutine on the path, 0, is final.
  for (; at !== 0 && !begun.has(at) && !found.has(at); at = parents.get(at) ?? 0) {
    path.push(at);
    found.set(at, 0);
    relied?.absent.add(at);
    if (!parents.has(at)) relied?.orphans.add(at);
  }
  const answer = found.get(at) ?? at;
  for (const passed of path) found.set(passed, answer);
  return answer;
}
