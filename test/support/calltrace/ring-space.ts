/**
 * The space of a ring that TraceWriter writes: as in runtime-go, a hand goes round the file and takes neighbouring chunks
 * that are closed.
 */
import { CHUNK_ALIGN, CHUNK_KINDS } from "../../../src/calltrace/spec.js";
import { chunkFields, writeChunkHeader } from "./encode.js";

/** A piece of the file. */
interface Piece {
  readonly offset: number;
  readonly size: number;
  /** When its slot opened the next chunk; undefined while it writes here. Free space has been closed forever. */
  closed: number | undefined;
}

export class RingSpace {
  /** When the latest of the chunks that were overwritten was closed; 0 if none was. */
  from = 0;
  /** Bytes of chunks that were overwritten. */
  reused = 0;
  /** In file order. */
  private pieces: Piece[] = [];
  private hand = 0;

  /** @param budget bytes from which on space is used again */
  constructor(private readonly budget: number) {}

  /** Space for a chunk of at least `size` bytes; undefined if the file has to grow. */
  take(size: number, used: number): { readonly offset: number; readonly size: number } | undefined {
    if (used + size <= this.budget) return undefined;
    for (let tries = 0; tries <= this.pieces.length; tries++) {
      const first = this.hand % this.pieces.length;
      let last = first;
      let length = 0;
      for (; last < this.pieces.length && this.pieces[last].closed !== undefined && length < size; last++) {
        length += this.pieces[last].size;
      }
      if (length >= size) return this.release(first, last, size);
      this.hand = last < this.pieces.length ? last + 1 : 0;
    }
    return undefined;
  }

  /** A slot writes to a chunk. */
  add(offset: number, size: number): void {
    const at = this.pieces.findIndex((piece) => piece.offset === offset);
    const piece = { offset, size, closed: undefined };
    if (at < 0) this.pieces.push(piece);
    else this.pieces[at] = piece;
  }

  close(offset: number, time: number): void {
    const piece = this.pieces.find((piece) => piece.offset === offset);
    if (piece !== undefined) piece.closed = time;
  }

  /** Header of the free space between chunks. */
  *free(): Generator<{ readonly offset: number; readonly size: number }> {
    for (const { offset, size, closed } of this.pieces) if (closed === FREE) yield { offset, size };
  }

  private release(first: number, last: number, size: number): { offset: number; size: number } {
    const released = this.pieces.slice(first, last);
    for (const { closed = 0, size } of released) {
      if (closed === FREE) continue;
      this.from = Math.max(this.from, closed);
      this.reused += size;
    }
    const length = released.reduce((sum, piece) => sum + piece.size, 0);
    const [{ offset }] = released;
    const rest = length - size;
    const pieces: Piece[] = [{ offset, size, closed: undefined }];
    if (rest >= CHUNK_ALIGN) pieces.push({ offset: offset + size, size: rest, closed: FREE });
    this.pieces.splice(first, last - first, ...pieces);
    this.hand = first + 1;
    return { offset, size };
  }
}

const FREE = Number.NEGATIVE_INFINITY;

/** Writes the header of free space. */
export function writeFree({ offset, size }: { offset: number; size: number }, into: Uint8Array): void {
  writeChunkHeader(chunkFields(CHUNK_KINDS.free, size), into, offset);
}
