/** A trace while its process writes it: at each moment it has the records of events until then. */
import type { ByteSource } from "../../../src/calltrace/index.js";
import { CHUNK_HEADER, CHUNK_KINDS, Chunk, HEADER_SIZE } from "../../../src/calltrace/spec.js";
import { readRecord, specOf } from "./bits.js";

/** Bytes that appear together. */
interface Write {
  readonly time: number;
  readonly from: number;
  readonly to: number;
}

export class GrowingSource implements ByteSource {
  /** Time of the last write, in ticks since the start. */
  readonly end: number;
  private readonly writes: Write[] = [];
  private readonly chunks: { readonly time: number; readonly end: number }[] = [];
  private readonly now: Uint8Array<ArrayBuffer>;
  private done = 0;

  /**
   * @param whole the finished trace of a process
   * @param delayOf how much later the records of a slot become visible than they should, ticks
   */
  constructor(
    private readonly whole: Uint8Array,
    delayOf: (slot: number) => number = () => 0,
  ) {
    const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
    const start = view.getBigUint64(40, true);
    this.now = new Uint8Array(whole.length);
    this.now.set(whole.subarray(0, HEADER_SIZE));
    for (let offset = HEADER_SIZE; offset < whole.length; ) {
      const size = view.getUint32(offset + Chunk.size, true);
      const isEvents = view.getUint16(offset + Chunk.kind, true) === CHUNK_KINDS.events;
      const delay = isEvents ? delayOf(view.getUint32(offset + Chunk.slot, true)) : 0;
      let ticks = isEvents ? Number(view.getBigUint64(offset + Chunk.ticks, true) - start) : 0;
      this.chunks.push({ time: ticks, end: offset + size });
      if (isEvents) {
        this.writes.push({ time: ticks + delay, from: offset, to: offset + CHUNK_HEADER });
        let at = offset + CHUNK_HEADER;
        while (at + 2 <= offset + size) {
          const spec = specOf(view.getUint16(at, true));
          if (spec === undefined) break;
          const fields = readRecord(spec, whole, at);
          if (spec.name === "sync") ticks = Math.max(ticks, Number(fields.get("ticks")! - start));
          else ticks += Number(fields.get("delta"));
          this.writes.push({ time: ticks + delay, from: at, to: at + spec.bytes });
          at += spec.bytes;
        }
      } else this.writes.push({ time: 0, from: offset, to: offset + size });
      offset += size;
    }
    // What one slot writes comes in order: sorting is stable.
    this.writes.sort((a, b) => a.time - b.time);
    this.end = this.writes.at(-1)?.time ?? 0;
  }

  /** Time passes until `time`, ticks since the start. */
  advance(time: number): void {
    for (; this.done < this.writes.length && this.writes[this.done].time <= time; this.done++) {
      const { from, to } = this.writes[this.done];
      this.now.set(this.whole.subarray(from, to), from);
    }
    const used = this.chunks.reduce((used, chunk) => (chunk.time <= time ? Math.max(used, chunk.end) : used), 0);
    new DataView(this.now.buffer).setBigUint64(16, BigInt(Math.max(HEADER_SIZE, used)), true);
  }

  get size(): number {
    return this.whole.length;
  }

  read(offset: number, into: Uint8Array): number {
    const part = this.now.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  }
}
