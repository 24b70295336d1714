/** Reads the definitions of a process trace: what each id names (a function, go statement or test). */

import { type ByteSource, readBytes } from "./source.js";
import {
  CHUNK_ALIGN,
  CHUNK_HEADER,
  CHUNK_KINDS,
  CHUNK_MAGIC,
  CHUNK_MAX,
  Chunk,
  DEFINITION,
  DEFINITION_KINDS,
} from "./spec.js";

/**
 * Largest id whose definition is kept. Ids are assigned in order of first use; programs have tens of thousands of
 * functions, and names for millions would take gigabytes.
 */
export const ID_LIMIT = 1 << 17;

/** A function, a go statement, or the name of a test. */
export interface Definition {
  readonly id: number;
  readonly kind: "function" | "go" | "test";
  /** For a function, its name in Go; for a go statement, that of the enclosing function; for a test, its `Name()`. */
  readonly name: string;
  readonly file: string;
  /** 1-based line where the function or statement begins. */
  readonly line: number;
}

/** The definitions of a process, by id. */
export type Definitions = Pick<ReadonlyMap<number, Definition>, "get" | "size"> & {
  values(): Iterable<Definition>;
};

/**
 * Reads the definitions of a process trace with ids up to {@link ID_LIMIT}, and the same number of tests, whose ids
 * count down from 2^32.
 *
 * @param source the process trace, offset 0 = its header
 * @param chunks offsets of the defs chunks found in the file
 * @param head offset of the first defs chunk: the chain from there also reaches chunks after a broken one
 * @param definitions those that are known already; new ones are added
 */
export function readDefinitions(
  source: ByteSource,
  chunks: readonly number[],
  head: number,
  definitions: Map<number, Definition> = new Map(),
): Map<number, Definition> {
  const seen = new Set(chunks);
  for (const offset of chunks) readChunk(source, offset, definitions);
  const { size } = source;
  let next = head;
  while (next > 0 && next % CHUNK_ALIGN === 0 && next < size) {
    next = readChunk(source, next, seen.has(next) ? undefined : definitions).next;
  }
  return definitions;
}

/** Where the chunks of definitions lie that are in the chain from `head` on. */
export function* definitionChunks(
  source: ByteSource,
  head: number,
): Generator<{ readonly from: number; readonly to: number }> {
  for (let from = head; from > 0 && from < source.size; ) {
    const { size, next } = readChunk(source, from, undefined);
    yield { from, to: Math.min(from + size, source.size) };
    from = next;
  }
}

function isKept({ id, kind }: Definition): boolean {
  return (kind === "test" ? 2 ** 32 - id : id) <= ID_LIMIT;
}

/**
 * Adds the definitions of one chunk. @returns its size, and the offset of the next one in the chain, 0 for none. Offsets in
 * a chain only increase; a smaller one is corrupt and might lead into a cycle, so it ends the chain.
 */
function readChunk(
  source: ByteSource,
  offset: number,
  into: Map<number, Definition> | undefined,
): { readonly size: number; readonly next: number } {
  const none = { size: 0, next: 0 };
  const header = readBytes(source, offset, CHUNK_HEADER);
  if (header.length < CHUNK_HEADER) return none;
  const view = new DataView(header.buffer);
  if (view.getUint16(Chunk.magic, true) !== CHUNK_MAGIC) return none;
  if (view.getUint16(Chunk.kind, true) !== CHUNK_KINDS.defs) return none;
  const size = Math.min(view.getUint32(Chunk.size, true), CHUNK_MAX);
  if (into !== undefined) {
    const payload = readBytes(source, offset + CHUNK_HEADER, size - CHUNK_HEADER);
    for (const definition of parseDefinitions(payload)) {
      if (isKept(definition) && !into.has(definition.id)) into.set(definition.id, definition);
    }
  }
  const next = Number(view.getBigUint64(Chunk.ticks, true));
  return { size, next: next >= offset + Math.max(size, CHUNK_HEADER) ? next : 0 };
}

/** The definitions in the payload of a defs chunk; stops at the first incomplete one. */
export function* parseDefinitions(payload: Uint8Array): Generator<Definition> {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const decoder = new TextDecoder();
  let at = 0;
  while (at + DEFINITION.fixed <= payload.length) {
    const id = view.getUint32(at + DEFINITION.id, true);
    const kind = DEFINITION_KINDS[payload[at + DEFINITION.kind]];
    if (id === 0 || kind === undefined) return;
    const nameStart = at + DEFINITION.fixed;
    const fileStart = nameStart + view.getUint16(at + DEFINITION.nameLength, true);
    const end = fileStart + view.getUint16(at + DEFINITION.fileLength, true);
    if (end > payload.length) return;
    const name = decoder.decode(payload.subarray(nameStart, fileStart));
    const file = decoder.decode(payload.subarray(fileStart, end));
    yield { id, kind, name, file, line: view.getUint32(at + DEFINITION.line, true) };
    at = (end + 3) & ~3;
  }
}
