/**
 * The text twin: a trace as lines that people can read, review and edit. toText writes it, fromText (from-text.ts)
 * reads it.
 *
 * Whatever the lines cannot express (damage, bytes behind the last record) is in `patch` lines at the end, so
 * fromText(toText(bytes)) returns the same bytes for any input.
 */

import { readControl } from "../../../src/calltrace/control.js";
import { parseDefinitions } from "../../../src/calltrace/definitions.js";
import { hasMagic, readHeader } from "../../../src/calltrace/header.js";
import {
  CHUNK_ALIGN,
  CHUNK_HEADER,
  CHUNK_KINDS,
  CHUNK_MAGIC,
  CHUNK_MAX,
  Chunk,
  HEADER_FIELDS,
  HEADER_SIZE,
  HEADER_STRINGS,
} from "../../../src/calltrace/spec.js";
import { COUNTS, RING_HEADER } from "../../../src/calltrace/spec-ring.js";
import { readRecord, specOf } from "./bits.js";
import { RING_FIELDS } from "./encode.js";
import { fromText } from "./from-text.js";
import { memorySource } from "./memory-source.js";

/** Any bytes as text; meant for small traces. */
export function toText(bytes: Uint8Array): string {
  const lines: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (isHeader(bytes, at)) at = processLines(bytes, at, lines);
    else at = zeroLines(bytes, at, lines);
  }
  const text = `${lines.join("\n")}\nsize ${bytes.length}\n`;
  return `${text}${patches(fromText(text), bytes)}`;
}

function isHeader(bytes: Uint8Array, at: number): boolean {
  if (!hasMagic(bytes, at)) return false;
  try {
    readHeader(bytes.subarray(at, at + HEADER_SIZE), at);
    return true;
  } catch {
    return false;
  }
}

/** The lines imply zeros up to the next header. */
function zeroLines(bytes: Uint8Array, at: number, lines: string[]): number {
  let end = at + 1;
  while (end < bytes.length && !(bytes[end] === 0x67 && isHeader(bytes, end))) end++;
  lines.push(`zeros ${end - at}`);
  return end;
}

function processLines(bytes: Uint8Array, base: number, lines: string[]): number {
  const { numbers, strings, shards } = readHeader(bytes.subarray(base, base + HEADER_SIZE), base);
  lines.push("process");
  for (const { name } of HEADER_FIELDS) if (numbers[name] !== 0n) lines.push(`  ${name} ${numbers[name]}`);
  for (const name of HEADER_STRINGS) {
    if (name !== "build" || strings[name] !== "") lines.push(`  ${name} ${JSON.stringify(strings[name])}`);
  }
  for (const [shard, count] of shards.entries()) if (count !== 0n) lines.push(`  lost ${shard} ${count}`);
  const end = Math.min(base + Number(numbers.used), bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = base + HEADER_SIZE;
  while (at + CHUNK_ALIGN <= end) {
    const size = view.getUint32(at + Chunk.size, true);
    if (view.getUint32(at, true) === 0 && size === 0) {
      lines.push("unused");
      at += CHUNK_ALIGN;
      continue;
    }
    const kind = view.getUint16(at + Chunk.kind, true);
    const name = Object.entries(CHUNK_KINDS).find(([, number]) => number === kind)?.[0];
    if (view.getUint16(at + Chunk.magic, true) !== CHUNK_MAGIC || name === undefined) break;
    if (size === 0 || size % CHUNK_ALIGN !== 0 || size > CHUNK_MAX || at + size > end) break;
    const fields = (["slot", "seq"] as const).map((field) => `${field}=${view.getUint32(at + Chunk[field], true)}`);
    const pair = (["ticks", "nano"] as const).map((field) => `${field}=${view.getBigUint64(at + Chunk[field], true)}`);
    const more = kind === CHUNK_KINDS.ring && size >= RING_HEADER ? ringFields(view, at) : [];
    lines.push([name, `size=${size}`, ...fields, ...pair, ...more].join(" "));
    const payload = bytes.subarray(at + CHUNK_HEADER, at + size);
    if (kind === CHUNK_KINDS.events) recordLines(payload, lines);
    else if (kind === CHUNK_KINDS.ring) recordLines(payload.subarray(RING_HEADER - CHUNK_HEADER), lines);
    else if (kind === CHUNK_KINDS.counts) countLines(payload, view.getUint32(at + Chunk.slot, true), lines);
    else if (kind === CHUNK_KINDS.control) controlLines(bytes, at, lines);
    else if (kind === CHUNK_KINDS.defs) definitionLines(payload, lines);
    else if (kind === CHUNK_KINDS.note) noteLines(payload, lines);
    at += size;
  }
  return at;
}

/** The fields that only the header of a ring's chunk has. */
function ringFields(view: DataView, at: number): string[] {
  return RING_FIELDS.flatMap(({ name, offset, bytes }) => {
    const value = bytes === 8 ? view.getBigUint64(at + offset, true) : BigInt(view.getUint32(at + offset, true));
    return name === "passed" && value === 0n ? [] : [`${name}=${value}`];
  });
}

function controlLines(bytes: Uint8Array, at: number, lines: string[]): void {
  const control = readControl(memorySource(bytes), at);
  if (control === undefined) return;
  for (const [name, value] of Object.entries(control.numbers)) {
    if (value !== 0n && name !== "textLength") lines.push(`  .${name} ${value}`);
  }
  if (control.text !== "") lines.push(`  .text ${JSON.stringify(control.text)}`);
  for (const { nano, isPaused } of control.gates) lines.push(`  .gate-log ${(nano << 1n) | BigInt(isPaused)}`);
}

function countLines(payload: Uint8Array, first: number, lines: string[]): void {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let i = 0; i < COUNTS.ids && (i + 1) * COUNTS.bytes <= payload.length; i++) {
    const [calls, ticks] = [0, 8].map((offset) => view.getBigUint64(i * COUNTS.bytes + offset, true));
    if (calls > 0n || ticks > 0n) lines.push(`  left-out id=${first + i} calls=${calls} ticks=${ticks}`);
  }
}

function recordLines(payload: Uint8Array, lines: string[]): void {
  let at = 0;
  while (at + 2 <= payload.length) {
    const spec = specOf(payload[at] | (payload[at + 1] << 8));
    if (spec === undefined || at + spec.bytes > payload.length) return;
    const fields = [...readRecord(spec, payload, at)].filter(([name, value]) => name !== "arg" || value !== 0n);
    lines.push(`  ${[spec.name, ...fields.map(([name, value]) => `${name}=${value}`)].join(" ")}`);
    at += spec.bytes;
  }
}

function definitionLines(payload: Uint8Array, lines: string[]): void {
  for (const { id, kind, name, file, line } of parseDefinitions(payload)) {
    lines.push(`  ${kind} ${id} ${JSON.stringify(name)} ${JSON.stringify(file)} ${line}`);
  }
}

function noteLines(payload: Uint8Array, lines: string[]): void {
  const length = payload[0] | (payload[1] << 8) | (payload[2] << 16) | (payload[3] << 24);
  if (length >= 0 && length + 4 <= payload.length) {
    lines.push(`  json ${JSON.stringify(new TextDecoder().decode(payload.subarray(4, 4 + length)))}`);
  }
}

function patches(have: Uint8Array, want: Uint8Array): string {
  let text = "";
  for (let at = 0; at < want.length; at++) {
    if (have[at] === want[at]) continue;
    let end = at + 1;
    while (end < want.length && end < at + 64 && have[end] !== want[end]) end++;
    const hex = [...want.subarray(at, end)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    text += `patch ${at} ${hex}\n`;
    at = end - 1;
  }
  return text;
}
