/** The core (core/index.ts) as WebAssembly: an instance with its memory, and views of it. */
import { BatchPlace, SamplePlace } from "./codes.js";
import { type TraceError, tooLarge } from "./errors.js";
import { failureError } from "./failures.js";
import { ARITY } from "./spec.js";
import { WASM } from "./wasm.js";

/** What core/index.ts exports; 64-bit numbers are big integers here. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly arity: { readonly value: number };
  readonly records: { readonly value: number };
  allocate(size: number): number;
  free(block: number): void;
  enter(generation: bigint, first: boolean, nanosPerTick: number, zero: number): void;
  leave(): void;
  setStringIds(dense: number, length: number): void;
  addString(id: bigint, place: number): void;
  setStackIds(dense: number, length: number): void;
  addStack(id: bigint, place: number): void;
  setStrings(places: number): void;
  setSamples(samples: number, count: number): void;
  addThread(thread: bigint, batches: number, count: number): number;
  sync(time: number, number: number): void;
  lastTime(): number;
  run(): number;
  textAddress(text: number): number;
  textLength(text: number): number;
  failureReason(): number;
  failureType(): number;
  failureThread(): bigint;
  failureOffset(): number;
  failureA(): bigint;
  failureB(): bigint;
  failureC(): bigint;
}

/** What is used of it; the library of types for Node has no WebAssembly. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

let compiled: object | undefined;

/** Places of the entries of a table by id: of those below the length of `dense` (0: there is none), and of others. */
export interface IdTable {
  readonly dense: Int32Array;
  readonly sparse: ReadonlyMap<number, number> | undefined;
}

/** A description of a batch, and of a sample, as the core reads them. */
export interface BatchEntry {
  readonly offset: number;
  readonly time: number;
  readonly start: number;
  readonly end: number;
}

export interface SampleEntry {
  readonly time: number;
  readonly thread: number;
  readonly proc: number;
  readonly goroutine: number;
  readonly stack: number;
  readonly offset: number;
}

export class Core {
  /** Views of the whole memory; new ones when it has grown, so ask for them again after anything that may need memory. */
  bytes!: Uint8Array;
  words!: Int32Array;
  floats!: Float64Array;
  /** Where the records are that `run` makes. */
  readonly records: number;
  private readonly core: Exports;
  /** Memory that the current generation takes here. */
  private readonly blocks: number[] = [];

  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(WASM, "base64"));
    this.core = new WebAssembly.Instance(compiled).exports as Exports;
    this.records = this.core.records.value;
    this.refresh();
    this.bytes.set(ARITY, this.core.arity.value);
  }

  /**
   * Memory that stays until `free`.
   *
   * @throws UserError when there is none left: an address has 32 bits
   */
  allocate(size: number): number {
    try {
      const block = this.core.allocate(size) >>> 0;
      this.refresh();
      return block;
    } catch {
      throw tooLarge();
    }
  }

  free(block: number): void {
    this.core.free(block);
  }

  /**
   * Begins a generation.
   *
   * @param first whether it is the first of the trace
   * @param zero absolute time of the trace's start in nanoseconds
   */
  enter(generation: number, first: boolean, nanosPerTick: number, zero: number): void {
    this.core.enter(BigInt(generation), first, nanosPerTick, zero);
  }

  /** Ends a generation: what it handed over is not needed any more. */
  leave(): void {
    this.core.leave();
    for (const block of this.blocks) this.core.free(block);
    this.blocks.length = 0;
    this.refresh();
  }

  /** @param places address and length of each string, by place */
  setStrings(ids: IdTable, places: Int32Array): void {
    this.core.setStringIds(this.place(placesOf(ids)), ids.dense.length);
    for (const [id, place] of ids.sparse ?? []) this.core.addString(BigInt(id), place);
    this.core.setStrings(this.place(places));
    this.refresh();
  }

  setStacks(ids: IdTable): void {
    this.core.setStackIds(this.place(placesOf(ids)), ids.dense.length);
    for (const [id, place] of ids.sparse ?? []) this.core.addStack(BigInt(id), place);
    this.refresh();
  }

  /** @param samples sorted by time (nanoseconds since the start of the trace) */
  setSamples(samples: readonly SampleEntry[]): void {
    const block = this.block(samples.length * SamplePlace.size);
    const view = new DataView(this.bytes.buffer);
    samples.forEach((sample, i) => {
      const at = block + i * SamplePlace.size;
      view.setFloat64(at + SamplePlace.time, sample.time, true);
      view.setBigInt64(at + SamplePlace.thread, BigInt(sample.thread), true);
      view.setBigInt64(at + SamplePlace.proc, BigInt(sample.proc), true);
      view.setBigInt64(at + SamplePlace.goroutine, BigInt(sample.goroutine), true);
      view.setBigInt64(at + SamplePlace.stack, BigInt(sample.stack), true);
      view.setFloat64(at + SamplePlace.offset, sample.offset, true);
    });
    this.core.setSamples(block, samples.length);
  }

  /**
   * Adds the events of a thread.
   *
   * @param batches base times in ticks; data at addresses
   * @throws TraceError when the first event is damaged
   */
  addThread(thread: number, batches: readonly BatchEntry[]): void {
    const block = this.block(batches.length * BatchPlace.size);
    const view = new DataView(this.bytes.buffer);
    batches.forEach((batch, i) => {
      const at = block + i * BatchPlace.size;
      view.setFloat64(at + BatchPlace.offset, batch.offset, true);
      view.setFloat64(at + BatchPlace.ticks, batch.time, true);
      view.setUint32(at + BatchPlace.start, batch.start, true);
      view.setUint32(at + BatchPlace.end, batch.end, true);
    });
    if (!this.core.addThread(BigInt(thread), block, batches.length)) throw this.failure;
    this.refresh();
  }

  /** Makes the record of a Sync event, alone. */
  sync(time: number, number: number): void {
    this.core.sync(time, number);
  }

  /** Time of the latest event. */
  get lastTime(): number {
    return this.core.lastTime();
  }

  /** Makes the next records; returns how many bytes of them. Behind the last ones there may be a `failure`. */
  run(): number {
    const size = this.core.run();
    this.refresh();
    return size;
  }

  /** The bytes of a text that a record names by a number below 0; valid until memory is needed. */
  text(text: number): Uint8Array {
    const start = this.core.textAddress(text) >>> 0;
    return this.bytes.subarray(start, start + this.core.textLength(text));
  }

  /** Why there will be no more records. */
  get failure(): TraceError | undefined {
    const { core } = this;
    const reason = core.failureReason();
    if (reason === 0) return undefined;
    return failureError(reason, core.failureType(), core.failureThread(), core.failureOffset(), [
      core.failureA(),
      core.failureB(),
      core.failureC(),
    ]);
  }

  /** A copy of a column that the generation keeps. */
  private place(column: Int32Array): number {
    const block = this.block(column.byteLength);
    this.words.set(column, block >>> 2);
    return block;
  }

  private block(size: number): number {
    const block = this.allocate(size);
    this.blocks.push(block);
    return block;
  }

  private refresh(): void {
    const { buffer } = this.core.memory;
    if (this.bytes?.buffer === buffer) return;
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.floats = new Float64Array(buffer);
  }
}

/** Places by id: 0 for the empty entry, -1 where there is none. */
function placesOf({ dense }: IdTable): Int32Array {
  return dense.map((place, id) => (place === 0 && id > 0 ? -1 : place));
}
