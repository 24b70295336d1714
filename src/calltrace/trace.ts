/**
 * Opening a trace: one process trace after the other.
 *
 * A process trace ends at its `used` cursor. Behind it comes the next one, or zeros (space that the process had
 * reserved), or the end of the file. Behind damage the next whole header is looked for.
 */
import { UserError } from "../base/errors.js";
import { type ChunkTable, type Problem, scanChunks } from "./chunks.js";
import { type Definition, readDefinitions } from "./definitions.js";
import {
  type Clock,
  hasMagic,
  headerClock,
  type ProcessInfo,
  processInfo,
  type RawHeader,
  readHeader,
} from "./header.js";
import { type Note, readNote } from "./notes.js";
import { type ByteSource, readBytes, sliceSource } from "./source.js";
import { CHUNK_ALIGN, CHUNK_MAX, HEADER_SIZE, MAGIC } from "./spec.js";

/** One process of a trace, its events not decoded yet. */
export interface ProcessTrace {
  /** Offset of the header in the file. */
  readonly base: number;
  /** The process trace alone: offset 0 is its header. */
  readonly source: ByteSource;
  /** Bytes from the header to the end of the last chunk: what to keep when the trace is copied. */
  readonly length: number;
  readonly header: RawHeader;
  readonly info: ProcessInfo;
  readonly clock: Clock;
  readonly chunks: ChunkTable;
  readonly definitions: ReadonlyMap<number, Definition>;
  readonly notes: readonly Note[];
  /** The file ends within the last chunk. */
  readonly cut: boolean;
  /** Where the chunks stopped making sense. */
  readonly problem?: Problem;
}

export interface Trace {
  readonly processes: readonly ProcessTrace[];
  /** Bytes behind the last process that are no trace. */
  readonly problem?: Problem;
}

/** Damaged processes after which a file is no longer taken for a bundle of traces. */
const DAMAGED_MAX = 100;

/**
 * Finds the processes, chunks and definitions of a trace.
 *
 * @throws UserError if the bytes do not begin with a trace of a version this reader knows
 */
export function openTrace(source: ByteSource): Trace {
  const processes: ProcessTrace[] = [];
  let damaged = 0;
  let base = 0;
  while (base < source.size || processes.length === 0) {
    let process: ProcessTrace;
    try {
      process = openProcess(sliceSource(source, base), base);
    } catch (error) {
      if (processes.length === 0 || !(error instanceof UserError)) throw error;
      return { processes, problem: { offset: base, message: error.message } };
    }
    processes.push(process);
    if (process.problem !== undefined) {
      // A process that was cut off reaches into the next one, as far as its cursor says.
      const next = ++damaged > DAMAGED_MAX ? undefined : findHeader(source, base + HEADER_SIZE);
      if (next === undefined) break;
      processes[processes.length - 1] = openProcess(sliceSource(source, base, next - base), base);
      base = next;
      continue;
    }
    // What a process that still runs has reserved behind its end fills while it is read.
    if (source.live !== undefined) break;
    const next = behind(source, process);
    if (next < source.size && !hasMagic(readBytes(source, next, 8))) {
      // The process may run although nobody said so: the trace is whole as far as it had come.
      const now = readHeader(readBytes(source, base, HEADER_SIZE), base).numbers.used;
      if (now > process.header.numbers.used) break;
      return { processes, problem: { offset: next, message: "what follows the trace is not one" } };
    }
    base = next;
  }
  return { processes };
}

function openProcess(source: ByteSource, base: number): ProcessTrace {
  const header = readHeader(readBytes(source, 0, HEADER_SIZE), base);
  const used = Number(header.numbers.used);
  // The size is asked for after the header was read: what the header says the file has is there.
  const { size } = source;
  const scan = scanChunks(source, Math.max(used, HEADER_SIZE), base, headerClock(header));
  const problem = scan.problem ?? cutProblem(header, used, size, base);
  return {
    base,
    source,
    length: scan.end,
    header,
    info: processInfo(header, scan.clock, source.live),
    clock: scan.clock,
    chunks: scan.table,
    cut: scan.cut,
    definitions: readDefinitions(source, scan.defs, Number(header.numbers.defsHead)),
    notes: scan.notes.map((offset) => readNote(source, offset)).filter((note) => note !== undefined),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** What a process of gotrace 0.1.0 reserves at once is a multiple of this. */
const RESERVED = 65536;

/**
 * The cursor may exceed the file when the process was stopped by a limit, or killed between taking space and getting
 * it from the file system: nothing was in that space. How much the file had to have, the header says; of traces without
 * that number, less than a chunk for each thread may be missing.
 */
function cutProblem({ numbers }: RawHeader, used: number, size: number, base: number): Problem | undefined {
  if (used < HEADER_SIZE || used % CHUNK_ALIGN !== 0) {
    return { offset: base + 16, message: `the header says ${used} bytes are used` };
  }
  if (used <= size) return undefined;
  const grown = Number(numbers.grown);
  if (grown > 0 ? grown <= size : numbers.stopReason !== 0n) return undefined;
  if (grown === 0 && size % RESERVED === 0 && used - size <= CHUNK_MAX) return undefined;
  const whole = grown > 0 ? Math.min(grown, used) : used;
  return { offset: base + size, message: `the trace ends here; its header says it has ${whole} bytes` };
}

/** Zeros that are searched through for another process: sparse files may have them without end. */
const ZEROS_MAX = 1 << 30;

/** Where the next process of a file begins: behind what this one reserved. */
function behind(source: ByteSource, { base, length, header }: ProcessTrace): number {
  const grown = base + Number(header.numbers.grown);
  if (grown >= base + length && grown < source.size && hasMagic(readBytes(source, grown, 8))) return grown;
  return skipZeros(source, base + length);
}

/** Where the first header at or behind `offset` begins, at any alignment: what was cut before it may have any length. */
function findHeader(source: ByteSource, offset: number): number | undefined {
  const step = 1 << 20;
  let without = 0;
  for (let at = offset; at + HEADER_SIZE <= source.size && without < ZEROS_MAX; at += step) {
    const bytes = readBytes(source, at, step + MAGIC.length - 1);
    let i = bytes.indexOf(MAGIC.charCodeAt(0));
    if (i < 0) without += step;
    for (; i >= 0; i = bytes.indexOf(MAGIC.charCodeAt(0), i + 1)) {
      if (hasMagic(bytes, i) && isHeader(readBytes(source, at + i, HEADER_SIZE))) return at + i;
    }
  }
  return undefined;
}

function isHeader(bytes: Uint8Array): boolean {
  try {
    readHeader(bytes, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first 8 bytes at or behind `offset` (which is aligned to 8) that are not all zero; the end of the source if there
 * are none, or more zeros than a process reserves.
 */
function skipZeros(source: ByteSource, offset: number): number {
  const words = new Int32Array(1 << 18);
  const buffer = new Uint8Array(words.buffer);
  for (let at = offset; at < source.size && at - offset < ZEROS_MAX; at += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, source.size - at));
    part.fill(0);
    if (source.read(at, part) <= 0) break;
    const count = Math.ceil(part.length / 4);
    let index = 0;
    while (index < count && words[index] === 0) index++;
    if (index < count) return at + 8 * (index >>> 1);
  }
  return source.size;
}
