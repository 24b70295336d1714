/** Encodes headers, chunk headers and definitions by the tables of spec.ts. */
import type { Definition } from "../../../src/calltrace/definitions.js";
import {
  Chunk,
  DEFINITION,
  DEFINITION_KINDS,
  HEADER_FIELDS,
  HEADER_SIZE,
  HEADER_STRINGS,
  MAGIC,
  SHARD_STRIDE,
  SHARDS_START,
  STRINGS_END,
  STRINGS_START,
  VERSION,
} from "../../../src/calltrace/spec.js";

const CHUNK_FIELDS = [
  { name: "magic", offset: Chunk.magic, bytes: 2 },
  { name: "kind", offset: Chunk.kind, bytes: 2 },
  { name: "size", offset: Chunk.size, bytes: 4 },
  { name: "slot", offset: Chunk.slot, bytes: 4 },
  { name: "seq", offset: Chunk.seq, bytes: 4 },
  { name: "ticks", offset: Chunk.ticks, bytes: 8 },
  { name: "nano", offset: Chunk.nano, bytes: 8 },
] as const;

export interface HeaderParts {
  /** Fields by name; version and headerSize are optional. */
  readonly numbers?: { readonly [name: string]: bigint };
  readonly strings?: { readonly [name: string]: string };
  /** Events not recorded, by shard. */
  readonly shards?: ReadonlyMap<number, bigint>;
}

/** A header of HEADER_SIZE bytes. Strings that do not fit are cut. */
export function encodeHeader({ numbers = {}, strings = {}, shards = new Map() }: HeaderParts): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  const all: { readonly [name: string]: bigint } = {
    version: BigInt(VERSION),
    headerSize: BigInt(HEADER_SIZE),
    ...numbers,
  };
  for (const { name, offset, type } of HEADER_FIELDS) {
    const value = all[name] ?? 0n;
    if (type === "u32") view.setUint32(offset, Number(value), true);
    else view.setBigUint64(offset, BigInt.asUintN(64, value), true);
  }
  let at = STRINGS_START;
  for (const name of HEADER_STRINGS) {
    const text = new TextEncoder().encode(strings[name] ?? "").subarray(0, Math.max(0, STRINGS_END - at - 2));
    if (at + 2 > STRINGS_END) break;
    view.setUint16(at, text.length, true);
    bytes.set(text, at + 2);
    at += 2 + text.length;
  }
  for (const [shard, count] of shards) view.setBigUint64(SHARDS_START + shard * SHARD_STRIDE, count, true);
  return bytes;
}

/** Writes the header of a chunk; fields by name, as in spec.ts. */
export function writeChunkHeader(fields: { readonly [name: string]: bigint }, into: Uint8Array, at: number): void {
  for (const { name, offset, bytes } of CHUNK_FIELDS) {
    let value = fields[name] ?? 0n;
    for (let i = 0; i < bytes; i++) {
      into[at + offset + i] = Number(value & 0xffn);
      value >>= 8n;
    }
  }
}

/** A definition as in a defs chunk, including padding. */
export function encodeDefinition({ id, kind, name, file, line }: Definition): Uint8Array {
  const nameBytes = new TextEncoder().encode(name);
  const fileBytes = new TextEncoder().encode(file);
  const bytes = new Uint8Array((DEFINITION.fixed + nameBytes.length + fileBytes.length + 3) & ~3);
  const view = new DataView(bytes.buffer);
  view.setUint32(DEFINITION.id, id, true);
  bytes[DEFINITION.kind] = DEFINITION_KINDS.indexOf(kind);
  view.setUint16(DEFINITION.nameLength, nameBytes.length, true);
  view.setUint16(DEFINITION.fileLength, fileBytes.length, true);
  view.setUint32(DEFINITION.line, line, true);
  bytes.set(nameBytes, DEFINITION.fixed);
  bytes.set(fileBytes, DEFINITION.fixed + nameBytes.length);
  return bytes;
}
