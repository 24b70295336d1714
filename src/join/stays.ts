/**
 * What every goroutine of an execution trace did from when to when: 16 bytes for each stay in a state.
 *
 * Stays come in the order in which they end, over all goroutines, and are read goroutine by goroutine. So each goroutine
 * has a chain of blocks, small ones first, and nothing is sorted or copied.
 */
import { grown, NumberMap, resized } from "../base/columns.js";
import { Words } from "../base/word-numbers.js";
import { State, type StayCursor } from "../calltree/index.js";
import { NONE } from "../exectrace/index.js";
import { type Entries, TableCursor } from "./cursor.js";
import { Spans } from "./spans.js";
import { StayKinds } from "./stay-kinds.js";

/** Entries of a segment of columns, a power of two, and of the smallest and the largest block. */
const SEGMENT = 1 << 16;
const BLOCK_MIN = 4;
const BLOCK_MAX = 1024;

/** Some columns of stays. The stays of a goroutine follow one another without gaps, so each ends where the next begins. */
class Segment {
  begin = new Float64Array(64);
  kind = new Uint32Array(64);
  /** The number of the goroutine that ended the wait, plus 1; 0 for none. */
  waker = new Uint32Array(64);

  /** Makes room for entries up to {@link SEGMENT}. A report may have thousands of short traces. */
  reserve(entries: number): void {
    if (entries <= this.begin.length) return;
    const length = Math.min(SEGMENT, Math.max(entries, 2 * this.begin.length));
    this.begin = resized(this.begin, length);
    this.kind = resized(this.kind, length);
    this.waker = resized(this.waker, length);
  }
}

/** A stay in a state. */
export interface Stay {
  /** Index into STATES. */
  readonly state: number;
  /** Why the goroutine waits, in the words of the Go runtime. */
  readonly reason: string;
  /** The goroutine that ended the wait, or NONE. */
  readonly waker: number;
  /** The user's functions in which it waits, and in which the waker was; "" if unknown. */
  readonly place: string;
  readonly wakerPlace: string;
}

const UNKNOWN: Stay = { state: State.unknown, reason: "", waker: NONE, place: "", wakerPlace: "" };

/** All stays of a trace. Times are nanoseconds since the trace's start. */
export class StayTable implements Entries {
  private readonly numbers = new NumberMap();
  private readonly segments: Segment[] = [];
  private readonly kinds = new StayKinds();
  private readonly functions = new Words();
  /** When the world was stopped. */
  stopped = new Spans();
  /** Entries given to blocks. */
  private used = 0;
  /** By goroutine: its id, its first and last block, and the end of its last stay. */
  private goid = new Float64Array(64);
  private firstBlock = new Int32Array(64);
  private lastBlock = new Int32Array(64);
  private end = new Float64Array(64);
  /** By goroutine: the function that it started with, a number of `functions` plus 1; 0 if unknown. */
  private started = new Uint32Array(64);
  /** By block: its first entry, its size, the stays in it, and the next block of the goroutine, -1 for none. */
  private blocks = 0;
  private blockStart = new Float64Array(64);
  private blockSize = new Uint16Array(64);
  private blockCount = new Uint16Array(64);
  private nextBlock = new Int32Array(64);

  /** Adds a stay of a goroutine. Time between it and the one before counts as unknown. */
  add(goid: number, begin: number, end: number, stay: Stay): void {
    if (!(end > begin)) return;
    const goroutine = this.numberOf(goid);
    if (this.firstBlock[goroutine] >= 0 && this.end[goroutine] < begin) {
      this.put(goroutine, this.end[goroutine], UNKNOWN);
    }
    this.put(goroutine, begin, stay);
    this.end[goroutine] = end;
  }

  /** Sets the function that a goroutine started with. */
  setStart(goid: number, name: string): void {
    if (name !== "") this.started[this.numberOf(goid)] = this.functions.numberOf(name) + 1;
  }

  /** The function that a goroutine started with; "" if unknown. */
  startOf(goid: number): string {
    const number = this.numbers.get(goid, -1);
    return number < 0 ? "" : (this.functions.list[this.started[number] - 1] ?? "");
  }

  stoppedWithin(from: number, to: number): number {
    return this.stopped.within(from, to);
  }

  /** The ids of all goroutines, in the order of first appearance. */
  get goroutines(): Float64Array {
    return this.goid.subarray(0, this.numbers.size);
  }

  get places(): readonly string[] {
    return this.kinds.places;
  }

  get reasons(): readonly string[] {
    return this.kinds.reasons;
  }

  /** Reads the stays of one goroutine after another. @param offset the time of the table that counts as 0 */
  cursor(offset = 0): StayCursor {
    return new TableCursor(this, offset);
  }

  private put(goroutine: number, begin: number, { state, reason, waker, place, wakerPlace }: Stay): void {
    const block = this.lastBlock[goroutine];
    const full = block < 0 || this.blockCount[block] === this.blockSize[block];
    const to = full ? this.newBlock(goroutine, block) : block;
    const entry = this.blockStart[to] + this.blockCount[to]++;
    const segment = this.segments[Math.floor(entry / SEGMENT)];
    const at = entry % SEGMENT;
    segment.begin[at] = begin;
    segment.kind[at] = this.kinds.numberOf(state, reason, place, wakerPlace);
    segment.waker[at] = waker === NONE ? 0 : this.numberOf(waker) + 1;
  }

  /** A block after the last one of a goroutine. It lies in one segment. */
  private newBlock(goroutine: number, last: number): number {
    const size = last < 0 ? BLOCK_MIN : Math.min(BLOCK_MAX, this.blockSize[last] * 2);
    if (SEGMENT - (this.used % SEGMENT) < size) this.used = Math.ceil(this.used / SEGMENT) * SEGMENT;
    if (this.used + size > this.segments.length * SEGMENT) this.segments.push(new Segment());
    this.segments[this.segments.length - 1].reserve((this.used % SEGMENT) + size);
    const block = this.blocks++;
    if (block === this.blockStart.length) this.growBlocks();
    this.blockStart[block] = this.used;
    this.blockSize[block] = size;
    this.blockCount[block] = 0;
    this.nextBlock[block] = -1;
    this.used += size;
    if (last < 0) this.firstBlock[goroutine] = block;
    else this.nextBlock[last] = block;
    this.lastBlock[goroutine] = block;
    return block;
  }

  private numberOf(goid: number): number {
    const known = this.numbers.get(goid, -1);
    if (known >= 0) return known;
    const number = this.numbers.size;
    this.numbers.set(goid, number);
    this.goid = grown(this.goid, number + 1);
    this.firstBlock = grown(this.firstBlock, number + 1);
    this.lastBlock = grown(this.lastBlock, number + 1);
    this.end = grown(this.end, number + 1);
    this.started = grown(this.started, number + 1);
    this.goid[number] = goid;
    this.firstBlock[number] = -1;
    this.lastBlock[number] = -1;
    return number;
  }

  private growBlocks(): void {
    const length = this.blocks;
    this.blockStart = grown(this.blockStart, length);
    this.blockSize = grown(this.blockSize, length);
    this.blockCount = grown(this.blockCount, length);
    this.nextBlock = grown(this.nextBlock, length);
  }

  find(goid: number): { readonly block: number; readonly end: number } {
    const number = this.numbers.get(goid, -1);
    return number < 0 ? { block: -1, end: 0 } : { block: this.firstBlock[number], end: this.end[number] };
  }

  blockAt(block: number): { readonly start: number; readonly count: number; readonly next: number } {
    return { start: this.blockStart[block], count: this.blockCount[block], next: this.nextBlock[block] };
  }

  beginOf(entry: number): number {
    return this.segments[Math.floor(entry / SEGMENT)].begin[entry % SEGMENT];
  }

  stateOf(entry: number): number {
    return this.kinds.stateOf(this.kindOf(entry));
  }

  reasonOf(entry: number): string {
    return this.kinds.reasonOf(this.kindOf(entry));
  }

  wakerOf(entry: number): number {
    const number = this.segments[Math.floor(entry / SEGMENT)].waker[entry % SEGMENT];
    return number === 0 ? NONE : this.goid[number - 1];
  }

  placeOf(entry: number): string {
    return this.kinds.placeOf(this.kindOf(entry));
  }

  wakerPlaceOf(entry: number): string {
    return this.kinds.wakerPlaceOf(this.kindOf(entry));
  }

  private kindOf(entry: number): number {
    return this.segments[Math.floor(entry / SEGMENT)].kind[entry % SEGMENT];
  }
}
