/**
 * Writes traces for tests, benchmarks and fuzzing. It makes the same choices as runtime-go (short forms, chunks that
 * grow with their slot, periodic clock pairs), on a clock that the caller sets.
 */

import type { Definition } from "../../../src/calltrace/definitions.js";
import {
  CHUNK_ALIGN,
  CHUNK_HEADER,
  CHUNK_KINDS,
  CHUNK_MAGIC,
  CHUNK_MAX,
  HEADER_SIZE,
  Tag,
} from "../../../src/calltrace/spec.js";
import { specNamed, writeRecord } from "./bits.js";
import { encodeDefinition, encodeHeader, type HeaderParts, writeChunkHeader } from "./encode.js";

export interface WriterOptions {
  readonly startTicks?: bigint;
  readonly startNano?: bigint;
  /** Ticks per nanosecond. */
  readonly rate?: number;
  /** Smallest and largest chunk. */
  readonly chunkMin?: number;
  readonly chunkMax?: number;
  /** Initial size of the buffer for the whole trace; it grows when needed. */
  readonly capacity?: number;
  readonly header?: HeaderParts;
}

/** Writes one process trace. All times are ticks since the start. */
export class TraceWriter {
  bytes: Uint8Array<ArrayBuffer>;
  /** Offset of the next chunk. */
  used = HEADER_SIZE;
  latest = 0;
  private readonly startTicks: bigint;
  private readonly startNano: bigint;
  private readonly rate: number;
  readonly chunkMin: number;
  readonly chunkMax: number;
  private readonly definitions: Definition[] = [];
  /** Names of tests among them. */
  private tests = 0;
  private readonly slots = new Map<number, SlotWriter>();

  constructor(private readonly options: WriterOptions = {}) {
    this.bytes = new Uint8Array(options.capacity ?? 65536);
    this.startTicks = options.startTicks ?? 1_000_000n;
    this.startNano = options.startNano ?? 5_000_000n;
    this.rate = options.rate ?? 1;
    this.chunkMin = options.chunkMin ?? 128;
    this.chunkMax = options.chunkMax ?? 262144;
  }

  /** Defines a function, go statement or name of a test, and returns its id. */
  define(kind: Definition["kind"], name: string, file = "main.go", line = 1): number {
    const id = kind === "test" ? 2 ** 32 - ++this.tests : this.definitions.length - this.tests + 1;
    this.definitions.push({ id, kind, name, file, line });
    return id;
  }

  slot(number: number): SlotWriter {
    let slot = this.slots.get(number);
    if (slot === undefined) {
      slot = new SlotWriter(this, number);
      this.slots.set(number, slot);
    }
    return slot;
  }

  /** Reserves space for a chunk and returns its offset. */
  reserve(size: number): number {
    const offset = this.used;
    this.used += size;
    if (this.used > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.used, this.bytes.length * 2));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    return offset;
  }

  /** Converts ticks since the start to the two clocks of the format. */
  pair(time: number): { ticks: bigint; nano: bigint } {
    return {
      ticks: this.startTicks + BigInt(Math.round(time)),
      nano: this.startNano + BigInt(Math.round(time / this.rate)),
    };
  }

  /** The finished trace; definitions are in chunks at the end. */
  finish(): Uint8Array {
    const defsHead = this.writeDefinitions();
    const { ticks, nano } = this.pair(Math.max(this.latest, 1));
    const numbers = {
      used: BigInt(this.used),
      flags: 1n,
      startTicks: this.startTicks,
      startNano: this.startNano,
      pairATicks: ticks,
      pairANano: nano,
      latest: 1n,
      pid: 1000n,
      defsHead: BigInt(defsHead),
      limit: 1n << 31n,
    };
    const { header } = this.options;
    this.bytes.set(encodeHeader({ ...header, numbers: { ...numbers, ...header?.numbers } }));
    return this.bytes.subarray(0, this.used);
  }

  private writeDefinitions(): number {
    const parts = this.definitions.map(encodeDefinition);
    let head = 0;
    let previous = 0;
    for (let i = 0; i < parts.length; ) {
      let size = CHUNK_HEADER + 4;
      const from = i;
      while (i < parts.length && size + parts[i].length <= CHUNK_MAX) size += parts[i++].length;
      size = Math.ceil(size / CHUNK_ALIGN) * CHUNK_ALIGN;
      const offset = this.reserve(size);
      writeChunkHeader(chunkFields(CHUNK_KINDS.defs, size), this.bytes, offset);
      let at = offset + CHUNK_HEADER;
      for (const part of parts.slice(from, i)) {
        this.bytes.set(part, at);
        at += part.length;
      }
      if (previous === 0) head = offset;
      else new DataView(this.bytes.buffer).setBigUint64(previous + 16, BigInt(offset), true);
      previous = offset;
    }
    return head;
  }
}

function chunkFields(kind: number, size: number): { [name: string]: bigint } {
  return { magic: BigInt(CHUNK_MAGIC), kind: BigInt(kind), size: BigInt(size) };
}

/** Largest size of a record. */
const ROOM = 48;

export class SlotWriter {
  private at = 0;
  private end = 0;
  private last = 0;
  private due = 0;
  private seq = 0;
  private written = 0;

  constructor(
    private readonly trace: TraceWriter,
    private readonly number: number,
  ) {}

  enter(time: number, id: number): void {
    const delta = this.ready(time);
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

  exit(time: number): void {
    const delta = this.ready(time);
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
  }

  exitGoexit(time: number, arg = 0): void {
    this.control("exitGoexit", { delta: this.ready(time), arg });
  }

  exitDeferred(time: number, arg: number): void {
    this.control("exitDeferred", { delta: this.ready(time), arg });
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
    this.control("begin", { delta: this.ready(time), goid, parentGoid, spawnRef: spawn / 2 });
  }

  /** As `begin`, for a goroutine that runs a test. @param test id of its name */
  beginTest(time: number, goid: number, parentGoid: number, test: number): void {
    this.control("test", { delta: this.ready(time), goid, parentGoid, spawnRef: 0, test });
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
    let size = trace.chunkMin;
    while (size < trace.chunkMax && size * 2 <= this.written) size *= 2;
    const offset = trace.reserve(size);
    const fields = { ...chunkFields(CHUNK_KINDS.events, size), ...trace.pair(time) };
    writeChunkHeader({ ...fields, slot: BigInt(this.number), seq: BigInt(this.seq++) }, trace.bytes, offset);
    this.at = offset + CHUNK_HEADER;
    this.end = offset + size;
    this.written += size;
    this.synced(time);
  }

  private synced(time: number): void {
    this.last = time;
    this.due = time + Math.min(2 ** 28, Math.max(2 ** 14, time / 2));
  }
}

function put(bytes: Uint8Array, at: number, value: number, length: number): void {
  for (let i = 0; i < length; i++) bytes[at + i] = value >>> (8 * i);
}
