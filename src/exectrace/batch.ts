/**
 * The file as a sequence of batches: cuts pushed chunks of any size into frames and copies their data to segments.
 *
 * A batch is a byte, uvarints for generation, thread, base time and size, and the data. Segments lie in the memory of the
 * core and are reused from generation to generation, so that memory is that of the largest generation.
 */

import { beforeTrace, behindTrace, TELLING } from "./beside.js";
import { ByteReader, unsigned, Varints } from "./bytes.js";
import { Wire } from "./codes.js";
import { corrupt } from "./errors.js";
import { readHeader } from "./header.js";
import { HEADER_SIZE, MAX_BATCH, VERSION_END } from "./spec.js";

/** Bytes behind the data of a segment, so that a varint can be read without asking where the batch ends. */
const SLACK = 64;
const SEGMENT = 1 << 20;
/** Two leading bytes, four varints. */
const LONGEST_HEADER = 2 + 4 * 10;

export interface Batch {
  /** Where the batch starts in the file. */
  readonly offset: number;
  /** 0: none. */
  readonly experiment: number;
  readonly generation: number;
  /** NONE: of no thread. */
  readonly thread: number;
  /** Base time in ticks. */
  readonly time: number;
  /** Data in [start, end) of the memory. */
  readonly start: number;
  readonly end: number;
  /** The number that the data begins with tells the kind of the batch; 0 when it is empty. */
  readonly kind: number;
}

/** Memory that batches are in. Its bytes are a new view after memory was allocated. */
export interface Memory {
  readonly bytes: Uint8Array;
  allocate(size: number): number;
  free(block: number): void;
}

/** Reads the entries of a batch of a table, behind the number that tells what they are. */
export function readerOf(batch: Batch, memory: Memory): ByteReader {
  return new ByteReader(memory.bytes, batch.start + 1, batch.end, (reason) => corrupt(batch.offset, reason));
}

/** Segments of memory that are filled one after the other and emptied together. */
export class Segments {
  private full: number[] = [];
  private spare: number[] = [];
  private current = 0;
  private used = SEGMENT;

  constructor(readonly memory: Memory) {}

  /** Reserves `size` bytes (64 KiB at most) and returns where they are. */
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

  /** Forgets all data; the memory is filled again. A quarter of spare segments is given back each time. */
  clear(): void {
    for (let i = this.spare.length >> 2; i > 0; i--) this.memory.free(this.spare.pop()!);
    this.spare.push(...this.full);
    this.full = [];
    this.used = SEGMENT;
  }
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** What `next` found: a batch, the end of a generation, nothing yet, or the end of the file. */
export type Framed = Batch | "end-of-generation" | "hungry" | "eof" | "cut";

export class Framer extends Varints {
  /** Of the header; 0 until it was read. */
  version = 0;
  /** Bytes of the file that have been taken in complete batches, and of all. */
  consumed = 0;
  received = 0;
  private chunk = NO_BYTES;
  private at = 0;
  private finished = false;
  /** Start of a frame that a chunk ended in. */
  private readonly carry: Uint8Array = new Uint8Array(LONGEST_HEADER + SLACK);
  private carried = 0;
  /** The batch whose data is being copied, and how much of it is still to come. */
  private open: Batch | undefined;
  private missing = 0;

  constructor() {
    super(NO_BYTES);
  }

  /** The next bytes of the file; the last ones must have been used up (`next` said "hungry"). */
  push(chunk: Uint8Array): void {
    this.chunk = chunk;
    this.at = 0;
    this.received += chunk.length;
  }

  /** No more bytes will come. */
  finish(): void {
    this.finished = true;
  }

  /** Generation of the batch that the file was cut off in; undefined when the cut left no whole header. */
  get cutGeneration(): number | undefined {
    return this.open?.generation;
  }

  /** Where the incomplete batch starts that the file was cut off in. */
  get cutOffset(): number {
    return this.open?.offset ?? this.consumed;
  }

  /** @param segments where the data of the batch goes */
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
        // Decoded from what lies behind the bytes that are there, so nothing is known yet.
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

  /** Declares the bytes up to `end` of `bytes` read; what was gathered beyond goes back to the chunk. */
  private take(before: number, end: number, bytes: Uint8Array): void {
    if (bytes !== this.carry) {
      this.at = end;
      return;
    }
    // The carry holds `before` bytes of earlier chunks, the rest came from this one.
    this.at -= this.carried - Math.max(end, before);
    this.carried = 0;
  }

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
