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
  const table = emptyTable();
  const scan: { defs: number[]; notes: number[]; execution: number[]; problem?: Problem } = {
    defs: [],
    notes: [],
    execution: [],
  };
  const slots = new Map<number, number>();
  let lastOfSlot = new Int32Array(16);
  let seqOfSlot = new Uint32Array(16);
  // Ticks that are nanoseconds need no rate.
  let slope = clock.slope === 1 ? 1 : Number.NaN;
  let firstSlope = Number.NaN;
  // Small, so that the payload of large chunks is not read.
  const window = new Window(source, 16384);
  const words = window.u32;
  let offset = HEADER_SIZE;
  let end = Math.min(used, source.size);
  let zeros = 0;
  let cut = false;
  const stop = (message: string) => {
    scan.problem = { offset: base + offset, message };
  };
  while (offset + CHUNK_HEADER <= end) {
    const at = window.at(offset, CHUNK_HEADER) >>> 2;
    const magicKind = words[at];
    let size = words[at + Chunk.size / 4];
    if (magicKind === 0 && size === 0) {
      offset += CHUNK_ALIGN;
      zeros += CHUNK_ALIGN;
      if (zeros <= ZEROS_MAX) continue;
      stop("nothing but zeros follows");
      break;
    }
    const kind = magicKind >>> 16;
    if ((magicKind & 0xffff) !== CHUNK_MAGIC) {
      stop("there is no chunk where one should begin");
      break;
    }
    if (!KINDS.has(kind)) {
      stop(`a chunk of unknown kind ${kind}`);
      break;
    }
    if (size === 0 || size % CHUNK_ALIGN !== 0 || size > CHUNK_MAX) {
      stop(`a chunk says it has ${size} bytes`);
      break;
    }
    // Only a file that has grown since, or one that was cut, has a chunk reaching past its end.
    if (offset + size > end) end = Math.min(used, source.size);
    cut = offset + size > end;
    if (cut) size = Math.floor((end - offset) / 4) * 4;
    if (kind === CHUNK_KINDS.defs) scan.defs.push(offset);
    else if (kind === CHUNK_KINDS.note) scan.notes.push(offset);
    else if (kind === CHUNK_KINDS.execution) scan.execution.push(offset);
    else {
      const number = words[at + Chunk.slot / 4];
      const seq = words[at + Chunk.seq / 4];
      let slot = slots.get(number);
      const expected = slot === undefined ? 0 : seqOfSlot[slot] + 1;
      if (seq !== expected) {
        stop(`chunk ${seq} of slot ${number} stands where chunk ${expected} should`);
        break;
      }
      if (Number.isNaN(slope)) {
        const [ticks, nano] = [at + Chunk.ticks / 4, at + Chunk.nano / 4];
        const since = difference(words[nano], words[nano + 1], clock.nanoLow, clock.nanoHigh);
        const rate = slopeOf(difference(words[ticks], words[ticks + 1], clock.ticksLow, clock.ticksHigh), since);
        if (since >= SLOPE_AFTER) slope = rate;
        if (Number.isNaN(firstSlope)) firstSlope = rate;
      }
      const chunk = addChunk(table, offset, size);
      if (slot === undefined) {
        slot = table.slots++;
        slots.set(number, slot);
        table.first = grown(table.first, slot + 1);
        lastOfSlot = grown(lastOfSlot, slot + 1);
        seqOfSlot = grown(seqOfSlot, slot + 1);
        table.first[slot] = chunk;
      } else table.next[lastOfSlot[slot]] = chunk;
      table.slot[chunk] = slot;
      lastOfSlot[slot] = chunk;
      seqOfSlot[slot] = seq;
    }
    if (cut) {
      offset = end;
      stop("the trace ends within a chunk");
      break;
    }
    offset += size;
  }
  return {
    table,
    ...scan,
    cut,
    end: Math.max(end, HEADER_SIZE),
    clock: { ...clock, slope: [slope, clock.slope, firstSlope].find((rate) => !Number.isNaN(rate)) ?? 1 },
  };
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
