/**
 * Maps the offset of a spawn record to the frame that executed the go statement.
 *
 * Any later goroutine may refer to a spawn record to which none has referred. But neighbours in a stream mostly have the
 * same frame, statement and goroutine, so only changes are stored, and while a trace grows without end, only those for which
 * a goroutine may still come. In a ring, whose space is used again, an offset may be that of another record by now; there
 * all offsets are stored.
 */
import { grown, NumberMap } from "../../base/columns.js";

export interface Spawn {
  readonly node: number;
  readonly goStatement: number;
  readonly goid: number;
}

/** The most that are kept while a trace grows without end: the children of older ones have never called a traced function. */
const MOST = 1 << 19;
/** Below this number, nothing is dropped. */
const FEW = 1 << 12;

export class SpawnTable {
  private count = 0;
  private offset = new Float64Array(16);
  private node = new Int32Array(16);
  private goStatement = new Uint32Array(16);
  private goid = new Float64Array(16);
  /** Spawn records to which no goroutine has referred, and the number of entries without any. */
  private left = new Int32Array(16);
  private done = 0;
  private forgets = false;
  /**
   * By chunk: [first, end) of its entries; more pairs follow if the replay left the slot in the middle of the chunk.
   */
  private readonly runs = new Map<number, number[]>();
  /** By chunk: the offset of its latest spawn record. */
  private readonly latest = new Map<number, number>();
  /** In a ring, by offset: a place in `times`. */
  private readonly places: NumberMap | undefined;
  private times = new Float64Array(0);

  constructor(isRing: boolean) {
    this.places = isRing ? new NumberMap() : undefined;
  }

  /** From now on, drops what is not needed any more. */
  forget(): void {
    this.forgets = true;
  }

  /** Adds the spawn record at an offset. Records of one chunk must come in order. */
  add(chunk: number, offset: number, { node, goStatement, goid }: Spawn, time: number): void {
    if (this.places !== undefined) {
      const place = this.places.size;
      this.times = grown(this.times, place + 1);
      this.times[place] = time;
      this.places.set(offset, place);
    }
    this.latest.set(chunk, offset);
    if (this.forgets && this.count >= MOST) this.compact(Math.max(0, this.count - this.done - MOST / 2));
    const runs = this.runs.get(chunk);
    const last = this.count - 1;
    const onward = runs !== undefined && runs[runs.length - 1] === this.count;
    if (onward && this.node[last] === node && this.goStatement[last] === goStatement && this.goid[last] === goid) {
      if (this.left[last]++ === 0) this.done--;
      return;
    }
    const at = this.count++;
    this.offset = grown(this.offset, this.count);
    this.node = grown(this.node, this.count);
    this.goStatement = grown(this.goStatement, this.count);
    this.goid = grown(this.goid, this.count);
    this.left = grown(this.left, this.count);
    this.offset[at] = offset;
    this.node[at] = node;
    this.goStatement[at] = goStatement;
    this.goid[at] = goid;
    this.left[at] = 1;
    if (runs === undefined) this.runs.set(chunk, [at, this.count]);
    else if (onward) runs[runs.length - 1] = this.count;
    else runs.push(at, this.count);
  }

  /** Whether a chunk had a spawn record at an offset or later. */
  reaches(chunk: number, offset: number): boolean {
    return (this.latest.get(chunk) ?? -1) >= offset;
  }

  /**
   * The spawn record at an offset, for the goroutine that it started; undefined if the chunk had none up to there.
   * @param before when the goroutine began: in a ring, later records do not count
   */
  take(chunk: number, offset: number, before: number): Spawn | undefined {
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
      const spawn = { node: this.node[low], goStatement: this.goStatement[low], goid: this.goid[low] };
      if (--this.left[low] === 0) this.done++;
      if (this.forgets && this.count > FEW && this.done > this.count / 2) this.compact(0);
      return spawn;
    }
    return undefined;
  }

  /** Drops entries to which no goroutine can refer any more. @param least how many older ones to drop as well */
  private compact(least: number): void {
    const entries: number[] = [];
    let ignored = least;
    for (const [chunk, runs] of this.runs) {
      const kept: number[] = [];
      for (let i = 0; i < runs.length; i += 2) {
        const first = entries.length;
        for (let at = runs[i]; at < runs[i + 1]; at++) if (this.left[at] > 0 && --ignored < 0) entries.push(at);
        if (entries.length > first) kept.push(first, entries.length);
      }
      if (kept.length === 0) this.runs.delete(chunk);
      else this.runs.set(chunk, kept);
    }
    this.offset = Float64Array.from(entries, (at) => this.offset[at]);
    this.node = Int32Array.from(entries, (at) => this.node[at]);
    this.goStatement = Uint32Array.from(entries, (at) => this.goStatement[at]);
    this.goid = Float64Array.from(entries, (at) => this.goid[at]);
    this.left = Int32Array.from(entries, (at) => this.left[at]);
    this.count = entries.length;
    this.done = 0;
  }
}
