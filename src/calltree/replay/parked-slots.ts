/** The slots parked at a begin record, indexed by what they wait for. */
import { Heap } from "../../base/binary-heap.js";
import type { Parked, SlotTable } from "./slots.js";

interface Entry {
  readonly slot: number;
  readonly parked: Parked;
}

export class ParkedSlots {
  /** By slot: slots parked for one of its spawn records. */
  private readonly forSpawn = new Map<number, number[]>();
  /** By query: the slot parked for its answer. */
  private readonly forAnswer = new Map<number, number>();
  /** Slots that may resume. */
  private readonly ready: number[] = [];
  /** Created by the first call of `earliest`: the parked slots, and some that are no longer parked. */
  private heap: Heap<Entry> | undefined;

  constructor(private readonly slots: SlotTable) {}

  /** Parks a slot until the slot `spawner` reaches the spawn record or, if it has a query, until that is answered. */
  park(slot: number, parked: Parked, spawner: number): void {
    this.slots.parked.set(slot, parked);
    this.heap?.push({ slot, parked });
    if (parked.query >= 0) {
      this.forAnswer.set(parked.query, slot);
      return;
    }
    const list = this.forSpawn.get(spawner);
    if (list === undefined) this.forSpawn.set(spawner, [slot]);
    else list.push(slot);
  }

  /** A query has been answered. */
  answered(query: number): void {
    const slot = this.forAnswer.get(query);
    if (slot === undefined) return;
    this.forAnswer.delete(query);
    this.ready.push(slot);
  }

  /** A slot has advanced: marks as ready the slots whose spawn record it has passed. */
  passed(spawner: number, isDone: (spawnRef: number) => boolean): void {
    const list = this.forSpawn.get(spawner);
    if (list === undefined) return;
    const rest = list.filter((slot) => {
      const parked = this.slots.parked.get(slot);
      if (parked === undefined) return false;
      if (!isDone(parked.begin.spawnRef)) return true;
      this.ready.push(slot);
      return false;
    });
    if (rest.length === 0) this.forSpawn.delete(spawner);
    else this.forSpawn.set(spawner, rest);
  }

  /** Removes and returns a slot that may resume; undefined if there is none. */
  next(): number | undefined {
    return this.ready.pop();
  }

  /** Removes and returns the parked slot whose goroutine began first; undefined if none is parked. */
  earliest(): number | undefined {
    const first = this.first();
    if (first === undefined) return undefined;
    this.heap!.pop();
    this.forAnswer.delete(first.parked.query);
    return first.slot;
  }

  /** The parked slot whose goroutine began first, of those at the same time the one with the lowest number. */
  first(): Entry | undefined {
    const { parked } = this.slots;
    if (this.heap === undefined) {
      this.heap = new Heap(isBefore);
      for (const [slot, at] of parked) this.heap.push({ slot, parked: at });
    }
    let entry = this.heap.peek();
    for (; entry !== undefined && parked.get(entry.slot) !== entry.parked; entry = this.heap.peek()) this.heap.pop();
    return entry;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  const difference = a.parked.begin.time - b.parked.begin.time;
  return difference < 0 || (difference === 0 && a.slot < b.slot);
}
