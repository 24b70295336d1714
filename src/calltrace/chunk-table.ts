/** The chunks with events of a process trace: in which order to read them, and where they lie. */
import { grown } from "../base/columns.js";

/**
 * The chunks with events of a process trace as columns, in file order or, in a ring, in that of their opening. Slots are
 * numbered densely by first appearance: in the file they may be any number below 2^32.
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
  /** Bytes from the start of the chunk to its first record. */
  body: Uint32Array<ArrayBuffer>;
  slot: Int32Array<ArrayBuffer>;
  /** Next chunk of the same slot, -1 for none. */
  next: Int32Array<ArrayBuffer>;
  /** By slot: its first chunk, -1 for none. */
  first: Int32Array<ArrayBuffer>;
  slots: number;
  ring?: RingColumns;
}

/** What only the chunks of a ring need. */
interface RingColumns {
  /** Chunks in file order. */
  readonly byOffset: Int32Array;
  /** By chunk: when it was opened, in ticks since the start of tracing. */
  readonly opened: Float64Array;
}

/** A table without chunks. */
function emptyTable(): ChunkTable {
  return {
    count: 0,
    offset: new Float64Array(16),
    size: new Uint32Array(16),
    filled: new Uint32Array(16),
    body: new Uint32Array(16),
    slot: new Int32Array(16),
    next: new Int32Array(16),
    first: new Int32Array(16),
    slots: 0,
  };
}

/**
 * Adds chunks to a table, each as the last one of its slot.
 */
export class TableBuilder {
  readonly table = emptyTable();
  private readonly slots = new Map<number, number>();
  private lastOfSlot = new Int32Array(16);
  private seqOfSlot = new Uint32Array(16);

  /** The `seq` that the next chunk of a slot must have in a trace that was not overwritten. */
  expected(slot: number): number {
    const dense = this.slots.get(slot);
    return dense === undefined ? 0 : this.seqOfSlot[dense] + 1;
  }

  /** Adds a chunk. @param number that of the slot in the file */
  add(number: number, seq: number, offset: number, size: number, body: number): void {
    const { table } = this;
    const chunk = table.count++;
    table.offset = grown(table.offset, table.count);
    table.size = grown(table.size, table.count);
    table.filled = grown(table.filled, table.count);
    table.body = grown(table.body, table.count);
    table.slot = grown(table.slot, table.count);
    table.next = grown(table.next, table.count);
    table.offset[chunk] = offset;
    table.size[chunk] = size;
    table.filled[chunk] = size;
    table.body[chunk] = body;
    table.next[chunk] = -1;
    let slot = this.slots.get(number);
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
  }
}

/** The chunk that holds an offset of the process trace, -1 for none. */
export function chunkAt(table: ChunkTable, offset: number): number {
  const byOffset = table.ring?.byOffset;
  let low = 0;
  let high = (byOffset?.length ?? table.count) - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (table.offset[byOffset === undefined ? middle : byOffset[middle]] <= offset) low = middle;
    else high = middle - 1;
  }
  const chunk = byOffset?.[low] ?? low;
  const isInside = chunk < table.count && offset >= table.offset[chunk];
  return isInside && offset < table.offset[chunk] + table.size[chunk] ? chunk : -1;
}

/** Drops everything after an unreadable record: the rest of its chunk and all later chunks. */
export function truncateTable(table: ChunkTable, lastChunk: number, size: number): void {
  table.count = lastChunk + 1;
  table.size[lastChunk] = size;
  table.filled[lastChunk] = size;
  for (let chunk = 0; chunk <= lastChunk; chunk++) if (table.next[chunk] > lastChunk) table.next[chunk] = -1;
  for (let slot = 0; slot < table.slots; slot++) if (table.first[slot] > lastChunk) table.first[slot] = -1;
}
