/**
 * Questions for the frame that started a goroutine without a spawn record: found by the prescan, answered by the replay of the
 * goroutine's nearest ancestor in the trace.
 */
import { grown, NumberMap, NumberSet } from "../../base/columns.js";
import type { Begin } from "../../calltrace/index.js";

/**
 * Queries for the frame that started a goroutine without a spawn record, as columns, in the order in which each slot begins
 * them. The place of one that was released is used again.
 */
export class ParentQueries {
  /** Places in the columns that were ever used. */
  count = 0;
  /** Queries that were ever added, and those of them that were addressed: the first ones. */
  added = 0;
  addressed = 0;
  /** When the goroutine began. */
  time = new Float64Array(16);
  /** Its first function, 0 for none. */
  func = new Uint32Array(16);
  /** The go statement that started the goroutine; 0 if unknown. */
  goStatement = new Uint32Array(16);
  /** The goroutine that the query goes to: the nearest ancestor that is in the trace; 0 for none. */
  asked = new Float64Array(16);
  /** Next query to the same goroutine or, until it is addressed, the next one that was added; -1 for none. */
  link = new Int32Array(16);
  /** By slot: its latest query if the first function is not known, else -1. */
  unnamed: Int32Array<ArrayBuffer>;
  /** By goroutine: one of the queries to it, the head of a list. */
  private readonly heads = new NumberMap();
  /** Next query of the same slot, -1 for none. */
  private nextOfSlot = new Int32Array(16);
  /** By slot: the first and the last of its queries that were not taken, -1 for none. */
  private firstOfSlot: Int32Array<ArrayBuffer>;
  private lastOfSlot: Int32Array<ArrayBuffer>;
  /** The first and the last query that are not addressed, -1 for none. */
  private first = -1;
  private last = -1;
  private readonly free: number[] = [];

  constructor(slots: number) {
    this.unnamed = new Int32Array(slots).fill(-1);
    this.firstOfSlot = new Int32Array(slots).fill(-1);
    this.lastOfSlot = new Int32Array(slots).fill(-1);
  }

  /** A copy of queries that were sent from another thread. */
  static from(sent: object): ParentQueries {
    const queries: ParentQueries = Object.assign(Object.create(ParentQueries.prototype), sent);
    return Object.assign(queries, { heads: Object.assign(new NumberMap(), queries.heads) });
  }

  add(slot: number, { parentGoid, time, goStatement }: Begin): number {
    const query = this.free.pop() ?? this.count++;
    this.added++;
    this.time = grown(this.time, this.count);
    this.func = grown(this.func, this.count);
    this.asked = grown(this.asked, this.count);
    this.nextOfSlot = grown(this.nextOfSlot, this.count);
    this.goStatement = grown(this.goStatement, this.count);
    this.link = grown(this.link, this.count);
    this.time[query] = time;
    this.func[query] = 0;
    this.asked[query] = parentGoid;
    this.goStatement[query] = goStatement;
    this.nextOfSlot[query] = -1;
    this.link[query] = -1;
    if (this.last < 0) this.first = query;
    else this.link[this.last] = query;
    this.last = query;
    if (this.lastOfSlot[slot] < 0) this.firstOfSlot[slot] = query;
    else this.nextOfSlot[this.lastOfSlot[slot]] = query;
    this.lastOfSlot[slot] = query;
    return query;
  }

  /** Adds queries of other slots, none of which was addressed or taken. Here none was addressed, either. */
  append(other: ParentQueries): void {
    const { count, first, last, time, func, goStatement, asked, link, nextOfSlot } = other;
    const base = this.count;
    const moved = (query: number) => (query < 0 ? query : base + query);
    this.count += count;
    this.added += count;
    this.time = grown(this.time, this.count);
    this.func = grown(this.func, this.count);
    this.goStatement = grown(this.goStatement, this.count);
    this.asked = grown(this.asked, this.count);
    this.link = grown(this.link, this.count);
    this.nextOfSlot = grown(this.nextOfSlot, this.count);
    this.time.set(time.subarray(0, count), base);
    this.func.set(func.subarray(0, count), base);
    this.goStatement.set(goStatement.subarray(0, count), base);
    this.asked.set(asked.subarray(0, count), base);
    this.link.set(link.subarray(0, count).map(moved), base);
    this.nextOfSlot.set(nextOfSlot.subarray(0, count).map(moved), base);
    if (count > 0) {
      if (this.last < 0) this.first = moved(first);
      else this.link[this.last] = moved(first);
      this.last = moved(last);
    }
    for (let slot = 0; slot < other.firstOfSlot.length; slot++) {
      if (other.firstOfSlot[slot] < 0) continue;
      this.firstOfSlot[slot] = moved(other.firstOfSlot[slot]);
      this.lastOfSlot[slot] = moved(other.lastOfSlot[slot]);
      this.unnamed[slot] = moved(other.unnamed[slot]);
    }
  }

  /** Makes room for more slots. */
  growTo(slots: number): void {
    this.unnamed = grown(this.unnamed, slots, -1);
    this.firstOfSlot = grown(this.firstOfSlot, slots, -1);
    this.lastOfSlot = grown(this.lastOfSlot, slots, -1);
  }

  /** Removes and returns the next query of a slot; -1 if there is none. */
  take(slot: number): number {
    const query = this.firstOfSlot[slot];
    if (query < 0) return query;
    this.firstOfSlot[slot] = this.nextOfSlot[query];
    if (this.firstOfSlot[slot] < 0) this.lastOfSlot[slot] = -1;
    return query;
  }

  /** Gives up the place of a query of a slot that was taken, addressed and answered. */
  release(query: number, slot: number): void {
    if (this.unnamed[slot] === query) this.unnamed[slot] = -1;
    this.free.push(query);
  }

  /**
   * Redirects the queries that were not addressed to the nearest ancestor goroutine that is in the trace.
   *
   * @param until the number of queries that are addressed then
   * @param parents parent by goroutine, for goroutines not in the trace
   * @param visit called with each of them
   * @param relied while the trace grows: on what the answers rely
   */
  address(
    until: number,
    begun: NumberSet,
    parents: ReadonlyMap<number, number>,
    visit: (query: number) => void,
    relied?: Relied,
  ): void {
    const found = new Map<number, number>();
    for (; this.addressed < until; this.addressed++) {
      const query = this.first;
      this.first = this.link[query];
      if (this.first < 0) this.last = -1;
      const asked = nearest(this.asked[query], begun, parents, found, relied);
      // The go statement is in the parent, not in its ancestors.
      if (asked !== this.asked[query]) this.goStatement[query] = 0;
      this.asked[query] = asked;
      visit(query);
    }
  }

  /** Adds an addressed query to those of a goroutine that has not begun. */
  enlist(query: number): void {
    const asked = this.asked[query];
    this.link[query] = this.heads.get(asked, -1);
    this.heads.set(asked, query);
  }

  /** Removes the queries to a goroutine, and returns them in no order. */
  takeTo(goid: number): number[] {
    const list: number[] = [];
    for (let query = this.heads.get(goid, -1); query >= 0; query = this.link[query]) list.push(query);
    if (list.length > 0) this.heads.delete(goid);
    return list;
  }
}

/** What a growing trace does not have yet, while something relies on that it never will. */
export class Relied {
  /** Goroutines without records. */
  absent = new NumberSet();
  /** Goroutines whose parent is not recorded. */
  readonly orphans = new Set<number>();
  private noted = 0;

  /** Notes a goroutine on whose absence something relies. */
  note(goid: number, isOrphan: boolean): void {
    this.noted++;
    this.absent.add(goid);
    if (isOrphan) this.orphans.add(goid);
  }

  /** Forgets all of it if it is much. */
  limit(): void {
    if (this.noted < RELIED_MOST) return;
    this.noted = 0;
    this.absent = new NumberSet();
    this.orphans.clear();
  }
}

const RELIED_MOST = 1 << 18;

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
    relied?.note(at, !parents.has(at));
  }
  const answer = found.get(at) ?? at;
  for (const passed of path) found.set(passed, answer);
  return answer;
}
