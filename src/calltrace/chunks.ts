/** Finds the chunks of a process trace by reading only their headers. */
import { grown } from "../base/columns.js";
import type { Clock } from "./header.js";
import { slopeOf } from "./header.js";
import { type ByteSource, Window } from "./source.js";
import { CHUNK_ALIGN, CHUNK_HEADER, CHUNK_KINDS, CHUNK_MAGIC, CHUNK_MAX, Chunk, HEADER_SIZE } from "./spec.js";

/** What is wrong with a trace, and where. Everything before the offset is used. */
export interface Problem {
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly message: string;
}

/**
 * The events chunks of a process trace, in file order, as columns. Slots are numbered densely by first appearance: in
 * the file they may be any number below 2^32.
 */
export interface ChunkTable {
  count: number;
  /** Bytes from the start of the process trace. */
  offset: Float64Array<ArrayBuffer>;
  /** Bytes, including the header. */
  size: Uint32Array<ArrayBuffer>;
  /**
   * Bytes from the start of the chunk to the end of its last record; the size of the chunk until the prescan has set
   * it. Later passes stop there, because a process that still runs keeps writing into chunks already read.
   */
  filled: Uint32Array<ArrayBuffer>;
  slot: Int32Array<ArrayBuffer>;
  /** Next chunk of the same slot, -1 for none. */
  next: Int32Array<ArrayBuffer>;
  /** By slot: its first chunk. */
  first: Int32Array<ArrayBuffer>;
  slots: number;
}

/** The chunks of a process trace, and what is wrong with it. */
export interface ChunkScan {
  readonly table: ChunkTable;
  /** Offsets of the chunks of definitions, of notes, and of the execution trace. */
  readonly defs: number[];
  readonly notes: number[];
  readonly execution: number[];
  readonly clock: Clock;
  /** Whether the last chunk is truncated. */
  readonly cut: boolean;
  /** Where the trace ends: the end of its chunks, or of the source. */
  readonly end: number;
  readonly problem?: Problem;
}

/** The most zero bytes accepted in place of chunks: space that was reserved when the process was killed. */
const ZEROS_MAX = 1 << 30;

/**
 * The clock's rate is taken from the first chunk that was opened this long (ns) after the start, if there is one: then it
 * is known while the process runs, and does not change when the trace grows. A pair of ticks and nanoseconds is off by tens of
 * nanoseconds, and each slot has a pair every 2^28 ticks at the latest, so that a time is off by no more than that, either.
 */
const SLOPE_AFTER = 2 ** 27;

const KINDS = new Set<number>(Object.values(CHUNK_KINDS));

/**
 * Reads all chunk headers of a process trace. Never throws for bad data: the first invalid header becomes `problem`,
 * and the chunks before it are the result.
 *
 * A running process may begin a chunk in zeros that the scan has already passed. Then the scan finds no header after
 * the zeros, or misses a chunk of a slot. So the headers are read again from the start until there is no problem or the
 * same one twice. This terminates because chunks between the header and `used` are only ever added.
 *
 * @param source the process trace, offset 0 = its header
 * @param used where its chunks end, if the source reaches that far
 * @param base offset of the process trace in the file, for messages
 */
export function scanChunks(source: ByteSource, used: number, base: number, clock: Clock): ChunkScan {
  let scan = scanOnce(source, used, base, clock);
  for (let before: Problem | undefined; scan.problem !== undefined && !isSame(scan.problem, before); ) {
    before = scan.problem;
    scan = scanOnce(source, used, base, clock);
  }
  return scan;
}

function isSame(a: Problem, b: Problem | undefined): boolean {
  return a.offset === b?.offset && a.message === b.message;
}

function scanOnce(source: ByteSource, used: number, base: number, clock: Clock): ChunkScan {
  const scanner = new ChunkScanner(source, base, clock);
  scanner.scan(used, true);
  return scanner.result();
}

/** Passes over the chunks of a process trace, which may grow meanwhile: each scan goes on where the last one stopped. */
class ChunkScanner {
  readonly table: ChunkTable = emptyTable();
  /** Offsets of the chunks of definitions. */
  readonly defs: number[] = [];
  problem: Problem | undefined;
  /** When the latest chunk of events was opened, nanoseconds since the start. */
  latest = 0;
  /** Where the next chunk begins. */
  offset = HEADER_SIZE;
  private readonly notes: number[] = [];
  private readonly execution: number[] = [];
  private readonly slots = new Map<number, number>();
  private lastOfSlot = new Int32Array(16);
  private seqOfSlot = new Uint32Array(16);
  private slope: number;
  private firstSlope = Number.NaN;
  private end = 0;
  private zeros = 0;
  private cut = false;

  /** @param base offset of the process trace in the file, for messages */
  constructor(
    private readonly source: ByteSource,
    private readonly base: number,
    private readonly clock: Clock,
  ) {
    // Ticks that are nanoseconds need no rate.
    this.slope = clock.slope === 1 ? 1 : Number.NaN;
  }

  /** What the scans have found. */
  result(): ChunkScan {
    const { table, defs, notes, execution, cut, clock, problem } = this;
    const slope = [this.slope, clock.slope, this.firstSlope].find((rate) => !Number.isNaN(rate)) ?? 1;
    return {
      ...{ table, defs, notes, execution, cut, clock: { ...clock, slope } },
      end: Math.max(this.end, HEADER_SIZE),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  /**
   * Reads the headers of the chunks up to `used`.
   *
   * @param isWhole whether nothing more will be written: then a chunk that reaches beyond the end is cut off, and zeros
   * are space that was never used. Otherwise the scan stops at both.
   */
  scan(used: number, isWhole: boolean): void {
    // Small, so that the payload of large chunks is not read; new, because the bytes may have changed.
    const window = new Window(this.source, 16384);
    this.end = Math.min(used, this.source.size);
    while (this.problem === undefined && this.offset + CHUNK_HEADER <= this.end) {
      const passed = this.pass(window, used, isWhole);
      if (typeof passed === "string") this.problem = { offset: this.base + this.offset, message: passed };
      else if (!passed) break;
    }
  }

  /** Passes over the next chunk. @returns whether it was there, or what is wrong with it */
  private pass(window: Window, used: number, isWhole: boolean): boolean | string {
    const words = window.u32;
    const at = window.at(this.offset, CHUNK_HEADER) >>> 2;
    const magicKind = words[at];
    let size = words[at + Chunk.size / 4];
    if (magicKind === 0 && size === 0) {
      if (!isWhole) return false;
      this.offset += CHUNK_ALIGN;
      this.zeros += CHUNK_ALIGN;
      return this.zeros <= ZEROS_MAX || "nothing but zeros follows";
    }
    const kind = magicKind >>> 16;
    if ((magicKind & 0xffff) !== CHUNK_MAGIC) return "there is no chunk where one should begin";
    if (!KINDS.has(kind)) return `a chunk of unknown kind ${kind}`;
    if (size === 0 || size % CHUNK_ALIGN !== 0 || size > CHUNK_MAX) return `a chunk says it has ${size} bytes`;
    // Only a file that has grown since, or one that was cut, has a chunk reaching past its end.
    if (this.offset + size > this.end) this.end = Math.min(used, this.source.size);
    this.cut = this.offset + size > this.end;
    if (this.cut && !isWhole) return false;
    if (this.cut) size = Math.floor((this.end - this.offset) / 4) * 4;
    if (kind === CHUNK_KINDS.defs) this.defs.push(this.offset);
    else if (kind === CHUNK_KINDS.note) this.notes.push(this.offset);
    else if (kind === CHUNK_KINDS.execution) this.execution.push(this.offset);
    else {
      const wrong = this.addEvents(words, at, size);
      if (wrong !== undefined) return wrong;
    }
    this.offset = this.cut ? this.end : this.offset + size;
    return this.cut ? "the trace ends within a chunk" : true;
  }

  /** Adds a chunk of events whose header is at `at`. @returns what is wrong with it, if anything */
  private addEvents(words: Uint32Array, at: number, size: number): string | undefined {
    const { table, clock } = this;
    const number = words[at + Chunk.slot / 4];
    const seq = words[at + Chunk.seq / 4];
    let slot = this.slots.get(number);
    const expected = slot === undefined ? 0 : this.seqOfSlot[slot] + 1;
    if (seq !== expected) return `chunk ${seq} of slot ${number} stands where chunk ${expected} should`;
    const [ticks, nano] = [at + Chunk.ticks / 4, at + Chunk.nano / 4];
    const since = difference(words[nano], words[nano + 1], clock.nanoLow, clock.nanoHigh);
    if (since > this.latest) this.latest = since;
    if (Number.isNaN(this.slope)) {
      const rate = slopeOf(difference(words[ticks], words[ticks + 1], clock.ticksLow, clock.ticksHigh), since);
      if (since >= SLOPE_AFTER) this.slope = rate;
      if (Number.isNaN(this.firstSlope)) this.firstSlope = rate;
    }
    const chunk = addChunk(table, this.offset, size);
    if (slot === undefined) {
      slot = table.slots++;
      this.slots.set(number, slot);
      table.first = grown(table.first, slot + 1);
      this.lastOfSlot = grown(this.lastOfSlot, slot + 1);
      this.seqOfSlot = grown(this.seqOfSlot, slot + 1);
      table.first[slot] = chunk;
    } else table.next[this.lastOfSlot[slot]] = chunk;
    table.slot[chunk] = slot;
    this.lastOfSlot[slot] = chunk;
    this.seqOfSlot[slot] = seq;
    return undefined;
  }
}

/** a - b for 64-bit numbers given as halves; exact below 2^53. */
function difference(lowA: number, highA: number, lowB: number, highB: number): number {
  return (highA - highB) * 4294967296 + (lowA - lowB);
}

function emptyTable(): ChunkTable {
  return {
    count: 0,
    offset: new Float64Array(16),
    size: new Uint32Array(16),
    filled: new Uint32Array(16),
    slot: new Int32Array(16),
    next: new Int32Array(16),
    first: new Int32Array(16),
    slots: 0,
  };
}

function addChunk(table: ChunkTable, offset: number, size: number): number {
  const chunk = table.count++;
  table.offset = grown(table.offset, table.count);
  table.size = grown(table.size, table.count);
  table.filled = grown(table.filled, table.count);
  table.slot = grown(table.slot, table.count);
  table.next = grown(table.next, table.count);
  table.offset[chunk] = offset;
  table.size[chunk] = size;
  table.filled[chunk] = size;
  table.next[chunk] = -1;
  return chunk;
}

/** The events chunk that holds an offset of the process trace, -1 for none. */
export function chunkAt(table: ChunkTable, offset: number): number {
  let low = 0;
  let high = table.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (table.offset[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  const inside = table.count > 0 && offset >= table.offset[low] && offset < table.offset[low] + table.size[low];
  return inside ? low : -1;
}

/** Drops everything after an unreadable record: the rest of its chunk and all later chunks. */
export function truncateTable(table: ChunkTable, lastChunk: number, size: number): void {
  table.count = lastChunk + 1;
  table.size[lastChunk] = size;
  table.filled[lastChunk] = size;
  for (let chunk = 0; chunk <= lastChunk; chunk++) if (table.next[chunk] > lastChunk) table.next[chunk] = -1;
}
