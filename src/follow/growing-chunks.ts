/** Finds the chunks of a process trace while it grows: each poll looks only at what is new. */
import {
  type ByteSource,
  CHUNK_ALIGN,
  CHUNK_HEADER,
  CHUNK_KINDS,
  CHUNK_MAX,
  HEADER_SIZE,
  readBytes,
  readChunkHead,
  readChunkHeadAt,
} from "../calltrace/index.js";

/** A chunk of events. */
export interface EventChunk {
  /** Bytes from the start of the process trace. */
  readonly offset: number;
  /** Bytes, including the header. */
  readonly size: number;
  /** Bytes from its start to its first record. */
  readonly body: number;
  /** What its header must say when it is read, if its space may be used again. */
  readonly identity?: { readonly slot: number; readonly seq: number };
  /** Whether chunks before it were overwritten that had not been reported. Then `body` is where its snapshot begins. */
  readonly isMissed?: boolean;
}

/** Finds chunks while a trace is written. */
export interface ChunkFinder {
  /** Offsets of the chunks of definitions. */
  readonly definitions: readonly number[];
  /** Bytes of the trace that the polls have passed. */
  readonly passed: number;
  /**
   * Reports the chunks of events that are new; those of a slot in its order.
   * @param used where the chunks end, by the header of the trace
   * @throws RangeError if the bytes at a chunk's place are no chunk
   */
  poll(used: number, hasEnded: boolean, visit: (slot: number, chunk: EventChunk) => void): void;
}

/** Zeros where a chunk should begin, and this many bytes after them, in a trace with holes: it is one. */
const FAR = 16 << 20;
/** Chunks in a row that are too many to be anything else. */
const CHAIN = 4;

/** Finds the chunks of a trace that is only appended to. */
export class GrowingChunks implements ChunkFinder {
  readonly definitions: number[] = [];
  /** Whether the process makes holes where the trace was read by others: those that come before the first poll are passed over. */
  hasHoles = false;
  private offset = HEADER_SIZE;

  /** @param source the process trace, offset 0 = its header */
  constructor(
    private readonly source: ByteSource,
    private readonly far = FAR,
  ) {}

  get passed(): number {
    return this.offset;
  }

  /**
   * A process takes space before it writes the header of a chunk there. While it runs, a poll stops at such space; the next
   * one goes on. If the process has ended, nothing will be written there, and the space is skipped.
   */
  poll(used: number, hasEnded: boolean, visit: (slot: number, chunk: EventChunk) => void): void {
    const end = Math.min(used, this.source.size);
    while (this.offset + CHUNK_HEADER <= end) {
      const head = readChunkHeadAt(this.source, this.offset);
      if (head === undefined) {
        const next = this.hasHoles && end - this.offset > this.far ? this.find(end) : undefined;
        if (next !== undefined) {
          this.offset = next;
          continue;
        }
        if (!hasEnded) return;
        this.offset += CHUNK_ALIGN;
        continue;
      }
      if (typeof head === "string") throw new RangeError(`${head}, at offset ${this.offset}`);
      const { kind, size, slot } = head;
      if (this.offset + size > end) return;
      if (kind === CHUNK_KINDS.defs) this.definitions.push(this.offset);
      const chunk = { offset: this.offset, size, body: CHUNK_HEADER };
      if (kind === CHUNK_KINDS.events) visit(slot, chunk);
      this.offset += size;
    }
  }

  /** A chunk behind holes, near the end of the trace; undefined if none can be told from the records around it. */
  private find(end: number): number | undefined {
    const from = Math.max(this.offset, Math.floor((end - this.far) / CHUNK_ALIGN) * CHUNK_ALIGN);
    for (let start = from; start < end; start += CHUNK_MAX) {
      const { buffer, byteOffset, length } = readBytes(this.source, start, Math.min(CHUNK_MAX, end - start));
      const words = new Uint32Array(buffer, byteOffset, length >>> 2);
      for (let at = 0; at + CHUNK_HEADER <= length; at += CHUNK_ALIGN) {
        if (typeof readChunkHead(words, at / 4) === "object" && this.isChain(start + at, end)) return start + at;
      }
    }
    return undefined;
  }

  private isChain(first: number, end: number): boolean {
    let offset = first;
    for (let chunk = 0; chunk < CHAIN && offset < end; chunk++) {
      const head = readChunkHeadAt(this.source, offset);
      if (typeof head !== "object") return false;
      offset += head.size;
    }
    return offset <= end;
  }
}
