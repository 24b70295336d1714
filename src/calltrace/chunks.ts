/** Finds the chunks of a process trace by reading only their headers. */
import { type ChunkHead, readChunkHead, snapshotIn } from "./chunk-head.js";
import { type ChunkTable, TableBuilder } from "./chunk-table.js";
import type { Clock } from "./header.js";
import { slopeOf } from "./header.js";
import { orderRing, type RingEntry } from "./ring.js";
import type { ByteSource } from "./source.js";
import { CHUNK_ALIGN, CHUNK_HEADER, CHUNK_KINDS, Chunk, HEADER_SIZE } from "./spec.js";
import { RING_HEADER } from "./spec-ring.js";
import { Window } from "./window.js";

/** What is wrong with a trace, and where. Everything before the offset is used. */
export interface Problem {
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly message: string;
}

/** The chunks of a process trace, and what is wrong with it. */
export interface ChunkScan {
  readonly table: ChunkTable;
  /** Offsets of the chunks of definitions, of notes, of the execution trace, and of a tree. */
  readonly defs: number[];
  readonly notes: number[];
  readonly execution: number[];
  readonly tree: number[];
  readonly clock: Clock;
  /** Where a ring begins to be complete, nanoseconds since the start of tracing; undefined if nothing was overwritten. */
  readonly reach?: number;
  /** Whether the last chunk is truncated. */
  readonly cut: boolean;
  /** Where the trace ends: the end of its chunks, or of the source. */
  readonly end: number;
  readonly problem?: Problem;
}

/** The most zero bytes accepted in place of chunks: space that was reserved when the process was killed. */
const ZEROS_MAX = 1 << 30;

/**
 * The clock's rate is taken from the first chunk that was opened this long (ns) after the start, if there is one: then it
 * is known while the process runs, and does not change when the trace grows. A pair of ticks and nanoseconds is off by tens of
 * nanoseconds, and each slot has a pair every 2^28 ticks at the latest, so that a time is off by no more than that, either.
 */
const SLOPE_AFTER = 2 ** 27;

/** Of chunks of this size, bytes, most are followed by another one of it. */
const LARGE = 1 << 15;

const KINDS = new Set<number>(Object.values(CHUNK_KINDS));

/**
 * Reads all chunk headers of a process trace. Never throws for bad data: the first invalid header becomes `problem`,
 * and the chunks before it are the result.
 *
 * A running process may begin a chunk in zeros that the scan has already passed. Then the scan finds no header after
 * the zeros, or misses a chunk of a slot. So the headers are read again from the start until there is no problem or the
 * same one twice. This terminates because chunks between the header and `used` are only ever added.
 *
 * @param source the process trace, offset 0 = its header
 * @param used where its chunks end, if the source reaches that far
 * @param base offset of the process trace in the file, for messages
 */
export function scanChunks(
  source: ByteSource,
  used: number,
  base: number,
  clock: Clock,
  bounds: ScanBounds = {},
): ChunkScan {
  let scan = scanOnce(source, used, base, clock, bounds);
  for (let before: Problem | undefined; scan.problem !== undefined && !isSame(scan.problem, before); ) {
    before = scan.problem;
    scan = scanOnce(source, used, base, clock, bounds);
  }
  return scan;
}

interface ScanBounds {
  /** Ticks since the start of tracing since which nothing was overwritten. */
  readonly since?: number;
  /** Where the first chunk to read begins. */
  readonly from?: number;
}

function isSame(a: Problem, b: Problem | undefined): boolean {
  return a.offset === b?.offset && a.message === b.message;
}

function scanOnce(
  source: ByteSource,
  used: number,
  base: number,
  clock: Clock,
  { since = 0, from }: ScanBounds,
): ChunkScan {
  const scanner = new ChunkScanner(source, base, clock, from);
  scanner.scan(used, true);
  return scanner.result(since);
}

/** Passes over the chunks of a process trace, which may grow meanwhile: each scan goes on where the last one stopped. */
export class ChunkScanner {
  /** Offsets of the chunks of definitions. */
  readonly defs: number[] = [];
  problem: Problem | undefined;
  /** When the latest chunk of events was opened, nanoseconds since the start. */
  latest = 0;
  private readonly notes: number[] = [];
  private readonly execution: number[] = [];
  private readonly tree: number[] = [];
  private readonly builder = new TableBuilder();
  private readonly ring: RingEntry[] = [];
  private slope: number;
  private firstSlope = Number.NaN;
  private end = 0;
  private zeros = 0;
  /** Whether the latest chunk was. */
  private isLarge = false;
  private cut = false;

  /** @param base offset of the process trace in the file, for messages */
  constructor(
    private readonly source: ByteSource,
    private readonly base: number,
    private readonly clock: Clock,
    /** Where the next chunk begins. */
    public offset = HEADER_SIZE,
  ) {
    // Ticks that are nanoseconds need no rate.
    this.slope = clock.slope === 1 ? 1 : Number.NaN;
  }

  /** Whether the rate of the clock is known for good: it does not change any more as the trace grows. */
  get isSettled(): boolean {
    return !Number.isNaN(this.slope);
  }

  /** The chunks of events found so far; those of a ring come with {@link result}. */
  get table(): ChunkTable {
    return this.builder.table;
  }

  /** Whether a chunk of a ring was found. */
  get hasRing(): boolean {
    return this.ring.length > 0;
  }

  /** The clock with the rate that the scans have found; if that is not settled, with that of the header. */
  clockWith(header: Clock): Clock {
    const slope = [this.slope, header.slope, this.firstSlope].find((rate) => !Number.isNaN(rate)) ?? 1;
    return { ...header, slope };
  }

  /** What the scans have found. Call it once. @param ringFrom see {@link ScanBounds.since} */
  result(ringFrom: number): ChunkScan {
    const { builder, ring, defs, notes, execution, tree, cut, problem } = this;
    const clock = this.clockWith(this.clock);
    const reach = ring.length === 0 ? undefined : addRing(builder, ring, ringFrom, clock.slope);
    const { table } = builder;
    return {
      ...{ table, defs, notes, execution, tree, cut, clock },
      end: Math.max(this.end, HEADER_SIZE),
      ...(reach === undefined ? {} : { reach }),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  /**
   * Reads the headers of the chunks up to `used`.
   *
   * @param isWhole whether nothing more will be written: then a chunk that reaches beyond the end is cut off, and zeros
   * are space that was never used. Otherwise the scan stops at both.
   */
  scan(used: number, isWhole: boolean): void {
    // New, because the bytes may have changed.
    const window = new Window(this.source, 16384);
    this.end = Math.min(used, this.source.size);
    while (this.problem === undefined && this.offset + CHUNK_HEADER <= this.end) {
      const passed = this.pass(window, used, isWhole);
      if (typeof passed === "string") this.problem = { offset: this.base + this.offset, message: passed };
      else if (!passed) break;
    }
  }

  /** Passes over the next chunk. @returns whether it was there, or what is wrong with it */
  private pass(window: Window, used: number, isWhole: boolean): boolean | string {
    // Where chunks are large, the payload of none is read.
    const at = window.at(this.offset, CHUNK_HEADER, this.isLarge ? CHUNK_ALIGN : undefined) >>> 2;
    const head = readChunkHead(window.u32, at);
    if (typeof head === "string") return head;
    if (head === undefined) {
      if (!isWhole) return false;
      this.offset += CHUNK_ALIGN;
      this.zeros += CHUNK_ALIGN;
      return this.zeros <= ZEROS_MAX || "nothing but zeros follows";
    }
    const { kind } = head;
    let { size } = head;
    if (!KINDS.has(kind)) return `a chunk of unknown kind ${kind}`;
    // Only a file that has grown since, or one that was cut, has a chunk reaching past its end.
    if (this.offset + size > this.end) this.end = Math.min(used, this.source.size);
    this.cut = this.offset + size > this.end;
    if (this.cut && !isWhole) return false;
    if (this.cut) size = Math.floor((this.end - this.offset) / 4) * 4;
    this.isLarge = size >= LARGE;
    if (kind === CHUNK_KINDS.defs) this.defs.push(this.offset);
    else if (kind === CHUNK_KINDS.note) this.notes.push(this.offset);
    else if (kind === CHUNK_KINDS.execution) this.execution.push(this.offset);
    else if (kind === CHUNK_KINDS.tree) this.tree.push(this.offset);
    else if (kind === CHUNK_KINDS.events || (kind === CHUNK_KINDS.ring && size >= RING_HEADER)) {
      const wrong = this.addEvents(window, { ...head, size });
      if (wrong !== undefined) return wrong;
    }
    this.offset = this.cut ? this.end : this.offset + size;
    return this.cut ? "the trace ends within a chunk" : true;
  }

  /** Adds a chunk of events, the next one. @returns what is wrong with it, if anything */
  private addEvents(window: Window, { kind, size, slot, seq }: ChunkHead): string | undefined {
    const { clock, offset } = this;
    const words = window.u32;
    const at = window.at(offset, kind === CHUNK_KINDS.ring ? RING_HEADER : CHUNK_HEADER) >>> 2;
    const [low, high] = [at + Chunk.ticks / 4, at + Chunk.nano / 4];
    const ticks = difference(words[low], words[low + 1], clock.ticksLow, clock.ticksHigh);
    const nano = difference(words[high], words[high + 1], clock.nanoLow, clock.nanoHigh);
    const expected = this.builder.expected(slot);
    if (kind === CHUNK_KINDS.events && seq !== expected) {
      return `chunk ${seq} of slot ${slot} stands where chunk ${expected} should`;
    }
    if (nano > this.latest) this.latest = nano;
    if (Number.isNaN(this.slope)) {
      const rate = slopeOf(ticks, nano);
      if (nano >= SLOPE_AFTER) this.slope = rate;
      if (Number.isNaN(this.firstSlope)) this.firstSlope = rate;
    }
    if (kind === CHUNK_KINDS.events) {
      this.builder.add(slot, seq, offset, size, CHUNK_HEADER);
      return undefined;
    }
    const snapshot = snapshotIn(words, at, size);
    if (typeof snapshot === "string") return snapshot;
    this.ring.push({ offset, size, slot, seq, ticks, nano, snapshot });
    return undefined;
  }
}

/** Adds the chunks of a ring to a table. @returns where it begins to be complete; undefined if it is complete */
function addRing(
  builder: TableBuilder,
  entries: readonly RingEntry[],
  ringFrom: number,
  slope: number,
): number | undefined {
  const { chunks, from } = orderRing(entries, ringFrom);
  for (const { slot, seq, offset, size, body } of chunks) {
    // Ordinary chunks of the same slots are there only in a damaged trace.
    builder.add(-1 - slot, seq, offset, size, body);
  }
  const { table } = builder;
  const { offset, count } = table;
  table.ring = {
    byOffset: Int32Array.from({ length: count }, (_, chunk) => chunk).sort((a, b) => offset[a] - offset[b]),
    opened: new Float64Array(count),
  };
  for (let chunk = count - chunks.length, i = 0; i < chunks.length; ) table.ring.opened[chunk++] = chunks[i++].ticks;
  if (from <= 0) return undefined;
  // The clock pair next to it is the most exact one for this time.
  const { ticks, nano } = chunks.findLast(({ ticks }) => ticks <= from) ?? chunks[0];
  const since = nano + (from - ticks) * slope;
  // Times are whole eighths. Calls that begin at `since` are complete; earlier ones are cut off just before it.
  return Math.max(0, (Math.ceil(since * 8) - 1) / 8);
}

/** a - b for 64-bit numbers given as halves; exact below 2^53. */
function difference(lowA: number, highA: number, lowB: number, highB: number): number {
  return (highA - highB) * 4294967296 + (lowA - lowB);
}
