/**
 * Writes traces for tests, benchmarks and fuzzing. It makes the same choices as runtime-go (short forms, chunks that
 * grow with their slot, periodic clock pairs), on a clock that the caller sets.
 */

import type { Definition } from "../../../src/calltrace/definitions.js";
import { CHUNK_ALIGN, CHUNK_HEADER, CHUNK_KINDS, CHUNK_MAX, HEADER_SIZE } from "../../../src/calltrace/spec.js";
import { CONTROL_SIZE } from "../../../src/calltrace/spec-ring.js";
import {
  type ControlParts,
  chunkFields,
  encodeDefinition,
  encodeHeader,
  type HeaderParts,
  writeChunkHeader,
  writeControl,
} from "./encode.js";
import { RingSpace, writeFree } from "./ring-space.js";
import { SlotWriter } from "./slot-writer.js";

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
  /** The trace is a ring of this many bytes. */
  readonly ring?: number;
  /** A control chunk with these fields; a ring has one in any case. */
  readonly control?: ControlParts;
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
  private early = 0;
  private readonly slots = new Map<number, SlotWriter>();
  readonly ring: RingSpace | undefined;
  /** Offset of the control chunk, 0 for none. */
  private readonly controlAt: number;

  constructor(private readonly options: WriterOptions = {}) {
    this.bytes = new Uint8Array(options.capacity ?? 65536);
    this.startTicks = options.startTicks ?? 1_000_000n;
    this.startNano = options.startNano ?? 5_000_000n;
    this.rate = options.rate ?? 1;
    this.chunkMin = options.chunkMin ?? 128;
    this.chunkMax = options.chunkMax ?? 262144;
    this.ring = options.ring === undefined ? undefined : new RingSpace(options.ring);
    const isControlled = this.ring !== undefined || options.control !== undefined;
    this.controlAt = isControlled ? this.reserve(CONTROL_SIZE) : 0;
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

  /** Writes the definitions so far into chunks here and now; those that follow are at the end. */
  writeEarly(): void {
    this.early = this.writeDefinitions();
    this.definitions.length = 0;
  }

  /** The finished trace; definitions are in chunks at the end, unless they were written early. */
  finish(): Uint8Array {
    const defsHead = this.definitions.length === 0 ? this.early : this.writeDefinitions();
    for (const free of this.ring?.free() ?? []) writeFree(free, this.bytes);
    if (this.controlAt > 0) this.writeControl();
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
      control: BigInt(this.controlAt),
    };
    const { header } = this.options;
    this.bytes.set(encodeHeader({ ...header, numbers: { ...numbers, ...header?.numbers } }));
    return this.bytes.subarray(0, this.used);
  }

  private writeControl(): void {
    const { ring, options } = this;
    const since = ring === undefined || ring.from === 0 ? 0n : this.pair(ring.from).ticks;
    const own = ring && { mode: 1n, ringBytes: BigInt(options.ring!), ringFrom: since, reused: BigInt(ring.reused) };
    const numbers = { ...own, ...options.control?.numbers };
    writeControl({ ...options.control, numbers }, this.bytes, this.controlAt);
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
