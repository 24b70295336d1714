/** Writes the records of one slot of a trace, in the same forms as runtime-go. */
import { CHUNK_ALIGN, CHUNK_KINDS } from "../../../src/calltrace/spec.js";
import { Tag } from "../../../src/calltrace/spec-records.js";
import { RING_HEADER, RingChunk } from "../../../src/calltrace/spec-ring.js";
import { specNamed, writeRecord } from "./bits.js";
import { chunkFields, writeChunkHeader } from "./encode.js";
import { SlotSnapshot } from "./slot-snapshot.js";
import type { TraceWriter } from "./writer.js";

/** Largest size of a record. */
const ROOM = 48;

export class SlotWriter {
  private at = 0;
  private end = 0;
  private last = 0;
  private due = 0;
  private seq = 0;
  private written = 0;
  /** Offset of the chunk. */
  private chunk = 0;
  private readonly snapshot = new SlotSnapshot();

  constructor(
    private readonly trace: TraceWriter,
    private readonly number: number,
  ) {}

  enter(time: number, id: number): void {
    const delta = this.ready(time);
    this.snapshot.enter(this.last, id);
    const { bytes } = this.trace;
    const at = this.at;
    if (id < 4096 && delta < 131072) {
      put(bytes, at, (Tag.enter4 | (id << 3) | (delta << 15)) >>> 0, 4);
      this.at += 4;
    } else if (id < 1 << 20 && delta < 1 << 25) {
      put(bytes, at, (Tag.enter6 | (id << 3) | ((delta & 0x1ff) << 23)) >>> 0, 4);
      put(bytes, at + 4, delta >>> 9, 2);
      this.at += 6;
    } else {
      put(bytes, at, (Tag.enter8 | (id << 3)) >>> 0, 4);
      put(bytes, at + 4, (((id >>> 29) & 7) | (delta << 3)) >>> 0, 4);
      this.at += 8;
    }
  }

  /** Enters a call that began before, while recording was paused. */
  late(time: number, id: number): void {
    this.control("late", { delta: this.ready(time), id });
    this.snapshot.enter(this.last, id);
  }

  exit(time: number): void {
    const delta = this.ready(time);
    this.snapshot.exit();
    if (delta < 8192) {
      put(this.trace.bytes, this.at, Tag.exit2 | (delta << 3), 2);
      this.at += 2;
    } else {
      put(this.trace.bytes, this.at, (Tag.exit4 | (delta << 3)) >>> 0, 4);
      this.at += 4;
    }
  }

  /** @param arg number of panics running when the function was entered */
  exitPanic(time: number, arg = 0): void {
    this.control("exitPanic", { delta: this.ready(time), arg });
    this.snapshot.exit();
  }

  exitGoexit(time: number, arg = 0): void {
    this.control("exitGoexit", { delta: this.ready(time), arg });
    this.snapshot.exit();
  }

  exitDeferred(time: number, arg: number): void {
    this.control("exitDeferred", { delta: this.ready(time), arg });
    this.snapshot.exit();
  }

  /** Writes a spawn record and returns its offset, for the begin record of the goroutine that it starts. */
  spawn(time: number, site: number): number {
    const delta = this.ready(time);
    const offset = this.at;
    this.control("spawn", { delta, site });
    return offset;
  }

  /** @param spawn offset of the spawn record, 0 for none */
  begin(time: number, goid: number, parentGoid = 0, spawn = 0): void {
    const delta = this.ready(time);
    this.snapshot.begin({ goid, parentGoid, spawnRef: spawn / 2, test: 0 }, this.last);
    this.control("begin", { delta, goid, parentGoid, spawnRef: spawn / 2 });
  }

  /** As `begin`, for a goroutine that runs a test. @param test id of its name */
  beginTest(time: number, goid: number, parentGoid: number, test: number): void {
    const delta = this.ready(time);
    this.snapshot.begin({ goid, parentGoid, spawnRef: 0, test }, this.last);
    this.control("test", { delta, goid, parentGoid, spawnRef: 0, test });
  }

  /** Writes a parent record: which goroutine started one that is not traced. */
  parent(time: number, goid: number, parentGoid: number): void {
    this.control("parent", { delta: this.ready(time), goid, parentGoid });
  }

  private control(name: string, fields: { readonly [name: string]: number }): void {
    const spec = specNamed(name);
    const values = new Map(Object.entries(fields).map(([name, value]) => [name, BigInt(value)]));
    writeRecord(spec, values, this.trace.bytes, this.at);
    this.at += spec.bytes;
  }

  /** Makes room for a record and writes clock pairs when due; returns the delta. */
  private ready(time: number): number {
    const { trace } = this;
    if (time > trace.latest) trace.latest = time;
    if (this.at + ROOM > this.end) this.open(time);
    else if (time >= this.due) {
      const { ticks, nano } = trace.pair(time);
      const spec = specNamed("sync");
      writeRecord(spec, new Map(Object.entries({ ticks, nano })), trace.bytes, this.at);
      this.at += spec.bytes;
      this.synced(time);
    }
    const delta = Math.max(0, time - this.last);
    this.last += delta;
    return delta;
  }

  private open(time: number): void {
    const { trace } = this;
    const { ring } = trace;
    const snapshot = ring === undefined ? 0 : this.snapshot.size;
    const least = RING_HEADER + snapshot + 2 * ROOM;
    let size = trace.chunkMin;
    while (size < trace.chunkMax && size * 2 <= this.written) size *= 2;
    if (ring !== undefined) size = Math.max(size, Math.ceil(least / CHUNK_ALIGN) * CHUNK_ALIGN);
    const offset = ring?.take(size, trace.used)?.offset ?? trace.reserve(size);
    trace.bytes.fill(0, offset, offset + size);
    const kind = ring === undefined ? CHUNK_KINDS.events : CHUNK_KINDS.ring;
    const own = { slot: BigInt(this.number), seq: BigInt(this.seq++), snapshot: BigInt(snapshot) };
    const fields = { ...chunkFields(kind, size), ...trace.pair(time), ...own };
    this.at = offset + writeChunkHeader(fields, trace.bytes, offset);
    if (ring !== undefined) {
      this.at = this.snapshot.write(trace, this.at);
      ring.add(offset, size);
      if (this.chunk > 0) this.close(time);
    }
    this.chunk = offset;
    this.end = offset + size;
    this.written += size;
    this.synced(time);
  }

  /** The slot writes to another chunk from now on. */
  private close(time: number): void {
    const { ring, bytes } = this.trace;
    ring!.close(this.chunk, time);
    new DataView(bytes.buffer).setBigUint64(this.chunk + RingChunk.closed, this.trace.pair(time).ticks, true);
  }

  private synced(time: number): void {
    this.last = time;
    this.due = time + Math.min(2 ** 28, Math.max(2 ** 14, time / 2));
  }
}

function put(bytes: Uint8Array, at: number, value: number, length: number): void {
  for (let i = 0; i < length; i++) bytes[at + i] = value >>> (8 * i);
}
