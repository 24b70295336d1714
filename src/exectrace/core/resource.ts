/** A goroutine or a proc as the order of events knows it. */

/** Ranges that are open: the number of the event that began each, and a string id or 0. */
const RANGE: usize = 16;
const DETAIL: usize = 8;
const MAX_AT_FIRST: usize = 2;

@unmanaged
class Ranges {
  count: usize;
  private capacity: usize;
  private list: usize;

  constructor() {
    this.count = 0;
    this.capacity = MAX_AT_FIRST;
    this.list = heap.alloc(MAX_AT_FIRST * RANGE);
  }

  has(type: i32, detail: i64): bool {
    for (let i: usize = 0; i < this.count; i++) {
      const range = this.list + i * RANGE;
      if (load<i32>(range) === type && load<i64>(range, DETAIL) === detail) return true;
    }
    return false;
  }

  begin(type: i32, detail: i64): void {
    if (this.count === this.capacity) {
      this.capacity *= 2;
      this.list = heap.realloc(this.list, this.capacity * RANGE);
    }
    const range = this.list + this.count++ * RANGE;
    store<i32>(range, type);
    store<i64>(range, detail, DETAIL);
  }

  /** Ends the first range that `type` began, in whose place the last one comes; -1 when there is none. */
  end(type: i32): i64 {
    for (let i: usize = 0; i < this.count; i++) {
      const range = this.list + i * RANGE;
      if (load<i32>(range) !== type) continue;
      const detail = load<i64>(range, DETAIL);
      memory.copy(range, this.list + --this.count * RANGE, RANGE);
      return detail;
    }
    return -1;
  }
}

/** A status of the wire, and the sequence number of the last event, which counts in a generation. */
@unmanaged
export class Resource {
  id: i64;
  sequence: i64;
  generation: i64;
  status: i32;
  ranges: Ranges | null;
  /** The next one that may be used again. */
  spare: Resource | null;

  /** Makes it one of which nothing is known. */
  renew(id: i64, status: i32, generation: i64): void {
    this.id = id;
    this.status = status;
    this.reset(generation);
  }

  /** Starts counting anew. */
  reset(generation: i64): void {
    this.generation = generation;
    this.sequence = 0;
  }

  /** Whether the event with a sequence number is the one that follows. */
  isNext(generation: i64, sequence: i64): bool {
    return this.generation === generation && sequence === this.sequence + 1;
  }

  hasRange(type: i32, detail: i64): bool {
    const ranges = this.ranges;
    return ranges !== null && ranges.has(type, detail);
  }

  beginRange(type: i32, detail: i64): void {
    let ranges = this.ranges;
    if (ranges === null) {
      ranges = new Ranges();
      this.ranges = ranges;
    }
    ranges.begin(type, detail);
  }

  /** Ends the first range that `type` began and returns its detail, or -1 when there is none. */
  endRange(type: i32): i64 {
    const ranges = this.ranges;
    return ranges === null ? -1 : ranges.end(type);
  }

  /** Forgets what is open, to be another one later. */
  close(): void {
    const ranges = this.ranges;
    if (ranges !== null) ranges.count = 0;
  }
}
