/** Divides the slots of a trace into shares of about the same size. */
import type { ChunkTable } from "../../calltrace/index.js";

/**
 * Bytes of a slot on average from which on threads pay: with 7 to 118 KiB, each of two works 1.4 to 1.7 times less than one that is
 * alone, with 2 KiB as much, because it has to hear of all goroutines and chunks.
 */
const SLOT = 1 << 13;
/** With a smaller part of the trace in the largest share, threads are worth it. */
const LARGEST = 0.75;

export interface Dealt {
  /** By slot: the number of its share. */
  readonly owners: Uint8Array;
  readonly shares: number;
  /** The slots, the largest first. */
  readonly bySize: Int32Array;
}

/** Divides the slots. @returns undefined if that is not worthwhile */
export function deal(chunks: ChunkTable, most: number): Dealt | undefined {
  const sizes = new Float64Array(chunks.slots);
  for (let chunk = 0; chunk < chunks.count; chunk++) sizes[chunks.slot[chunk]] += chunks.size[chunk];
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  if (largest > LARGEST * total || total < chunks.slots * SLOT) return undefined;
  // More shares than these would wait for the largest slot.
  const shares = Math.min(most, Math.ceil(total / largest));
  if (shares < 2) return undefined;
  const owners = new Uint8Array(chunks.slots);
  const loads = new Float64Array(shares);
  const bySize = Int32Array.from(sizes.keys()).sort((a, b) => sizes[b] - sizes[a]);
  for (const slot of bySize) {
    const share = loads.indexOf(loads.reduce((least, load) => Math.min(least, load)));
    owners[slot] = share;
    loads[share] += sizes[slot];
  }
  return { owners, shares, bySize };
}
