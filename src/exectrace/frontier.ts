/**
 * The cursors of a generation in a binary min-heap by time. Of equal times the same comes first as in Go's reader, whose
 * heap moves alike; but for sorting more than 12 cursors, where Go's order of equal times is left to its algorithm.
 */
import type { Cursor } from "./cursor.js";

export class Frontier {
  readonly heap: Cursor[] = [];
  /** While the time of the first cursor is not beyond, it stays the first. */
  private limit = -0; // -0 and not 0: the engine is to know from the beginning that it is no small integer

  insert(cursor: Cursor): void {
    this.heap.push(cursor);
    this.up(this.heap.length - 1);
    this.setLimit();
  }

  /** Restores the order after the time of the first cursor has grown. */
  updateFirst(): void {
    if (this.heap[0]!.time <= this.limit) return;
    this.down(0);
    this.setLimit();
  }

  /** Restores the order after the time of the cursor at `i` has changed. */
  update(i: number): void {
    if (this.up(i) === i) this.down(i);
    this.setLimit();
  }

  /** Takes the cursor at `i` out: it is moved to the root, swapped with the last one, and that one sifted down. */
  remove(i: number): void {
    const { heap } = this;
    for (let at = i; at > 0; at = (at - 1) >> 1) this.swap(at, (at - 1) >> 1);
    this.swap(0, heap.length - 1);
    heap.pop();
    this.down(0);
    this.setLimit();
  }

  /** Sorts all cursors by time; a sorted heap is a heap. */
  sort(): void {
    const { heap } = this;
    if (heap.length > 12) heap.sort((a, b) => a.time - b.time);
    else {
      for (let i = 1; i < heap.length; i++) {
        for (let j = i; j > 0 && heap[j]!.time < heap[j - 1]!.time; j--) this.swap(j, j - 1);
      }
    }
    this.setLimit();
  }

  private setLimit(): void {
    const { heap } = this;
    const left = heap.length > 1 ? heap[1]!.time : Number.POSITIVE_INFINITY;
    const right = heap.length > 2 ? heap[2]!.time : Number.POSITIVE_INFINITY;
    this.limit = left < right ? left : right;
  }

  private up(from: number): number {
    const { heap } = this;
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!(heap[parent]!.time > heap[i]!.time)) break;
      this.swap(i, parent);
      i = parent;
    }
    return i;
  }

  private down(from: number): void {
    const { heap } = this;
    const { length } = heap;
    let i = from;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= length) return;
      let least = i;
      let time = heap[i]!.time;
      const leftTime = heap[left]!.time;
      if (leftTime < time) {
        least = left;
        time = leftTime;
      }
      if (left + 1 < length && heap[left + 1]!.time < time) least = left + 1;
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }

  private swap(i: number, j: number): void {
    const cursor = this.heap[i]!;
    this.heap[i] = this.heap[j]!;
    this.heap[j] = cursor;
  }
}
