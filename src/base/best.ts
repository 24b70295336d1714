/** The first N of many items in an order, in bounded memory. */

/** Keeps the `limit` items that come first in an order: a binary heap with the last of them at its root. */
export class Best<T> {
  private readonly heap: T[] = [];

  /** @param order negative if the first argument comes first, as for `Array.sort` */
  constructor(
    private readonly limit: number,
    private readonly order: (a: T, b: T) => number,
  ) {}

  /** Whether an item would be kept. */
  takes(item: T): boolean {
    return this.heap.length < this.limit || (this.limit > 0 && this.order(item, this.heap[0]) < 0);
  }

  /** Adds an item. When full, it replaces the last item if it comes before it, else it is dropped. */
  add(item: T): void {
    const { heap } = this;
    if (heap.length < this.limit) {
      heap.push(item);
      this.rise(heap.length - 1);
    } else if (this.takes(item)) {
      heap[0] = item;
      this.sink();
    }
  }

  /** The last of the kept items; undefined while there is room for more. */
  get last(): T | undefined {
    return this.heap.length < this.limit ? undefined : this.heap[0];
  }

  /** The kept items, in order. */
  sorted(): T[] {
    return [...this.heap].sort(this.order);
  }

  private rise(from: number): void {
    const { heap, order } = this;
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1;
      if (order(heap[at], heap[above]) <= 0) return;
      [heap[at], heap[above]] = [heap[above], heap[at]];
      at = above;
    }
  }

  private sink(): void {
    const { heap, order } = this;
    for (let at = 0; ; ) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && order(heap[child], heap[worst]) > 0) worst = child;
      }
      if (worst === at) return;
      [heap[at], heap[worst]] = [heap[worst], heap[at]];
      at = worst;
    }
  }
}
