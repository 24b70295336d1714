/**
 * Chooses and orders the chunks of a ring. Chunks lie anywhere in the file, and one may have been overwritten before an
 * older one of the same slot. So of each slot only the chunks after its last gap count, and their order is that of the
 * times at which they were opened.
 */
import { RING_HEADER } from "./spec-ring.js";

/** A chunk of kind `ring`, as its header describes it. */
export interface RingEntry {
  /** Bytes from the start of the process trace. */
  readonly offset: number;
  /** Bytes, including the header. */
  readonly size: number;
  readonly slot: number;
  readonly seq: number;
  /** When it was opened: ticks since the start of tracing, and nanoseconds. */
  readonly ticks: number;
  readonly nano: number;
  /** Bytes of its snapshot. */
  readonly snapshot: number;
}

/** A chunk that counts. */
interface KeptChunk extends RingEntry {
  /** Bytes from the start of the chunk to the first record to read: that of the snapshot only if the slot begins here. */
  readonly body: number;
}

/** Chunks that count, in order, and what was overwritten. */
export interface RingOrder {
  readonly chunks: readonly KeptChunk[];
  /** Ticks since the start of tracing from which on every slot has its records; 0 if none misses any. */
  readonly from: number;
}

/** Chooses the chunks that count. @param from ticks since the start of tracing since which nothing was overwritten */
export function orderRing(entries: readonly RingEntry[], from: number): RingOrder {
  const bySlot = new Map<number, RingEntry[]>();
  for (const entry of entries) {
    const list = bySlot.get(entry.slot);
    if (list === undefined) bySlot.set(entry.slot, [entry]);
    else list.push(entry);
  }
  const chunks: KeptChunk[] = [];
  let latest = from;
  for (const list of bySlot.values()) {
    list.sort((a, b) => a.seq - b.seq || a.ticks - b.ticks);
    let first = list.length - 1;
    while (first > 0 && list[first - 1].seq === list[first].seq - 1) first--;
    // Records of a slot come in its order, even if a damaged header says otherwise.
    let ticks = list[first].ticks;
    // What is missing is also missing where a chunk was lost after `from` was read.
    if (list[first].seq > 0 && ticks > latest) latest = ticks;
    for (let at = first; at < list.length; at++) {
      const entry = list[at];
      ticks = Math.max(ticks, entry.ticks);
      const begins = at === first && entry.seq > 0;
      chunks.push({ ...entry, ticks, body: RING_HEADER + (begins ? 0 : entry.snapshot) });
    }
  }
  chunks.sort((a, b) => a.ticks - b.ticks || a.seq - b.seq || a.offset - b.offset);
  return { chunks, from: latest };
}
