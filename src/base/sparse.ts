/** A compact read-only map from ascending integer keys to numbers: 12 bytes per entry, a quarter of a Map's. */
export class SparseColumn implements ReadonlyMap<number, number> {
  /**
   * @param keysInOrder whole numbers from 0 on, each larger than the one before
   * @param numbers the values, by position of the key
   */
  constructor(
    private readonly keysInOrder: Int32Array,
    private readonly numbers: Float64Array,
  ) {}

  get size(): number {
    return this.keysInOrder.length;
  }

  get(key: number): number | undefined {
    const place = this.find(key);
    return place < 0 ? undefined : this.numbers[place];
  }

  has(key: number): boolean {
    return this.find(key) >= 0;
  }

  keys(): MapIterator<number> {
    return this.keysInOrder.values() as MapIterator<number>;
  }

  values(): MapIterator<number> {
    return this.numbers.values() as MapIterator<number>;
  }

  *entries(): MapIterator<[number, number]> {
    for (let place = 0; place < this.size; place++) yield [this.keysInOrder[place], this.numbers[place]];
  }

  [Symbol.iterator](): MapIterator<[number, number]> {
    return this.entries();
  }

  forEach(callback: (value: number, key: number, map: ReadonlyMap<number, number>) => void): void {
    for (const [key, value] of this) callback(value, key, this);
  }

  private find(key: number): number {
    let low = 0;
    let high = this.size - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.keysInOrder[middle];
      if (found === key) return middle;
      if (found < key) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

/** The numbers from 0 to `size` - 1 for which `holds` is true, ascending. */
export function placesOf(size: number, holds: (place: number) => boolean): Int32Array {
  let count = 0;
  for (let place = 0; place < size; place++) if (holds(place)) count++;
  const places = new Int32Array(count);
  for (let place = 0, at = 0; at < count; place++) if (holds(place)) places[at++] = place;
  return places;
}

/** Evaluates `ofKey` for each key. @param keys ascending */
export function sparseColumn(keys: Int32Array, ofKey: (key: number) => number): SparseColumn {
  const values = new Float64Array(keys.length);
  for (let at = 0; at < keys.length; at++) values[at] = ofKey(keys[at]);
  return new SparseColumn(keys, values);
}
