/** Reads the records of one slot as they are written, a piece of a chunk at a time. */
import {
  type ByteSource,
  CHUNK_KINDS,
  CHUNK_MAX,
  type DecoderState,
  type RecordDecoder,
  RING_HEADER,
  readChunkHeadAt,
  Status,
} from "../calltrace/index.js";
import type { EventChunk } from "./growing-chunks.js";

/** Bytes of a first piece; most polls find less than that in a chunk. */
const PIECE = 4096;
/** The longest record has 48 bytes; one that the end of a piece cuts is read with the next piece. */
const RECORD_MAX = 48;

/** Memory for one chunk, which the readers of a process share. */
export class ChunkBuffer {
  readonly units = new Uint16Array(CHUNK_MAX / 2);
  readonly bytes = new Uint8Array(this.units.buffer);
}

export class SlotReader {
  /** The chunks that are not done, oldest first. */
  private readonly chunks: EventChunk[] = [];
  private state: DecoderState | undefined;
  private floor = 0;
  /** How often the reader had to go on after records that were overwritten before it read them. */
  missed = 0;
  /** Bytes from the start of the trace to what is no record, if that was met: the rest of the slot is not read. */
  broken: number | undefined;

  add(chunk: EventChunk): void {
    if (chunk.isMissed) this.missed++;
    this.chunks.push(chunk);
  }

  /** Decodes all that is there. @param visit called after each batch of the decoder, with the number of its records */
  read(source: ByteSource, buffer: ChunkBuffer, decoder: RecordDecoder, visit: (count: number) => void): void {
    while (this.broken === undefined && this.chunks.length > 0) {
      if (!this.readChunk(source, buffer, decoder, visit)) {
        this.skip();
        continue;
      }
      // The chunk of a goroutine that still writes is the last one.
      if (this.chunks.length === 1) return;
      this.chunks.shift();
      this.state = undefined;
    }
  }

  /** Leaves a chunk out that was overwritten. If it may have had unread records, the next one begins with what was open. */
  private skip(): void {
    const chunk = this.chunks.shift();
    const isFull = chunk !== undefined && this.state !== undefined && this.state.position * 2 > chunk.size - RECORD_MAX;
    this.state = undefined;
    if (isFull) return;
    this.missed++;
    const [next] = this.chunks;
    if (next !== undefined) this.chunks[0] = { ...next, body: RING_HEADER, isMissed: true };
  }

  /** Reads on in the first chunk. @returns false if its space was used again */
  private readChunk(
    source: ByteSource,
    { units, bytes }: ChunkBuffer,
    decoder: RecordDecoder,
    visit: (count: number) => void,
  ): boolean {
    const chunk = this.chunks[0];
    const { offset, size, body } = chunk;
    source.read(offset, bytes.subarray(0, Math.min(body, RING_HEADER)));
    if (this.state === undefined && chunk.identity !== undefined && body === RING_HEADER) this.floor = 0;
    let at = this.state === undefined ? body : this.state.position * 2;
    for (let piece = PIECE; at < size; piece = CHUNK_MAX) {
      const end = Math.min(size, at + piece);
      const into = bytes.subarray(at, end);
      const got = source.read(offset + at, into);
      into.fill(0, Math.max(0, got));
      if (!isStill(chunk, source)) return false;
      decoder.open(units, 0, end, this.floor, body);
      if (this.state !== undefined) decoder.resume(this.state);
      do visit(decoder.next());
      while (decoder.status === Status.more || decoder.status === Status.begin);
      this.state = decoder.state();
      this.floor = decoder.latest;
      at = decoder.offset;
      const reachesEnd = end < size && at > end - RECORD_MAX;
      if (reachesEnd) continue;
      if (decoder.status === Status.corrupt) this.broken = offset + at;
      return true;
    }
    return true;
  }
}

/** Whether a chunk is still where it was: asked after its bytes have been read. */
function isStill({ offset, identity }: EventChunk, source: ByteSource): boolean {
  if (identity === undefined) return true;
  const head = readChunkHeadAt(source, offset);
  if (typeof head !== "object" || head.kind !== CHUNK_KINDS.ring) return false;
  return head.slot === identity.slot && head.seq === identity.seq;
}
