/**
 * Skips through the records of a chunk without decoding times: what the prescan needs, at a fraction of the decoder's
 * cost.
 */
import { type Beginning, readBeginning, readParent } from "./beginning.js";
import { Status } from "./records.js";
import { CHUNK_HEADER } from "./spec.js";
import { CONTROL_UNITS, Control, Head, RECORD_UNITS, Tag } from "./spec-records.js";

/** The most goroutines whose parents are kept; a damaged trace may name any number. */
export const MAX_PARENTS = 1 << 22;

/** Which records of a chunk are not plain, found out beforehand. */
export interface RecordMap {
  /** Bytes from the start of the chunk to each control record, in order, and their number. */
  readonly controls: Uint32Array;
  readonly count: number;
  /** Number of enters and exits that are not control records. */
  readonly plain: number;
  /** Bytes from the start of the chunk to the end of the last whole record. */
  readonly end: number;
}

/** Passes over the records of chunks, one chunk at a time. */
export class Skimmer {
  /** Enters, exits and spawns passed since the chunk was opened. */
  events = 0;
  /** The latest begin record. */
  readonly begin: Beginning = { goid: 0, parentGoid: 0, spawnRef: 0 };
  /** Parent by goroutine, from `parent` records, which are written before the goroutine begins. */
  readonly parents = new Map<number, number>();
  /** Bytes from the start of the chunk to it. */
  beginOffset = 0;
  private units: Uint16Array = new Uint16Array(0);
  private start = 0;
  private position = 0;
  private end = 0;
  private map: RecordMap | undefined;
  /** Control records of the map that were passed. */
  private passed = 0;

  /** See {@link RecordDecoder.open}. @param map that of the chunk; it is found out here by default */
  open(units: Uint16Array, index: number, size: number, body = CHUNK_HEADER, map?: RecordMap): void {
    this.units = units;
    this.start = index >>> 1;
    this.position = this.start + (body >>> 1);
    this.end = this.start + (size >>> 1);
    this.events = map?.plain ?? 0;
    this.map = map;
    this.passed = 0;
  }

  /** Bytes from the start of the chunk to the next record. */
  get offset(): number {
    return (this.position - this.start) * 2;
  }

  /** Advances past the next begin record, or to the end of the records. */
  next(): Status {
    const { units, end, map } = this;
    if (map !== undefined) return this.nextOf(map);
    let { position: p, events } = this;
    let before = p;
    let status: Status = Status.end;
    while (p < end) {
      const head = units[p];
      let size = RECORD_UNITS[head & Head.tagMask];
      if (size === 0) {
        if ((head & Head.tagMask) === Tag.end) break;
        const type = (head & Head.tagMask) === Tag.control ? (head >>> Head.tagBits) & Head.typeMask : 0;
        size = CONTROL_UNITS[type];
        if (size === 0 || p + size > end) {
          status = Status.corrupt;
          break;
        }
        if (this.readControl(type, p)) {
          p += size;
          status = Status.begin;
          break;
        }
        if (type === Control.sync || type === Control.parent || type === Control.frame) events--;
      }
      before = p;
      p += size;
      events++;
    }
    if (p > end) {
      // The last record is cut off.
      p = before;
      events--;
      status = Status.corrupt;
    }
    this.position = p;
    this.events = events;
    return status;
  }

  private nextOf(map: RecordMap): Status {
    const { units, start } = this;
    while (this.passed < map.count) {
      const p = start + map.controls[this.passed++] / 2;
      const type = (units[p] >>> Head.tagBits) & Head.typeMask;
      if (this.readControl(type, p)) return Status.begin;
      if (type !== Control.sync && type !== Control.parent && type !== Control.frame) this.events++;
    }
    this.position = start + map.end / 2;
    return this.position >= this.end || (units[this.position] & Head.tagMask) === Tag.end ? Status.end : Status.corrupt;
  }

  /** Takes in the control record at `p`; whether a goroutine begins there. */
  private readControl(type: number, p: number): boolean {
    const { units } = this;
    if (type === Control.parent && this.parents.size < MAX_PARENTS) readParent(units, p, this.parents);
    if (type !== Control.begin && type !== Control.test && type !== Control.resume) return false;
    readBeginning(units, p, this.begin);
    this.beginOffset = (p - this.start) * 2;
    return true;
  }
}

/**
 * Finds where the records of a chunk end that is being written: what is not yet written there is zero.
 *
 * @param from, to bytes from the start of the chunk, which is at the beginning of `units`: a record, and the end of what was read
 * @returns the end of the last whole record, and whether that one names goroutines: its head is stored at once, but may
 * lie in two lines of the cache, which become visible one after the other
 */
export function recordsEnd(units: Uint16Array, from: number, to: number): { end: number; isFresh: boolean } {
  const limit = to >>> 1;
  let last = from >>> 1;
  let p = last;
  while (p < limit) {
    const tag = units[p] & Head.tagMask;
    const size = tag === Tag.control ? CONTROL_UNITS[(units[p] >>> Head.tagBits) & Head.typeMask] : RECORD_UNITS[tag];
    if (size === 0 || p + size > limit) break;
    last = p;
    p += size;
  }
  return { end: p * 2, isFresh: p > from >>> 1 && (units[last] & Head.tagMask) === Tag.control };
}
