/**
 * Where each goroutine is attached and who started it, by slot in order of begin: recorded by the first replay, used by
 * later ones, if there will be any.
 */
import { grown, resized } from "../../base/columns.js";

const NONE = -1;

/** From this many goroutines on, a table keeps its room: copying it would take more. */
const LARGE = 1 << 12;

export interface Attachment {
  readonly goid: number;
  readonly node: number;
  readonly edge: number;
  /** The goroutine in the trace that started it, directly or through goroutines that are not; 0 if unknown. */
  readonly starter: number;
}

export class AttachmentTable {
  private count = 0;
  /** Two for each: its id, and that of its starter. */
  private goids = new Float64Array(16);
  /** Three for each: its node, its edge, and the next one of the slot. */
  private places = new Int32Array(24);
  /** By slot: its first one. */
  private first = new Int32Array(0);
  /** By slot: its last one, to which the next is added. */
  private last = new Int32Array(0);
  /** Whether the table has nothing because there was to be no other replay. */
  forgets = false;

  constructor(slots: number) {
    this.growTo(slots);
  }

  /** Makes room for more slots. */
  growTo(slots: number): void {
    if (this.forgets) return;
    this.first = grown(this.first, slots, NONE);
    this.last = grown(this.last, slots, NONE);
  }

  /** Forgets all, now and later: there will be no other replay. */
  forget(): void {
    if (this.forgets) return;
    Object.assign(this, new AttachmentTable(0));
    this.forgets = true;
  }

  /** Attaches the next goroutine of a slot. */
  add(slot: number, { goid, node, edge, starter }: Attachment): void {
    if (this.forgets) return;
    const at = this.count++;
    this.goids = grown(this.goids, 2 * this.count);
    this.places = grown(this.places, 3 * this.count);
    this.goids[2 * at] = goid;
    this.goids[2 * at + 1] = starter;
    this.places[3 * at] = node;
    this.places[3 * at + 1] = edge;
    this.places[3 * at + 2] = NONE;
    if (this.last[slot] === NONE) this.first[slot] = at;
    else this.places[3 * this.last[slot] + 2] = at;
    this.last[slot] = at;
  }

  /** Gives up the room for more, because a report may keep thousands of tables. None can be added any more. */
  trim(): void {
    this.last = new Int32Array(0);
    if (this.count > LARGE) return;
    this.goids = resized(this.goids, 2 * this.count);
    this.places = resized(this.places, 3 * this.count);
  }

  /**
   * Adds the goroutines of other slots.
   * @param nodes, edges by number there: the number here
   */
  addAll(others: AttachmentTable, nodes: ArrayLike<number>, edges: ArrayLike<number>): void {
    const before = this.count;
    this.count += others.count;
    this.goids = grown(this.goids, 2 * this.count);
    this.goids.set(others.goids.subarray(0, 2 * others.count), 2 * before);
    const places = grown(this.places, 3 * this.count);
    for (let from = 0, to = 3 * before; from < 3 * others.count; from += 3, to += 3) {
      const next = others.places[from + 2];
      places[to] = nodes[others.places[from]];
      places[to + 1] = edges[others.places[from + 1]];
      places[to + 2] = next === NONE ? NONE : before + next;
    }
    this.places = places;
    for (let slot = 0; slot < others.first.length; slot++) {
      if (others.first[slot] === NONE) continue;
      this.first[slot] = before + others.first[slot];
      this.last[slot] = before + others.last[slot];
    }
  }

  /** Goroutines of a slot, in order. */
  *of(slot: number): Generator<Attachment> {
    const { goids, places } = this;
    for (let at = this.first[slot] ?? NONE; at !== NONE; at = places[3 * at + 2]) {
      yield { goid: goids[2 * at], node: places[3 * at], edge: places[3 * at + 1], starter: goids[2 * at + 1] };
    }
  }

  /** Whether one of the goroutines of a slot is wanted. */
  some(slot: number, isWanted: (goid: number) => boolean): boolean {
    for (let at = this.first[slot] ?? NONE; at !== NONE; at = this.places[3 * at + 2]) {
      if (isWanted(this.goids[2 * at])) return true;
    }
    return false;
  }
}
