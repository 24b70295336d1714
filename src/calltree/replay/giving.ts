/** Finds the parts of a growing trace that were replayed, so that the process can give them back. */
import { grown } from "../../base/columns.js";
import type { ProcessTrace, Range } from "../../calltrace/index.js";
import type { SlotTable } from "./slots.js";

/** The largest page of any system, in bytes: holes consist of whole pages. */
const PAGE = 1 << 16;
/** The most bytes of a range: the process makes a hole while it holds a lock. */
const RANGE_MOST = 32 << 20;

export class Giving {
  /** Bytes of all ranges so far. */
  given = 0;
  /** By page of which not all was replayed: how many bytes were. Others than events stay, and so do their pages. */
  private readonly replayed = new Map<number, number>();
  /** Pages that were replayed as a whole, and are not given back. */
  private pages: number[] = [];
  /** By slot: its latest chunk that was counted, -1 for none. */
  private counted = new Int32Array(0);

  /** Takes note of what has been replayed since the last call. */
  look({ chunks }: ProcessTrace, slots: SlotTable): void {
    const known = slots.chunk.length;
    this.counted = grown(this.counted, known, -1);
    for (let slot = 0; slot < known; slot++) {
      // Chunks of a slot are numbered in order, and the replay is never past the last one while the trace grows.
      const unfinished = slots.chunk[slot];
      const before = this.counted[slot];
      let chunk = before < 0 ? chunks.first[slot] : chunks.next[before];
      for (; chunk >= 0 && chunk < unfinished; chunk = chunks.next[chunk]) {
        this.count(chunks.offset[chunk], chunks.size[chunk]);
        this.counted[slot] = chunk;
      }
    }
  }

  private count(offset: number, size: number): void {
    for (let from = offset; from < offset + size; ) {
      const page = Math.floor(from / PAGE);
      const end = Math.min(offset + size, (page + 1) * PAGE);
      const bytes = (this.replayed.get(page) ?? 0) + end - from;
      if (bytes < PAGE) this.replayed.set(page, bytes);
      else {
        this.replayed.delete(page);
        this.pages.push(page);
      }
      from = end;
    }
  }

  /**
   * Takes ranges to give back, the first ones of the file, and of those the largest.
   * @param most how many
   * @param bytes about as many bytes, or less
   */
  take(most: number, bytes: number): Range[] {
    const pages = this.pages.sort((a, b) => a - b);
    const ranges: Range[] = [];
    let taken = 0;
    for (let at = 0; at < pages.length && taken < bytes; ) {
      const first = pages[at];
      let count = 0;
      while (pages[at + count] === first + count && count < RANGE_MOST / PAGE) count++;
      ranges.push({ from: first * PAGE, to: (first + count) * PAGE });
      taken += count * PAGE;
      at += count;
    }
    const chosen = ranges.sort((a, b) => b.to - b.from - (a.to - a.from)).slice(0, most);
    const isTaken = new Set(
      chosen.flatMap(({ from, to }) => Array.from({ length: (to - from) / PAGE }, (_, n) => from / PAGE + n)),
    );
    this.pages = pages.filter((page) => !isTaken.has(page));
    this.given += isTaken.size * PAGE;
    return chosen;
  }
}
