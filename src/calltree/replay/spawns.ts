/**
 * Maps the offset of a spawn record to the frame that executed the go statement.
 *
 * Any later goroutine may refer to any spawn record, so none can be dropped. But neighbours in a stream mostly have the
 * same frame, statement and goroutine, so only changes are stored. In a ring, whose space is used again, an offset may be
 * that of another record by now; there all offsets are stored.
 */
import { grown, NumberMap } from "../../base/columns.js";

export interface Spawn {
  readonly node: number;
  readonly goStatement: number;
  readonly goid: number;
}

export class SpawnTable {
  private count = 0;
  private offset = new Float64Array(16);
  private node = new Int32Array(16);
  private goStatement = new Uint32Array(16);
  private goid = new Float64Array(16);
  /**
   * By chunk: [first, end) of its entries; more pairs follow if the replay left the slot in the middle of the chunk.
   */
  private readonly runs = new Map<number, number[]>();
  /** In a ring, by offset: a place in `times`. */
  private readonly places: NumberMap | undefined;
  private times = new Float64Array(0);

  constructor(isRing: boolean) {
    this.places = isRing ? new NumberMap() : undefined;
  }

  /** Adds the spawn record at an offset. Records of one chunk must come in order. */
  add(chunk: number, offset: number, { node, goStatement, goid }: Spawn, time: number): void {
    if (this.places !== undefined) {
      const place = this.places.size;
      this.times = grown(this.times, place + 1);
      this.times[place] = time;
      this.places.set(offset, place);
    }
    const runs = this.runs.get(chunk);
    const last = this.count - 1;
    const onward = runs !== undefined && runs[runs.length - 1] === this.count;
    if (onward && this.node[last] === node && this.goStatement[last] === goStatement && this.goid[last] === goid)
      return;
    const at = this.count++;
    this.offset = grown(this.offset, this.count);
    this.node = grown(this.node, this.count);
    this.goStatement = grown(this.goStatement, this.count);
    this.goid = grown(this.goid, this.count);
    this.offset[at] = offset;
    this.node[at] = node;
    this.goStatement[at] = goStatement;
    this.goid[at] = goid;
    if (runs === undefined) this.runs.set(chunk, [at, this.count]);
    else if (onward) runs[runs.length - 1] = this.count;
    else runs.push(at, this.count);
  }

  /**
   * The spawn record at an offset; undefined if the chunk had none up to there.
   * @param before when the goroutine began: in a ring, later records do not count
   */
  find(chunk: number, offset: number, before: number): Spawn | undefined {
    if (this.places !== undefined) {
      const place = this.places.get(offset, -1);
      if (place < 0 || this.times[place] > before) return undefined;
    }
    const runs = this.runs.get(chunk) ?? [];
    for (let i = runs.length - 2; i >= 0; i -= 2) {
      let low = runs[i];
      if (this.offset[low] > offset) continue;
      let high = runs[i + 1] - 1;
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if (this.offset[middle] <= offset) low = middle;
        else high = middle - 1;
      }
      return { node: this.node[low], goStatement: this.goStatement[low], goid: this.goid[low] };
    }
    return undefined;
  }
}
