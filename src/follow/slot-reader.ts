/** Reads the records of one slot as they are written, a piece of a chunk at a time. */
import {
  type ByteSource,
  CHUNK_HEADER,
  CHUNK_MAX,
  type DecoderState,
  type RecordDecoder,
  Status,
} from "../calltrace/index.js";
import type { EventChunk } from "./growing-chunks.js";

/** Bytes of a first piece; most polls find less than that in a chunk. */
const PIECE = 4096;
/** The longest record has 28 bytes; one that the end of a piece cuts is read with the next piece. */
const RECORD_MAX = 32;

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
  /** Bytes from the start of the trace to what is no record, if that was met: the rest of the slot is not read. */
  broken: number | undefined;

  add(chunk: EventChunk): void {
    this.chunks.push(chunk);
  }

  /** Decodes all that is there. @param visit called after each batch of the decoder, with the number of its records */
  read(source: ByteSource, buffer: ChunkBuffer, decoder: RecordDecoder, visit: (count: number) => void): void {
    while (this.broken === undefined && this.chunks.length > 0) {
      this.readChunk(source, buffer, decoder, visit);
      // The chunk of a goroutine that still writes is the last one.
      if (this.chunks.length === 1) return;
      this.chunks.shift();
      this.state = undefined;
    }
  }

  private readChunk(
    source: ByteSource,
    { units, bytes }: ChunkBuffer,
    decoder: RecordDecoder,
    visit: (count: number) => void,
  ): void {
    const { offset, size } = this.chunks[0];
    source.read(offset, bytes.subarray(0, CHUNK_HEADER));
    let at = this.state === undefined ? CHUNK_HEADER : this.state.position * 2;
    for (let piece = PIECE; at < size; piece = CHUNK_MAX) {
      const end = Math.min(size, at + piece);
      const into = bytes.subarray(at, end);
      const got = source.read(offset + at, into);
      into.fill(0, Math.max(0, got));
      decoder.open(units, 0, end, this.floor);
      if (this.state !== undefined) decoder.resume(this.state);
      do visit(decoder.next());
      while (decoder.status === Status.more || decoder.status === Status.begin);
      this.state = decoder.state();
      this.floor = decoder.latest;
      at = decoder.offset;
      const reachesEnd = end < size && at > end - RECORD_MAX;
      if (reachesEnd) continue;
      if (decoder.status === Status.corrupt) this.broken = offset + at;
      return;
    }
  }
}
