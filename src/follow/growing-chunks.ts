/** Finds the chunks of a process trace while it grows: each poll looks only at what is new. */
import {
  type ByteSource,
  CHUNK_ALIGN,
  CHUNK_HEADER,
  CHUNK_KINDS,
  CHUNK_MAGIC,
  CHUNK_MAX,
  Chunk,
  HEADER_SIZE,
  readBytes,
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

/** Finds the chunks of a trace that is only appended to. */
export class GrowingChunks implements ChunkFinder {
  readonly definitions: number[] = [];
  private offset = HEADER_SIZE;

  /** @param source the process trace, offset 0 = its header */
  constructor(private readonly source: ByteSource) {}

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
      const bytes = readBytes(this.source, this.offset, CHUNK_HEADER);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const size = view.getUint32(Chunk.size, true);
      if (view.getUint16(Chunk.magic, true) === 0) {
        if (!hasEnded) return;
        this.offset += CHUNK_ALIGN;
        continue;
      }
      const isChunk = view.getUint16(Chunk.magic, true) === CHUNK_MAGIC;
      if (!isChunk || size === 0 || size > CHUNK_MAX || size % CHUNK_ALIGN !== 0) {
        throw new RangeError(`there is no chunk at offset ${this.offset}`);
      }
      if (this.offset + size > end) return;
      const kind = view.getUint16(Chunk.kind, true);
      if (kind === CHUNK_KINDS.defs) this.definitions.push(this.offset);
      const chunk = { offset: this.offset, size, body: CHUNK_HEADER };
      if (kind === CHUNK_KINDS.events) visit(view.getUint32(Chunk.slot, true), chunk);
      this.offset += size;
    }
  }
}
