/** Reads the counts of calls that a process did not keep because they were short. */
import type { Definitions } from "./definitions.js";
import { type ByteSource, readBytes } from "./source.js";
import { CHUNK_HEADER, CHUNK_KINDS, CHUNK_MAGIC, Chunk } from "./spec.js";
import { COUNTS } from "./spec-ring.js";

/** Calls that were not kept. */
export interface LeftOut {
  readonly calls: number;
  /** Nanoseconds. */
  readonly time: number;
}

/** By name, the most first. */
export function namedLeftOut(
  leftOut: ReadonlyMap<number, LeftOut>,
  definitions: Definitions,
): (LeftOut & { readonly name: string })[] {
  return [...leftOut]
    .map(([id, { calls, time }]) => ({ name: definitions.get(id)?.name ?? `?${id}`, calls, time }))
    .sort((a, b) => b.calls - a.calls);
}

/** The most chunks that are read; ids of functions beyond have no names either. */
const CHUNKS_MAX = 1 << 10;

/**
 * The calls of each function, by id, that were not kept.
 *
 * @param source the process trace, offset 0 = its header
 * @param first offset of the first chunk of counts, 0 for none
 * @param slope nanoseconds per tick
 */
export function readLeftOut(source: ByteSource, first: number, slope: number): Map<number, LeftOut> {
  const sums = new Map<number, LeftOut>();
  let offset = first;
  for (let chunks = 0; offset > 0 && chunks < CHUNKS_MAX; chunks++) {
    const bytes = readBytes(source, offset, CHUNK_HEADER + COUNTS.ids * COUNTS.bytes);
    if (bytes.length < CHUNK_HEADER + COUNTS.ids * COUNTS.bytes) break;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint16(Chunk.magic, true) !== CHUNK_MAGIC) break;
    if (view.getUint16(Chunk.kind, true) !== CHUNK_KINDS.counts) break;
    const id = view.getUint32(Chunk.slot, true);
    for (let i = 0; i < COUNTS.ids; i++) {
      const at = CHUNK_HEADER + i * COUNTS.bytes;
      const calls = Number(view.getBigUint64(at, true));
      const time = Number(view.getBigUint64(at + 8, true)) * slope;
      if (calls > 0) sums.set(id + i, { calls, time });
    }
    offset = Number(view.getBigUint64(Chunk.ticks, true));
  }
  return sums;
}
