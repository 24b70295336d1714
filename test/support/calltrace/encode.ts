/** Encodes headers, chunk headers and definitions by the tables of spec.ts. */
import type { Definition } from "../../../src/calltrace/definitions.js";
import {
  CHUNK_HEADER,
  CHUNK_KINDS,
  CHUNK_MAGIC,
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
import {
  CONTROL_FIELDS,
  CONTROL_SIZE,
  CONTROL_TEXT,
  GATE_LOG,
  RING_HEADER,
  RingChunk,
} from "../../../src/calltrace/spec-ring.js";

const CHUNK_FIELDS = [
  { name: "magic", offset: Chunk.magic, bytes: 2 },
  { name: "kind", offset: Chunk.kind, bytes: 2 },
  { name: "size", offset: Chunk.size, bytes: 4 },
  { name: "slot", offset: Chunk.slot, bytes: 4 },
  { name: "seq", offset: Chunk.seq, bytes: 4 },
  { name: "ticks", offset: Chunk.ticks, bytes: 8 },
  { name: "nano", offset: Chunk.nano, bytes: 8 },
] as const;

/** Those that only chunks of a ring have. */
export const RING_FIELDS = [
  { name: "closed", offset: RingChunk.closed, bytes: 8 },
  { name: "snapshot", offset: RingChunk.snapshot, bytes: 4 },
  { name: "passed", offset: RingChunk.passed, bytes: 8 },
] as const;

/** The fields of a control chunk; those that are not given are 0. */
export interface ControlParts {
  readonly numbers?: { readonly [K in (typeof CONTROL_FIELDS)[number]["name"]]?: bigint };
  readonly text?: string;
  /** Changes of the gate. */
  readonly gates?: readonly { readonly nano: bigint; readonly isPaused: boolean }[];
}

/** Writes a control chunk. */
export function writeControl(
  { numbers = {}, text = "", gates = [] }: ControlParts,
  into: Uint8Array,
  at: number,
): void {
  writeChunkHeader(chunkFields(CHUNK_KINDS.control, CONTROL_SIZE), into, at);
  const view = new DataView(into.buffer, into.byteOffset + at, CONTROL_SIZE);
  const bytes = new TextEncoder().encode(text);
  into.set(bytes, at + CONTROL_TEXT.offset);
  const all = { textLength: BigInt(bytes.length), changes: BigInt(gates.length), ...numbers };
  for (const { name, offset, type } of CONTROL_FIELDS) {
    const value: bigint = (all as { readonly [name: string]: bigint })[name] ?? 0n;
    if (type === "u32") view.setUint32(offset, Number(value), true);
    else view.setBigUint64(offset, value, true);
  }
  for (const [n, { nano, isPaused }] of gates.entries()) {
    view.setBigUint64(GATE_LOG.offset + 8 * (n % GATE_LOG.entries), (nano << 1n) | BigInt(isPaused), true);
  }
}

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

/** The fields that all chunks have. */
export function chunkFields(kind: number, size: number): { [name: string]: bigint } {
  return { magic: BigInt(CHUNK_MAGIC), kind: BigInt(kind), size: BigInt(size) };
}

/** Writes the header of a chunk; fields by name, as in spec.ts and spec-ring.ts. @returns its size */
export function writeChunkHeader(fields: { readonly [name: string]: bigint }, into: Uint8Array, at: number): number {
  const isRing = Number(fields.kind) === CHUNK_KINDS.ring;
  for (const { name, offset, bytes } of isRing ? [...CHUNK_FIELDS, ...RING_FIELDS] : CHUNK_FIELDS) {
    let value = fields[name] ?? 0n;
    for (let i = 0; i < bytes; i++) {
      into[at + offset + i] = Number(value & 0xffn);
      value >>= 8n;
    }
  }
  return isRing ? RING_HEADER : CHUNK_HEADER;
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
