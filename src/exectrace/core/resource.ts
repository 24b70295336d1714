/** State of one goroutine or proc: its status, the sequence number of its last event, and its open ranges. */

/** Layout of an open range: number of the event that began it, and a string id (its name) or 0. */
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

  /**
   * Ends the first range that `type` began. Returns its detail, or -1 without such a range. The last range takes its place.
   */
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

/** A goroutine or a proc. `status` is a GoStatus or a ProcStatus; `sequence` counts within `generation`. */
@unmanaged
export class Resource {
  id: i64;
  sequence: i64;
  generation: i64;
  status: i32;
  ranges: Ranges | null;
  /** Next object in the free list. */
  spare: Resource | null;

  /** Sets a new or reused object to its first state. */
  renew(id: i64, status: i32, generation: i64): void {
    this.id = id;
    this.status = status;
    this.reset(generation);
  }

  /** Restarts the sequence numbers for a generation. */
  reset(generation: i64): void {
    this.generation = generation;
    this.sequence = 0;
  }

  /** Whether an event with this sequence number is the next one. */
  isNext(generation: i64, sequence: i64): bool {
    return this.generation === generation && sequence === this.sequence + 1;
  }

  /** Whether a range is open. @param detail string id of its name, or 0 */
  hasRange(type: i32, detail: i64): bool {
    const ranges = this.ranges;
    return ranges !== null && ranges.has(type, detail);
  }

  /** Opens a range. */
  beginRange(type: i32, detail: i64): void {
    let ranges = this.ranges;
    if (ranges === null) {
      ranges = new Ranges();
      this.ranges = ranges;
    }
    ranges.begin(type, detail);
  }

  /** As Ranges.end. */
  endRange(type: i32): i64 {
    const ranges = this.ranges;
    return ranges === null ? -1 : ranges.end(type);
  }

  /** Drops the open ranges, so that the object can be reused. */
  close(): void {
    const ranges = this.ranges;
    if (ranges !== null) ranges.count = 0;
  }
}
