/** Finding the chunks of a process trace, from their headers alone. */
import { grown } from "../base/columns.js";
import type { Clock } from "./header.js";
import { slopeOf } from "./header.js";
import { type ByteSource, Window } from "./source.js";
import { CHUNK_ALIGN, CHUNK_HEADER, CHUNK_KINDS, CHUNK_MAGIC, CHUNK_MAX, HEADER_SIZE } from "./spec.js";

/** What is wrong with a trace, and where; everything before the offset was used. */
export interface Problem {
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly message: string;
}

/**
 * The events chunks of a process trace, in file order, as columns. Slots are numbered densely by first appearance:
 * the numbers in the file may be anything below 2^32.
 */
export interface ChunkTable {
  count: number;
  /** Bytes from the start of the process trace. */
  offset: Float64Array<ArrayBuffer>;
  /** Bytes, header included. */
  size: Uint32Array<ArrayBuffer>;
  slot: Int32Array<ArrayBuffer>;
  /** Next chunk of the same slot, -1 for none. */
  next: Int32Array<ArrayBuffer>;
  /** By slot: its first chunk. */
  first: Int32Array<ArrayBuffer>;
  slots: number;
}

export interface ChunkScan {
  readonly table: ChunkTable;
  /** Offsets of defs chunks and note chunks. */
  readonly defs: number[];
  readonly notes: number[];
  readonly clock: Clock;
  /** The last chunk is not whole. */
  readonly cut: boolean;
  readonly problem?: Problem;
}

/**
 * Reads all chunk headers between the header and `end`. Never throws for bad data: the first header that cannot be
 * right becomes the problem, and the chunks before it the result.
 *
 * @param source the process trace, offset 0 = its header
 * @param end where its chunks end, at most source.size
 * @param base offset of the process trace in the file, for messages
 */
export function scanChunks(source: ByteSource, end: number, base: number, clock: Clock): ChunkScan {
  const table = emptyTable();
  const scan: { defs: number[]; notes: number[]; problem?: Problem } = { defs: [], notes: [] };
  const slots = new Map<number, number>();
  let lastOfSlot = new Int32Array(16);
  let seqOfSlot = new Uint32Array(16);
  let slope = clock.slope;
  // Small enough that the payload of large chunks is not read here.
  const window = new Window(source, 16384);
  const words = window.u32;
  let offset = HEADER_SIZE;
  let cut = false;
  const stop = (message: string) => {
    scan.problem = { offset: base + offset, message };
  };
  while (offset + CHUNK_HEADER <= end) {
    const at = window.at(offset, CHUNK_HEADER) >>> 2;
    const magicKind = words[at];
    let size = words[at + 1];
    if (magicKind === 0 && size === 0) {
      offset += CHUNK_ALIGN;
      continue;
    }
    const kind = magicKind >>> 16;
    if ((magicKind & 0xffff) !== CHUNK_MAGIC) {
      stop("there is no chunk where one should begin");
      break;
    }
    if (kind < 1 || kind > 3) {
      stop(`a chunk of unknown kind ${kind}`);
      break;
    }
    if (size === 0 || size % CHUNK_ALIGN !== 0 || size > CHUNK_MAX) {
      stop(`a chunk says it has ${size} bytes`);
      break;
    }
    cut = offset + size > end;
    if (cut) size = Math.floor((end - offset) / 4) * 4;
    if (kind === CHUNK_KINDS.defs) scan.defs.push(offset);
    else if (kind === CHUNK_KINDS.note) scan.notes.push(offset);
    else {
      const number = words[at + 2];
      const seq = words[at + 3];
      let slot = slots.get(number);
      const expected = slot === undefined ? 0 : seqOfSlot[slot] + 1;
      if (seq !== expected) {
        stop(`chunk ${seq} of slot ${number} stands where chunk ${expected} should`);
        break;
      }
      if (Number.isNaN(slope)) {
        const ticks = difference(words[at + 4], words[at + 5], clock.ticksLow, clock.ticksHigh);
        slope = slopeOf(ticks, difference(words[at + 6], words[at + 7], clock.nanoLow, clock.nanoHigh));
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
  return { table, ...scan, cut, clock: { ...clock, slope: Number.isNaN(slope) ? 1 : slope } };
}

/** a - b for 64-bit numbers given as halves; exact below 2^53. */
export function difference(lowA: number, highA: number, lowB: number, highB: number): number {
  return (highA - highB) * 4294967296 + (lowA - lowB);
}

function emptyTable(): ChunkTable {
  return {
    count: 0,
    offset: new Float64Array(16),
    size: new Uint32Array(16),
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
  table.slot = grown(table.slot, table.count);
  table.next = grown(table.next, table.count);
  table.offset[chunk] = offset;
  table.size[chunk] = size;
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

/** Drops what follows a record that cannot be read: the later chunks, and the rest of its own. */
export function truncateTable(table: ChunkTable, lastChunk: number, size: number): void {
  table.count = lastChunk + 1;
  table.size[lastChunk] = size;
  for (let chunk = 0; chunk <= lastChunk; chunk++) if (table.next[chunk] > lastChunk) table.next[chunk] = -1;
}
