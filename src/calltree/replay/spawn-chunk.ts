/** Finds the chunk with the spawn record of a goroutine, and says which goroutines have to do without one. */
import { type ChunkTable, chunkAt } from "../../calltrace/index.js";

/** What a begin or resume record says about the start of its goroutine. */
interface Start {
  readonly parentGoid: number;
  readonly spawnRef: number;
  /** When it began. */
  readonly ticks: number;
}

/**
 * The chunk at the offset of a goroutine's spawn record, -1 for none. In a ring, the space of the record may have been used
 * again; then the chunk there was opened later, or has no spawn record at this place.
 */
export function spawnChunk(chunks: ChunkTable, { spawnRef, ticks }: Omit<Start, "parentGoid">): number {
  if (spawnRef === 0) return -1;
  const chunk = chunkAt(chunks, spawnRef);
  return chunk >= 0 && chunks.ring !== undefined && chunks.ring.opened[chunk] > ticks ? -1 : chunk;
}

/** Whether a goroutine needs its parent's stack: it has a parent, but its spawn record is missing. */
export function asksForParent(chunks: ChunkTable, start: Start): boolean {
  return start.parentGoid !== 0 && spawnChunk(chunks, start) < 0;
}

/**
 * Whether that cannot be told without the time at which the goroutine began. In chunks other than those with which slots begin
 * in a ring, goroutines begin after the opening of the chunk.
 */
export function dependsOnTime({ ring, first, slot }: ChunkTable, chunk: number): boolean {
  return ring !== undefined && first[slot[chunk]] === chunk;
}
