/**
 * Splits the file into batches: takes chunks of any size and copies the data of each batch to the core's memory.
 *
 * A batch is one byte, uvarints for generation, thread, base time and size, and the data. The data goes to segments
 * that are reused from generation to generation, so memory is that of the largest generation.
 */

import { beforeTrace, behindTrace, TELLING } from "./beside.js";
import { ByteReader, unsigned, Varints } from "./bytes.js";
import { Wire } from "./codes.js";
import { corrupt } from "./errors.js";
import { readHeader } from "./header.js";
import { HEADER_SIZE, MAX_BATCH, VERSION_END } from "./spec.js";

/**
 * Readable bytes after the data of a segment, so that decoders need not check for the end of a batch inside a varint.
 */
const SLACK = 64;
const SEGMENT = 1 << 20;
/** One or two bytes (kind, experiment), then four varints. */
const LONGEST_HEADER = 2 + 4 * 10;

/** A complete batch, with its data in memory. */
export interface Batch {
  /** Where the batch starts in the file. */
  readonly offset: number;
  /** Number of the experiment; 0: none. */
  readonly experiment: number;
  readonly generation: number;
  /** Thread that wrote the batch, or NONE. */
  readonly thread: number;
  /** Base time in ticks. */
  readonly time: number;
  /** The data is at the addresses [start, end). */
  readonly start: number;
  readonly end: number;
  /** First number of the data (a Wire), which says what kind of batch it is; 0 if the data is empty. */
  readonly kind: number;
}

/** The memory of batches. `bytes` is a new view after each allocation. */
export interface Memory {
  readonly bytes: Uint8Array;
  allocate(size: number): number;
  free(block: number): void;
}

/** A reader for the entries of a table batch, positioned after its kind. */
export function readerOf(batch: Batch, memory: Memory): ByteReader {
  return new ByteReader(memory.bytes, batch.start + 1, batch.end, (reason) => corrupt(batch.offset, reason));
}

/** Segments of memory that are filled one after another and emptied together. */
export class Segments {
  private full: number[] = [];
  private spare: number[] = [];
  private current = 0;
  private used = SEGMENT;

  constructor(readonly memory: Memory) {}

  /** Reserves `size` bytes (64 KiB at most) and returns their address. @throws UserError when memory is exhausted */
  reserve(size: number): number {
    if (this.used + size > SEGMENT) {
      this.current = this.spare.pop() ?? this.memory.allocate(SEGMENT + SLACK);
      this.full.push(this.current);
      this.used = 0;
    }
    const start = this.current + this.used;
    this.used += size;
    return start;
  }

  /** Discards all data and keeps the memory for reuse, except for a quarter of the segments that stayed unused. */
  clear(): void {
    for (let i = this.spare.length >> 2; i > 0; i--) this.memory.free(this.spare.pop()!);
    this.spare.push(...this.full);
    this.full = [];
    this.used = SEGMENT;
  }
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

/**
 * Result of `next`: a batch; the end of a generation; "hungry" if it needs more bytes; the end of the file, after a
 * complete batch ("eof") or within one ("cut").
 */
export type Framed = Batch | "end-of-generation" | "hungry" | "eof" | "cut";

/** Splits pushed chunks into batches. */
export class Framer extends Varints {
  /** Version in the header; 0 until it was read. */
  version = 0;
  /** Bytes of the file in complete batches so far, and all bytes received. */
  consumed = 0;
  received = 0;
  private chunk = NO_BYTES;
  private at = 0;
  private finished = false;
  /** Start of a batch whose head was cut by the end of a chunk. */
  private readonly carry: Uint8Array = new Uint8Array(LONGEST_HEADER + SLACK);
  private carried = 0;
  /** The batch whose data is being copied, and the number of its bytes still to come. */
  private open: Batch | undefined;
  private missing = 0;

  constructor() {
    super(NO_BYTES);
  }

  /** Supplies the next bytes of the file. Call it only when `next` has returned "hungry". */
  push(chunk: Uint8Array): void {
    this.chunk = chunk;
    this.at = 0;
    this.received += chunk.length;
  }

  /** Says that the file has ended. */
  finish(): void {
    this.finished = true;
  }

  /** Generation of the batch that the file was cut off in; undefined if not even its head is complete. */
  get cutGeneration(): number | undefined {
    return this.open?.generation;
  }

  /** Offset of the batch that the file was cut off in. */
  get cutOffset(): number {
    return this.open?.offset ?? this.consumed;
  }

  /**
   * Reads up to the end of the next batch.
   *
   * @param segments where its data goes
   * @throws TraceError when the header or the head of a batch is not valid
   */
  next(segments: Segments): Framed {
    if (this.version === 0 && !this.readVersion()) return "hungry";
    if (!this.open) {
      const frame = this.readFrame(segments);
      if (frame !== undefined) return frame;
    }
    return this.fill(segments.memory);
  }

  private readVersion(): boolean {
    this.gather(HEADER_SIZE);
    if (this.carried < HEADER_SIZE && !this.finished) return false;
    try {
      this.version = readHeader(this.carry.subarray(0, this.carried));
    } catch (error) {
      throw (
        beforeTrace(new Uint8Array([...this.carry.subarray(0, this.carried), ...this.chunk.subarray(this.at)])) ?? error
      );
    }
    this.carried = 0;
    this.consumed = HEADER_SIZE;
    return true;
  }

  /** Moves bytes from the chunk to `carry` until it holds `size`. */
  private gather(size: number): void {
    const part = Math.min(size - this.carried, this.chunk.length - this.at);
    this.carry.set(this.chunk.subarray(this.at, this.at + part), this.carried);
    this.carried += part;
    this.at += part;
  }

  /** Reads the head of a batch and opens it; undefined when that succeeded. */
  private readFrame(segments: Segments): Framed | undefined {
    const before = this.carried;
    let bytes = this.chunk;
    let start = this.at;
    let limit = bytes.length;
    if (before > 0 || limit - start < LONGEST_HEADER) {
      this.gather(LONGEST_HEADER);
      bytes = this.carry;
      start = 0;
      limit = this.carried;
    }
    if (limit === start) return this.finished ? "eof" : "hungry";
    const kind = bytes[start];
    if (kind === Wire.EndOfGeneration) {
      if (this.version < VERSION_END) throw corrupt(this.consumed, "an end of generation, which this version has not");
      this.take(before, start + 1, bytes);
      this.consumed++;
      return "end-of-generation";
    }
    if (kind !== Wire.EventBatch && kind !== Wire.ExperimentalBatch) {
      if (limit - start < TELLING && !this.finished) return "hungry";
      throw behindTrace(this.consumed, bytes.subarray(start, limit));
    }
    this.bytes = bytes;
    let at = start + (kind === Wire.ExperimentalBatch ? 2 : 1);
    const fields = [0, 0, 0, 0];
    for (let i = 0; i < 4; i++) {
      const value = this.varint(at);
      if (this.after > limit) {
        // The varint was decoded past the available bytes, so its value and `broken` are not valid.
        this.broken = false;
        return this.finished ? "cut" : "hungry";
      }
      if (this.broken) throw corrupt(this.consumed, "a malformed number in the head of a batch");
      fields[i] = value;
      at = this.after;
    }
    const [generation, thread, time, size] = fields as [number, number, number, number];
    if (unsigned(size) > MAX_BATCH) {
      throw corrupt(this.consumed, `a batch of ${unsigned(size)} bytes; ${MAX_BATCH} is the most`);
    }
    this.take(before, at, bytes);
    const place = segments.reserve(size);
    this.open = {
      offset: this.consumed,
      experiment: kind === Wire.ExperimentalBatch ? bytes[start + 1] : 0,
      generation: unsigned(generation),
      thread,
      time: unsigned(time),
      start: place,
      end: place + size,
      kind: 0,
    };
    this.missing = size;
    this.consumed += at - start;
    return undefined;
  }

  /**
   * Marks the bytes up to `end` of `bytes` as read. Bytes gathered beyond are given back to the chunk.
   *
   * @param before number of gathered bytes that came from earlier chunks
   */
  private take(before: number, end: number, bytes: Uint8Array): void {
    if (bytes !== this.carry) {
      this.at = end;
      return;
    }
    this.at -= this.carried - Math.max(end, before);
    this.carried = 0;
  }

  /** Copies data of the open batch; returns the batch when it is complete. */
  private fill(memory: Memory): Framed {
    const open = this.open!;
    const part = Math.min(this.missing, this.chunk.length - this.at);
    if (part > 0) {
      memory.bytes.set(this.chunk.subarray(this.at, this.at + part), open.end - this.missing);
      this.at += part;
      this.missing -= part;
    }
    if (this.missing > 0) return this.finished ? "cut" : "hungry";
    this.open = undefined;
    this.consumed += open.end - open.start;
    return open.end > open.start ? { ...open, kind: memory.bytes[open.start] } : open;
  }
}
