/**
 * Running over the records of a chunk without decoding times: what a first pass over a trace needs, at a fraction of
 * the price of the decoder.
 */
import { wide } from "./bits.js";
import { Status } from "./records.js";
import { CHUNK_HEADER, CONTROL_UNITS, RECORD_UNITS, TAG_CONTROL } from "./spec.js";

const SYNC = 1;
const BEGIN = 2;
const PARENT = 7;
const TEST = 8;
/** Goroutines whose parents are remembered, at most: a made-up trace may name any number. */
const MOST_PARENTS = 1 << 22;

export class Skimmer {
  /** Events passed since the chunk was opened: enter, exit and spawn. */
  events = 0;
  /** The latest begin record. */
  readonly begin = { goid: 0, parentGoid: 0, spawnRef: 0 };
  /** By goroutine that had not begun when its parent was written down: the parent. */
  readonly parents = new Map<number, number>();
  private units: Uint16Array = new Uint16Array(0);
  private start = 0;
  private position = 0;
  private end = 0;

  /** As RecordDecoder.open. */
  open(units: Uint16Array, index: number, size: number): void {
    this.units = units;
    this.start = index >>> 1;
    this.position = this.start + CHUNK_HEADER / 2;
    this.end = this.start + (size >>> 1);
    this.events = 0;
  }

  /** Bytes from the start of the chunk to the next record. */
  get offset(): number {
    return (this.position - this.start) * 2;
  }

  /** Goes on to behind the next begin record, or to where the records end. */
  next(): Status {
    const { units, end } = this;
    let { position: p, events } = this;
    let before = p;
    let status: Status = Status.end;
    while (p < end) {
      const head = units[p];
      let size = RECORD_UNITS[head & 7];
      if (size === 0) {
        if ((head & 7) === 0) break;
        const type = (head & 7) === TAG_CONTROL ? (head >>> 3) & 31 : 0;
        size = CONTROL_UNITS[type];
        if (size === 0 || p + size > end) {
          status = Status.corrupt;
          break;
        }
        if (type === BEGIN || type === TEST) {
          this.setBegin(p);
          p += size;
          status = Status.begin;
          break;
        }
        if (type === PARENT) this.noteParent(p);
        if (type === SYNC || type === PARENT) events--;
      }
      before = p;
      p += size;
      events++;
    }
    if (p > end) {
      // The last record is cut.
      p = before;
      events--;
      status = Status.corrupt;
    }
    this.position = p;
    this.events = events;
    return status;
  }

  private noteParent(p: number): void {
    if (this.parents.size < MOST_PARENTS) this.parents.set(wide(this.units, p + 3), wide(this.units, p + 6));
  }

  private setBegin(p: number): void {
    const { units } = this;
    this.begin.goid = wide(units, p + 3);
    this.begin.parentGoid = wide(units, p + 6);
    this.begin.spawnRef = wide(units, p + 9) * 2;
  }
}
