/**
 * The record decoder: decodes one chunk of one slot at a time, in batches, into reused columns.
 *
 * 1. `open` takes a chunk: its header is a sync point, so the only state carried over is the slot's latest time, below
 *    which no later time of the slot may fall.
 * 2. `next` decodes until the columns are full or something needs the caller's attention (`status`).
 * 3. Times are nanoseconds since the start of the process: the latest clock pair plus ticks since then times slope, in
 *    whole eighths.
 *
 * The tables of the format are in spec.ts; a test decodes the same bytes with them and compares.
 */
import { type Begin, readBeginning } from "./beginning.js";
import type { Clock } from "./header.js";
import { CHUNK_HEADER, Chunk } from "./spec.js";
import {
  CONTROL_UNITS,
  Control,
  FramePlace,
  Head,
  LatePlace,
  Place,
  ResumePlace,
  SpawnPlace,
  SyncPlace,
  Tag,
} from "./spec-records.js";

/**
 * Added to a number of nanoseconds and subtracted again, it rounds to whole eighths. Sums of such times are exact (below
 * 2^50 ns) in whatever order they are added, so trees do not depend on the order in which goroutines are read.
 */
export const EIGHTHS = 1.5 * 2 ** 49;

/** Records per batch: the columns fit the first-level cache, and thousands of small traces are read with little memory each. */
const BATCH = 1024;

/** Values of the `kind` column. */
export const Kind = { exit: 0, enter: 1, exitPanic: 2, exitGoexit: 3, spawn: 4, exitDeferred: 5, late: 6 } as const;

/** Whether a record enters a call, be it late: the call began while recording was paused. */
export function isEnter(kind: number): boolean {
  return kind === Kind.enter || kind === Kind.late;
}

/** Why `next` returned. */
export const Status = {
  /** The columns are full. */
  more: 0,
  /** The end of the chunk. */
  end: 1,
  /** A begin or resume record follows those in the columns: see `begin`. The slot now belongs to another goroutine. */
  begin: 2,
  /** What follows is not a record: see `offset`. */
  corrupt: 3,
} as const;

export type Status = (typeof Status)[keyof typeof Status];

/** The state of a decoder within a chunk, for resuming later. */
export interface DecoderState {
  position: number;
  ticks: number;
  pairTicks: number;
  pairNano: number;
  floor: number;
}

/** Decodes chunks; see the head of this file. */
export class RecordDecoder {
  readonly kind = new Uint8Array(BATCH);
  /**
   * Function id of an enter or a late one, go statement id of a spawn. For exits other than `exit`: the number of panics running at
   * entry.
   */
  readonly id = new Uint32Array(BATCH);
  /** Nanoseconds since the start of the process. */
  readonly time = new Float64Array(BATCH);
  /** Bytes from the start of the chunk; set for spawns only. */
  readonly at = new Uint32Array(BATCH);
  status: Status = Status.end;
  /** The latest begin record. */
  readonly begin: Begin = {
    goid: 0,
    parentGoid: 0,
    spawnRef: 0,
    test: 0,
    time: 0,
    ticks: 0,
    goStatement: 0,
    omitted: 0,
  };

  private units: Uint16Array = new Uint16Array(0);
  private start = 0;
  private end = 0;
  private position = 0;
  private ticks = 0;
  private pairTicks = 0;
  private pairNano = 0;
  private floor = 0;

  constructor(private readonly clock: Clock) {}

  /**
   * Starts decoding a chunk.
   *
   * @param units memory that holds the chunk
   * @param index byte index of the chunk in that memory, even
   * @param size bytes of the chunk
   * @param floor the latest time of the slot so far
   * @param body bytes from the start of the chunk to its first record
   */
  open(units: Uint16Array, index: number, size: number, floor: number, body = CHUNK_HEADER): void {
    const start = index >>> 1;
    this.units = units;
    this.start = start;
    this.end = start + (size >>> 1);
    this.position = start + (body >>> 1);
    this.ticks = this.relative(start + Chunk.ticks / 2, this.clock.ticksLow, this.clock.ticksHigh);
    this.pairTicks = this.ticks;
    this.pairNano = this.relative(start + Chunk.nano / 2, this.clock.nanoLow, this.clock.nanoHigh);
    this.floor = floor;
  }

  /** Continues where `state` was taken. Call `open` with the same chunk first. */
  resume(state: DecoderState): void {
    this.position = this.start + state.position;
    this.ticks = state.ticks;
    this.pairTicks = state.pairTicks;
    this.pairNano = state.pairNano;
    this.floor = state.floor;
  }

  /** The state before the next record, for `resume`. */
  state(): DecoderState {
    const { ticks, pairTicks, pairNano, floor } = this;
    return { position: this.position - this.start, ticks, pairTicks, pairNano, floor };
  }

  /** Bytes from the start of the chunk to the next record. */
  get offset(): number {
    return (this.position - this.start) * 2;
  }

  /** The latest time returned so far. */
  get latest(): number {
    return this.floor;
  }

  private relative(at: number, low: number, high: number): number {
    const u = this.units;
    return (u[at + 2] + u[at + 3] * 65536 - high) * 4294967296 + (u[at] + u[at + 1] * 65536 - low);
  }

  /** Ticks of something that began at or before `ticks`. */
  private begun(at: number, ticks: number): number {
    return Math.min(ticks, this.relative(at, this.clock.ticksLow, this.clock.ticksHigh));
  }

  /** A number of 32 bits. */
  private word(at: number): number {
    return this.units[at] + this.units[at + 1] * 65536;
  }

  /**
   * Decodes the next batch; returns the number of records in the columns and sets `status`.
   *
   * @param most records to decode, at most {@link BATCH}
   */
  next(most = BATCH): number {
    const { units, end, kind, id, time, at } = this;
    const slope = this.clock.slope;
    let { position: p, ticks, pairTicks, pairNano, floor } = this;
    let count = 0;
    let status: Status = Status.more;
    loop: while (count < most) {
      if (p >= end) {
        status = Status.end;
        break;
      }
      const head = units[p];
      switch (head & Head.tagMask) {
        case Tag.exit2:
          ticks += head >>> Head.tagBits;
          kind[count] = Kind.exit;
          p += 1;
          break;
        case Tag.exit4: {
          if (p + 2 > end) break loop;
          ticks += ((head | (units[p + 1] << 16)) >>> Head.tagBits) | 0;
          kind[count] = Kind.exit;
          p += 2;
          break;
        }
        case Tag.enter4: {
          if (p + 2 > end) break loop;
          const word = head | (units[p + 1] << 16);
          ticks += word >>> 15;
          id[count] = (word >>> Head.tagBits) & 0xfff;
          kind[count] = Kind.enter;
          p += 2;
          break;
        }
        case Tag.enter6: {
          if (p + 3 > end) break loop;
          const word = head | (units[p + 1] << 16);
          ticks += (word >>> 23) | (units[p + 2] << 9);
          id[count] = (word >>> Head.tagBits) & 0xfffff;
          kind[count] = Kind.enter;
          p += 3;
          break;
        }
        case Tag.enter8: {
          if (p + 4 > end) break loop;
          const third = units[p + 2];
          ticks += ((third | (units[p + 3] << 16)) >>> Head.tagBits) | 0;
          id[count] =
            ((head | (units[p + 1] << 16)) >>> Head.tagBits) | ((third & Head.tagMask) << (32 - Head.tagBits));
          kind[count] = Kind.enter;
          p += 4;
          break;
        }
        case Tag.control: {
          const type = (head >>> Head.tagBits) & Head.typeMask;
          const size = CONTROL_UNITS[type];
          if (size === 0 || p + size > end) break loop;
          if (type === Control.sync) {
            const now = this.relative(p + SyncPlace.ticks, this.clock.ticksLow, this.clock.ticksHigh);
            if (now > ticks) ticks = now;
            pairTicks = ticks;
            pairNano = this.relative(p + SyncPlace.nano, this.clock.nanoLow, this.clock.nanoHigh);
            p += size;
            continue;
          }
          if (type === Control.frame) {
            // It began before the chunk, so its time may lie before the chunk's clock pair.
            const begun = this.begun(p + FramePlace.start, ticks);
            const now = pairNano + ((begun - pairTicks) * slope + EIGHTHS - EIGHTHS);
            if (now > floor) floor = now;
            id[count] = this.word(p + FramePlace.id);
            kind[count] = Kind.enter;
            time[count++] = floor;
            p += size;
            continue;
          }
          ticks += this.word(p + Place.delta);
          if (type === Control.parent) {
            p += size;
            continue;
          }
          if (type === Control.begin || type === Control.test || type === Control.resume) {
            const resumes = type === Control.resume;
            const begun = resumes ? this.begun(p + ResumePlace.begin, ticks) : ticks;
            const now = pairNano + ((begun - pairTicks) * slope + EIGHTHS - EIGHTHS);
            if (now > floor) floor = now;
            readBeginning(units, p, this.begin);
            this.begin.test = type === Control.begin ? 0 : this.word(p + Place.test);
            this.begin.time = floor;
            this.begin.ticks = begun;
            this.begin.goStatement = resumes ? this.word(p + ResumePlace.goStatement) : 0;
            this.begin.omitted = resumes ? this.word(p + ResumePlace.omitted) : 0;
            p += size;
            status = Status.begin;
            break loop;
          }
          if (type === Control.spawn) {
            id[count] = this.word(p + SpawnPlace.site);
            at[count] = (p - this.start) * 2;
            kind[count] = Kind.spawn;
          } else if (type === Control.late) {
            id[count] = this.word(p + LatePlace.id);
            kind[count] = Kind.late;
          } else {
            id[count] = head >>> Head.arg;
            if (type === Control.exitPanic) kind[count] = Kind.exitPanic;
            else kind[count] = type === Control.exitGoexit ? Kind.exitGoexit : Kind.exitDeferred;
          }
          p += size;
          break;
        }
        case Tag.end:
          status = Status.end;
          break loop;
        default:
          status = Status.corrupt;
          break loop;
      }
      const now = pairNano + ((ticks - pairTicks) * slope + EIGHTHS - EIGHTHS);
      if (now > floor) floor = now;
      time[count++] = floor;
    }
    // The loop was left within a record: it is cut off or not a record.
    if (status === Status.more && count < most) status = Status.corrupt;
    this.position = p;
    this.ticks = ticks;
    this.pairTicks = pairTicks;
    this.pairNano = pairNano;
    this.floor = floor;
    this.status = status;
    return count;
  }
}
