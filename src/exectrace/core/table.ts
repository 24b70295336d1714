/**
 * A hash table from 64-bit numbers to pointers or other non-zero numbers, with open addressing. Programs start and end
 * goroutines by the million, so removal leaves no tombstones.
 */

/** Layout of a slot: a key, and a value, which is 0 in empty slots. */
const SLOT: usize = 16;
const VALUE: usize = 8;
const FIRST_CAPACITY: u32 = 64;

@unmanaged
export class Table {
  size: i32;
  private mask: u32;
  private slots: usize;

  /** Allocates an empty table. Call it before anything else. */
  init(): void {
    this.size = 0;
    this.allocate(FIRST_CAPACITY);
  }

  /** The value of a key, 0 if it is missing. */
  get(key: i64): usize {
    return load<usize>(this.find(key), VALUE);
  }

  /** Adds a key that is not in the table. @param value not 0 */
  add(key: i64, value: usize): void {
    if (<u32>++this.size * 2 > this.mask) this.grow();
    const slot = this.find(key);
    store<i64>(slot, key);
    store<usize>(slot, value, VALUE);
  }

  /** Removes a key that is in the table, and moves back the keys after it that would otherwise become unreachable. */
  remove(key: i64): void {
    const mask = this.mask;
    this.size--;
    let hole = <u32>((this.find(key) - this.slots) / SLOT);
    for (let next = (hole + 1) & mask; ; next = (next + 1) & mask) {
      const from = slotAt(this.slots, next);
      if (load<usize>(from, VALUE) === 0) break;
      const home = homeOf(load<i64>(from)) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      memory.copy(slotAt(this.slots, hole), from, SLOT);
      hole = next;
    }
    store<usize>(slotAt(this.slots, hole), 0, VALUE);
  }

  /** Removes all keys. */
  clear(): void {
    this.size = 0;
    memory.fill(this.slots, 0, slotAt(0, this.capacity));
  }

  /** Number of slots; places run from 0 up to it. */
  get capacity(): u32 {
    return this.mask + 1;
  }

  /** The value in a slot, 0 if it is empty. Visits all values, with `capacity`. */
  at(place: u32): usize {
    return load<usize>(slotAt(this.slots, place), VALUE);
  }

  /** The slot of a key, or the empty slot where it belongs. An empty slot may hold an old key. */
  private find(key: i64): usize {
    const mask = this.mask;
    let place = homeOf(key) & mask;
    let slot = slotAt(this.slots, place);
    while (load<i64>(slot) !== key && load<usize>(slot, VALUE) !== 0) {
      place = (place + 1) & mask;
      slot = slotAt(this.slots, place);
    }
    return slot;
  }

  private allocate(capacity: u32): void {
    this.mask = capacity - 1;
    this.slots = heap.alloc(slotAt(0, capacity));
    memory.fill(this.slots, 0, slotAt(0, capacity));
  }

  private grow(): void {
    const slots = this.slots;
    const capacity = this.capacity;
    this.allocate(capacity * 2);
    for (let place: u32 = 0; place < capacity; place++) {
      const from = slotAt(slots, place);
      if (load<usize>(from, VALUE) !== 0) memory.copy(this.find(load<i64>(from)), from, SLOT);
    }
    heap.free(slots);
  }
}

function slotAt(slots: usize, place: u32): usize {
  return slots + <usize>place * SLOT;
}

function homeOf(key: i64): u32 {
  return <u32>((<u64>key * 0x9e3779b97f4a7c15) >> 32);
}
