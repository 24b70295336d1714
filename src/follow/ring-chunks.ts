/**
 * Finds the chunks of a ring while the process uses them again: each poll looks at all headers, and reports what is new.
 *
 * The process may take space, and divide it anew, while its headers are read. Then a header does not follow where the one before
 * says; the chunks found until then count, and the next poll finds the others.
 */
import {
  type ByteSource,
  CHUNK_KINDS,
  HEADER_SIZE,
  RING_HEADER,
  readChunkHead,
  snapshotIn,
  Window,
} from "../calltrace/index.js";
import type { ChunkFinder, EventChunk } from "./growing-chunks.js";

/** A chunk of a ring: its space may have been used again when it is read. */
interface RingEntry extends EventChunk {
  readonly seq: number;
}

export class RingChunks implements ChunkFinder {
  definitions: number[] = [];
  passed = 0;
  /** By slot, the number of the latest chunk that was reported. */
  private readonly latest = new Map<number, number>();

  /** @param source the process trace, offset 0 = its header */
  constructor(private readonly source: ByteSource) {}

  poll(used: number, _hasEnded: boolean, visit: (slot: number, chunk: EventChunk) => void): void {
    for (const [slot, entries] of this.headers(Math.min(used, this.source.size))) {
      entries.sort((a, b) => a.seq - b.seq);
      let first = entries.length - 1;
      while (first > 0 && entries[first - 1].seq === entries[first].seq - 1) first--;
      let latest = this.latest.get(slot) ?? -1;
      for (const { seq, ...chunk } of entries.slice(first)) {
        if (seq <= latest) continue;
        visit(slot, seq === latest + 1 ? chunk : { ...chunk, body: RING_HEADER, isMissed: latest >= 0 });
        latest = seq;
      }
      this.latest.set(slot, latest);
    }
  }

  /** The chunks of each slot that are in the file now. */
  private headers(end: number): Map<number, RingEntry[]> {
    const slots = new Map<number, RingEntry[]>();
    // New, because the bytes may have changed.
    const window = new Window(this.source, 16384);
    const words = window.u32;
    this.definitions = [];
    let offset = HEADER_SIZE;
    while (offset + RING_HEADER <= end) {
      const at = window.at(offset, RING_HEADER) >>> 2;
      const head = readChunkHead(words, at);
      if (typeof head !== "object" || offset + head.size > end) break;
      const { kind, size, slot, seq } = head;
      if (kind === CHUNK_KINDS.defs) this.definitions.push(offset);
      const snapshot = kind === CHUNK_KINDS.ring ? snapshotIn(words, at, size) : "none";
      if (typeof snapshot === "number") {
        const entries = slots.get(slot) ?? [];
        slots.set(slot, entries);
        entries.push({ offset, size, seq, body: RING_HEADER + snapshot, identity: { slot, seq }, isMissed: false });
      }
      offset += size;
    }
    this.passed = offset;
    return slots;
  }
}
