/**
 * Opens a trace: finds its process traces, one after another in the file.
 *
 * A process trace ends at its `used` cursor. After it comes the next one, or zeros (space that the process had
 * reserved), or the end of the file. After damage, the search goes on at the next complete header.
 */
import { UserError } from "../base/errors.js";
import type { ChunkTable } from "./chunk-table.js";
import { type Problem, scanChunks } from "./chunks.js";
import { type Control, readControl, readHowRecorded } from "./control.js";
import { type Definition, type Definitions, readDefinitions } from "./definitions.js";
import { appendedFrom } from "./given-back.js";
import {
  type Clock,
  hasMagic,
  headerClock,
  isHeader,
  type ProcessInfo,
  processInfo,
  type RawHeader,
  readHeader,
} from "./header.js";
import type { LeftOut } from "./left-out.js";
import { type Note, readNote } from "./notes.js";
import { readPieces } from "./pieces.js";
import { type ByteSource, readBytes, sliceSource } from "./source.js";
import { CHUNK_ALIGN, CHUNK_MAX, HEADER_SIZE, MAGIC } from "./spec.js";

/** One process of a trace, with its events not yet decoded. */
export interface ProcessTrace {
  /** Offset of the header in the file. */
  readonly base: number;
  /** The process trace alone: offset 0 is its header. */
  readonly source: ByteSource;
  /** Bytes from the header to the end of the last chunk: the part to keep when copying the trace. */
  readonly length: number;
  readonly info: ProcessInfo;
  readonly clock: Clock;
  readonly chunks: ChunkTable;
  readonly definitions: Definitions;
  readonly notes: readonly Note[];
  /** How the process records; undefined in traces of earlier releases. */
  readonly control?: Control;
  /** By function id: calls that were not kept because they were short. */
  readonly leftOut: ReadonlyMap<number, LeftOut>;
  /**
   * Where a ring begins to be complete, nanoseconds since the start of the process: what came before was overwritten, but
   * calls that were open then are there from their beginnings. Undefined if nothing was overwritten.
   */
  readonly reach?: number;
  /** The bytes of the execution trace of the same process, if there is one; each iteration reads them again. */
  readonly execution?: Iterable<Uint8Array>;
  /** {@link execution} lies within {@link length}, so that a copy has it. */
  readonly holdsExecution: boolean;
  /** What was counted of the calls before they were given back ({@link isGivenBack}); each iteration reads it again. */
  readonly tree?: Iterable<Uint8Array>;
  /** The file ends within the last chunk. */
  readonly cut: boolean;
  /** Where the chunks became invalid. */
  readonly problem?: Problem;
}

/** A process whose trace was just opened. */
export interface OpenedProcess extends ProcessTrace {
  readonly header: RawHeader;
  readonly definitions: ReadonlyMap<number, Definition>;
}

/** An opened trace. */
export interface Trace {
  readonly processes: readonly OpenedProcess[];
  /** Set if the bytes after the last process are not a trace. */
  readonly problem?: Problem;
}

/** With more damaged processes than this, the rest of a file is not searched for further traces. */
const DAMAGED_MAX = 100;

/**
 * Finds the processes, chunks and definitions of a trace.
 *
 * @throws UserError if the bytes do not begin with a trace of a supported version
 */
export function openTrace(source: ByteSource): Trace {
  const processes: OpenedProcess[] = [];
  let damaged = 0;
  let base = 0;
  while (base < source.size || processes.length === 0) {
    let process: OpenedProcess;
    try {
      process = openProcess(source, base);
    } catch (error) {
      if (processes.length === 0 || !(error instanceof UserError)) throw error;
      return { processes, problem: { offset: base, message: error.message } };
    }
    processes.push(process);
    if (process.problem !== undefined) {
      // The cursor of a truncated process may point into the next process.
      const next = ++damaged > DAMAGED_MAX ? undefined : findHeader(source, base + HEADER_SIZE);
      if (next === undefined) break;
      processes[processes.length - 1] = openProcess(source, base, next - base);
      base = next;
      continue;
    }
    // A running process fills its reserved space while we read, so what follows its end means nothing.
    if (source.live !== undefined) break;
    const next = behind(source, process);
    if (next < source.size && !hasMagic(readBytes(source, next, 8))) {
      // The process may still run although `live` is not set. Then the cursor has moved, and the trace is complete up
      // to here.
      const now = readHeader(readBytes(source, base, HEADER_SIZE), base).numbers.used;
      if (now > process.header.numbers.used) break;
      return { processes, problem: { offset: next, message: "what follows the trace is not one" } };
    }
    base = next;
  }
  return { processes };
}

/** @param most the number of bytes to the next process, if that is known */
function openProcess(whole: ByteSource, base: number, most?: number): OpenedProcess {
  const source = sliceSource(whole, base, most);
  const header = readHeader(readBytes(source, 0, HEADER_SIZE), base);
  const used = Number(header.numbers.used);
  // Take the size after reading the header: by then the file is at least as long as the header states.
  const { size } = source;
  const control = readControl(source, Number(header.numbers.control));
  const ringFrom = control?.numbers.ringFrom ?? 0n;
  const since = ringFrom === 0n ? 0 : Number(BigInt.asIntN(64, ringFrom - header.numbers.startTicks));
  const end = Math.max(used, HEADER_SIZE);
  const from = appendedFrom(control, Math.min(end, size)) ?? HEADER_SIZE;
  const scan = scanChunks(source, end, base, headerClock(header), { since, from });
  const problem = scan.problem ?? cutProblem(header, used, size, base);
  const info = processInfo(header, scan.clock, source.live);
  const held = scan.execution.length === 0 ? undefined : readPieces(source, scan.execution);
  const execution = whole.execution ? whole.execution({ base, info }, held) : held;
  return {
    base,
    source,
    length: scan.end,
    header,
    info,
    clock: scan.clock,
    chunks: scan.table,
    cut: scan.cut,
    definitions: readDefinitions(source, scan.defs, Number(header.numbers.defsHead)),
    notes: scan.notes.map((offset) => readNote(source, offset)).filter((note) => note !== undefined),
    ...readHowRecorded(source, header, scan.clock.slope),
    ...(scan.reach === undefined ? {} : { reach: scan.reach }),
    ...(execution === undefined ? {} : { execution }),
    holdsExecution: execution !== undefined && execution === held,
    ...(scan.tree.length === 0 ? {} : { tree: readPieces(source, scan.tree) }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Processes traced by gotrace 0.1.0 reserve space in multiples of this. */
const RESERVED = 65536;

/**
 * The cursor may exceed the file when the process was stopped by a limit, or killed between taking space and getting it
 * from the file system: nothing was in that space. The header has the size that the file must have (`grown`); in traces
 * without it, less than a chunk per thread may be missing.
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

/** The most zero bytes to search for another process: a sparse file may have any number. */
const ZEROS_MAX = 1 << 30;

/** Where the next process of a file begins: after the space that this one reserved. */
function behind(source: ByteSource, { base, length, header }: OpenedProcess): number {
  const grown = base + Number(header.numbers.grown);
  if (grown >= base + length && grown < source.size && hasMagic(readBytes(source, grown, 8))) return grown;
  return skipZeros(source, base + length);
}

/**
 * The first header at or after `offset`, at any alignment, because a truncated process before it may have any length.
 */
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

/**
 * The offset of the first 8 bytes at or after `offset` (aligned to 8) that are not all zero; the end of the source if
 * there are none within ZEROS_MAX.
 */
function skipZeros(source: ByteSource, offset: number): number {
  const words = new Int32Array(Math.min(1 << 18, 2 * Math.ceil((source.size - offset) / 8 + 1)));
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
