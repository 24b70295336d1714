/**
 * Copies the trace of a ring while its process writes it. Each chunk is read, and counts only if its header is the same
 * afterwards. Meanwhile the ring turns, so a second pass reads what has changed since the first, and so on: each takes a
 * fraction of the time of the one before. The control chunk is read last: it then says since when the copy is complete.
 */

import { type ChunkHead, readChunkHead, wordsAt } from "./chunk-head.js";
import { readControl } from "./control.js";
import { isHeader, readHeader } from "./header.js";
import { lengthPatches } from "./patch.js";
import { type ByteSource, readBytes } from "./source.js";
import { CHUNK_KINDS, CHUNK_MAGIC, CHUNK_MAX, Chunk, HEADER_SIZE } from "./spec.js";
import { CONTROL_SIZE, RING_HEADER, RingChunk } from "./spec-ring.js";

const PASSES = 6;
/** A pass that finds no more than this many changed chunks is the last one. */
const FEW = 8;

/** A chunk: kind, size, slot and number tell it from others at the same place. */
interface Seen extends ChunkHead {
  readonly offset: number;
  readonly isClosed: boolean;
}

/** Whether a trace uses its space again, so that it has to be copied while its process writes it. */
export function usesSpaceAgain(source: ByteSource): boolean {
  const header = readBytes(source, 0, HEADER_SIZE);
  if (header.length < HEADER_SIZE || !isHeader(header)) return false;
  const mode = readControl(source, Number(readHeader(header, 0).numbers.control))?.mode;
  return mode !== undefined && mode !== "plain";
}

/**
 * Copies a ring that is being written.
 *
 * @param source the process trace, offset 0 = its header
 * @param write stores bytes of the copy
 * @returns the size of the copy
 */
export function copyRing(source: ByteSource, write: (offset: number, bytes: Uint8Array) => void): number {
  const copied = new Map<number, Seen>();
  const buffer = new Uint8Array(CHUNK_MAX);
  let layout: Seen[] = [];
  let end = HEADER_SIZE;
  let isWhole = false;
  for (let pass = 0; pass < PASSES; pass++) {
    let changed = 0;
    const seen: Seen[] = [];
    const header = readHeader(readBytes(source, 0, HEADER_SIZE), 0);
    end = Math.min(Number(header.numbers.used), source.size);
    let chunk = chunkAt(source, HEADER_SIZE, end);
    while (chunk !== undefined) {
      seen.push(chunk);
      const before = copied.get(chunk.offset);
      if (!isDone(before, chunk)) {
        copied.delete(chunk.offset);
        changed++;
        const bytes = buffer.subarray(0, chunk.size);
        bytes.fill(0, Math.max(0, source.read(chunk.offset, bytes)));
        if (isSame(chunk, chunkAt(source, chunk.offset, end))) {
          write(chunk.offset, bytes);
          copied.set(chunk.offset, chunk);
        }
      }
      chunk = chunkAt(source, chunk.offset + chunk.size, end);
    }
    const last = seen.at(-1);
    const reached = last === undefined ? HEADER_SIZE : last.offset + last.size;
    // A pass ends early where chunks were put together or taken apart meanwhile.
    if (reached >= end || !isWhole) layout = seen;
    isWhole ||= reached >= end;
    if (reached >= end && changed <= FEW) break;
  }
  const last = layout.at(-1);
  const used = last === undefined ? HEADER_SIZE : last.offset + last.size;
  for (const { offset, size } of layout) if (!isSameSize(copied.get(offset), size)) write(offset, freeHeader(size));
  finish(source, write, used);
  return used;
}

/** Whether a chunk needs not be copied again. */
function isDone(before: Seen | undefined, chunk: Seen): boolean {
  if (before === undefined || !isSame(before, chunk)) return false;
  return chunk.kind === CHUNK_KINDS.free || (chunk.kind === CHUNK_KINDS.ring && before.isClosed);
}

function isSame(a: Seen, b: Seen | undefined): boolean {
  if (b === undefined || a.kind !== b.kind || a.size !== b.size) return false;
  return a.kind !== CHUNK_KINDS.ring || (a.slot === b.slot && a.seq === b.seq);
}

function isSameSize(copy: Seen | undefined, size: number): boolean {
  return copy !== undefined && copy.size === size;
}

/** The chunk at an offset; undefined if none begins there, or it does not lie before `end`. */
function chunkAt(source: ByteSource, offset: number, end: number): Seen | undefined {
  const words = wordsAt(source, offset, RING_HEADER);
  const head = words && readChunkHead(words);
  if (words === undefined || typeof head !== "object" || offset + head.size > end) return undefined;
  const closed = RingChunk.closed / 4;
  return { ...head, offset, isClosed: words[closed] !== 0 || words[closed + 1] !== 0 };
}

function freeHeader(size: number): Uint8Array {
  const bytes = new Uint8Array(RING_HEADER);
  const view = new DataView(bytes.buffer);
  view.setUint16(Chunk.magic, CHUNK_MAGIC, true);
  view.setUint16(Chunk.kind, CHUNK_KINDS.free, true);
  view.setUint32(Chunk.size, size, true);
  return bytes;
}

/** Copies the control chunk and the header, in this order, after everything else. */
function finish(source: ByteSource, write: (offset: number, bytes: Uint8Array) => void, used: number): void {
  const control = Number(readHeader(readBytes(source, 0, HEADER_SIZE), 0).numbers.control);
  if (control > 0 && control + CONTROL_SIZE <= used) write(control, readBytes(source, control, CONTROL_SIZE));
  write(0, readBytes(source, 0, HEADER_SIZE));
  for (const { offset, bytes } of lengthPatches(used)) write(offset, bytes);
}
