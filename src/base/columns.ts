/** Compact columns of numbers: growable typed arrays, a hash from numbers to 32-bit integers, and a set of numbers. */

type Column =
  | Uint8Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>;

/**
 * The column itself if it holds `length` elements, else a copy with room for at least that many.
 *
 * @param fill the value of the new elements; 0 by default
 */
export function grown<T extends Column>(column: T, length: number, fill = 0): T {
  if (length <= column.length) return column;
  const copy = resized(column, Math.max(length, Math.ceil(column.length * 1.5), 16));
  if (fill !== 0) copy.fill(fill, column.length);
  return copy;
}

/**
 * Columns in one piece of memory: then thousands of small ones take half as much. Those of wider elements have to be taken
 * first.
 */
export class ColumnSpace {
  private readonly buffer: ArrayBuffer;
  private taken = 0;

  /** @param bytes of all columns */
  constructor(bytes: number) {
    this.buffer = new ArrayBuffer(bytes);
  }

  /** The next column, of zeros. */
  take<T extends Column>(type: ColumnType<T>, length: number): T {
    const column = new type(this.buffer, this.taken, length);
    this.taken += column.byteLength;
    return column;
  }

  /** The next column, with the first `length` elements of another. */
  copy<T extends Column>(column: T, length: number): T {
    const copy = this.take(column.constructor as ColumnType<T>, length);
    copy.set(column.subarray(0, length));
    return copy;
  }
}

type ColumnType<T> = new (buffer: ArrayBuffer, offset: number, length: number) => T;

/** A copy of `length` elements; those that the column does not have are 0. */
export function resized<T extends Column>(column: T, length: number): T {
  const copy = new (column.constructor as new (length: number) => T)(length);
  copy.set(length < column.length ? column.subarray(0, length) : column);
  return copy;
}

/**
 * A hash from non-negative whole numbers below 2^53 to 32-bit integers: open addressing in two typed arrays, 12 bytes
 * per entry. A Map takes four times the memory and is limited to 2^24 entries.
 */
export class NumberMap {
  private keys = new Float64Array(16).fill(-1);
  private values = new Int32Array(16);
  size = 0;

  /** The value of a key, or `missing`. */
  get(key: number, missing: number): number {
    const place = this.find(key);
    return this.keys[place] === key ? this.values[place] : missing;
  }

  set(key: number, value: number): void {
    let place = this.find(key);
    if (this.keys[place] !== key) {
      if ((this.size + 1) * 3 > this.keys.length * 2) {
        this.grow();
        place = this.find(key);
      }
      this.keys[place] = key;
      this.size++;
    }
    this.values[place] = value;
  }

  /** Calls `visit` with each key and its value, in no order. */
  forEach(visit: (key: number, value: number) => void): void {
    for (const [place, key] of this.keys.entries()) if (key !== -1) visit(key, this.values[place]);
  }

  /** Removes a key. Those behind it move up, so that each is found from its own place on. */
  delete(key: number): void {
    const { keys, values } = this;
    let hole = this.find(key);
    if (keys[hole] !== key) return;
    const mask = keys.length - 1;
    for (let place = (hole + 1) & mask; keys[place] !== -1; place = (place + 1) & mask) {
      const own = this.placeOf(keys[place]);
      if (((place - own) & mask) < ((place - hole) & mask)) continue;
      keys[hole] = keys[place];
      values[hole] = values[place];
      hole = place;
    }
    keys[hole] = -1;
    this.size--;
  }

  /** Where the search for a key begins. */
  private placeOf(key: number): number {
    const low = key >>> 0;
    const high = ((key - low) / 4294967296) >>> 0;
    let hash = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
    hash ^= hash >>> 15;
    return hash & (this.keys.length - 1);
  }

  private find(key: number): number {
    const mask = this.keys.length - 1;
    let place = this.placeOf(key);
    while (this.keys[place] !== -1 && this.keys[place] !== key) place = (place + 1) & mask;
    return place;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Float64Array(keys.length * 2).fill(-1);
    this.values = new Int32Array(keys.length * 2);
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === -1) continue;
      const place = this.find(keys[i]);
      this.keys[place] = keys[i];
      this.values[place] = values[i];
    }
  }
}

/** Words of 32 bits on a page of a {@link NumberSet}. */
const PAGE = 16;

/**
 * A set of non-negative whole numbers below 2^53, compact when most are consecutive: a bit each, and some more for the hash
 * of pages that have any.
 */
export class NumberSet {
  size = 0;
  private readonly pages = new NumberMap();
  private bits = new Int32Array(PAGE);

  /** A set that was sent from another thread. */
  static from(sent: object): NumberSet {
    const set: NumberSet = Object.assign(new NumberSet(), sent);
    return Object.assign(set, { pages: Object.assign(new NumberMap(), set.pages) });
  }

  add(number: number): void {
    const at = this.pageAt(Math.floor(number / (32 * PAGE))) + (Math.floor(number / 32) % PAGE);
    const before = this.bits[at];
    this.bits[at] |= 1 << (number % 32);
    if (this.bits[at] !== before) this.size++;
  }

  /** Adds all numbers of another set. */
  addAll({ pages, bits }: NumberSet): void {
    pages.forEach((page, from) => {
      const to = this.pageAt(page);
      for (let word = 0; word < PAGE; word++) {
        for (let added = bits[from + word] & ~this.bits[to + word]; added !== 0; added &= added - 1) this.size++;
        this.bits[to + word] |= bits[from + word];
      }
    });
  }

  /** Where the bits of a page are. */
  private pageAt(page: number): number {
    let first = this.pages.get(page, -1);
    if (first < 0) {
      first = PAGE * this.pages.size;
      this.pages.set(page, first);
      this.bits = grown(this.bits, first + PAGE);
    }
    return first;
  }

  has(number: number): boolean {
    const first = this.pages.get(Math.floor(number / (32 * PAGE)), -1);
    return first >= 0 && (this.bits[first + (Math.floor(number / 32) % PAGE)] & (1 << (number % 32))) !== 0;
  }
}
