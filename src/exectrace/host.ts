/**
 * The TypeScript side of the core (core/index.ts): instantiates the WebAssembly module, hands data over to it, and
 * reads its memory and failures.
 */
import { BatchPlace, SamplePlace } from "./codes.js";
import { type TraceError, tooLarge } from "./errors.js";
import { failureError } from "./failures.js";
import { ARITY } from "./spec.js";
import { WASM } from "./wasm.js";

/** Exports of core/index.ts; 64-bit numbers are big integers here. */
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

/** The parts in use; Node's type library does not declare WebAssembly. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

let compiled: object | undefined;

/** Places of a table's entries by id: `dense` for ids below its length (0: missing), `sparse` for the others. */
export interface IdTable {
  readonly dense: Int32Array;
  readonly sparse: ReadonlyMap<number, number> | undefined;
}

/** A batch as the core needs it: offset in the file, base time in ticks, addresses of its data. */
export interface BatchEntry {
  readonly offset: number;
  readonly time: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A CPU sample as the core needs it: `time` in nanoseconds since the trace's start, `offset` of its batch in the file.
 */
export interface SampleEntry {
  readonly time: number;
  readonly thread: number;
  readonly proc: number;
  readonly goroutine: number;
  readonly stack: number;
  readonly offset: number;
}

/** One instance of the core. See core/index.ts for the order of calls. */
export class Core {
  /**
   * Views of the whole memory. They are replaced when it grows: read these fields again after any call that may
   * allocate.
   */
  bytes!: Uint8Array;
  words!: Int32Array;
  floats!: Float64Array;
  /** Address of the records that `run` makes. */
  readonly records: number;
  private readonly core: Exports;
  /** Blocks to free at the end of the current generation. */
  private readonly blocks: number[] = [];

  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(WASM, "base64"));
    this.core = new WebAssembly.Instance(compiled).exports as Exports;
    this.records = this.core.records.value;
    this.refresh();
    this.bytes.set(ARITY, this.core.arity.value);
  }

  /**
   * Reserves `size` bytes until `free` and returns their address.
   *
   * @throws UserError when the 4 GB of memory are used up: an address has 32 bits
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

  /** Releases a block that `allocate` returned. */
  free(block: number): void {
    this.core.free(block);
  }

  /**
   * Begins a generation.
   *
   * @param generation its number in the file
   * @param first whether it is the first of the trace
   * @param zero absolute time of the trace's start in nanoseconds
   */
  enter(generation: number, first: boolean, nanosPerTick: number, zero: number): void {
    this.core.enter(BigInt(generation), first, nanosPerTick, zero);
  }

  /** Ends a generation and frees the memory handed over for it. */
  leave(): void {
    this.core.leave();
    for (const block of this.blocks) this.core.free(block);
    this.blocks.length = 0;
    this.refresh();
  }

  /** Hands over the strings of a generation. @param places address and length of each, by place */
  setStrings(ids: IdTable, places: Int32Array): void {
    this.core.setStringIds(this.place(placesOf(ids)), ids.dense.length);
    for (const [id, place] of ids.sparse ?? []) this.core.addString(BigInt(id), place);
    this.core.setStrings(this.place(places));
    this.refresh();
  }

  /** Hands over the ids of the stacks of a generation. */
  setStacks(ids: IdTable): void {
    this.core.setStackIds(this.place(placesOf(ids)), ids.dense.length);
    for (const [id, place] of ids.sparse ?? []) this.core.addStack(BigInt(id), place);
    this.refresh();
  }

  /** Hands over the CPU samples of a generation. @param samples sorted by time */
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
   * Hands over the event batches of a thread.
   *
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

  /** Makes one record, of a Sync event. @param time nanoseconds since the start of the trace */
  sync(time: number, number: number): void {
    this.core.sync(time, number);
  }

  /** Time of the latest event in nanoseconds since the start of the trace; -1 before the first. */
  get lastTime(): number {
    return this.core.lastTime();
  }

  /**
   * Makes the next records and returns their size in bytes; 0 at the end of the generation. A `failure` may follow the
   * last ones.
   */
  run(): number {
    const size = this.core.run();
    this.refresh();
    return size;
  }

  /** Bytes (UTF-8) of a text with a negative number (core/texts.ts); valid until memory grows. */
  text(text: number): Uint8Array {
    const start = this.core.textAddress(text) >>> 0;
    return this.bytes.subarray(start, start + this.core.textLength(text));
  }

  /** Why the core stopped; undefined if nothing failed. */
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

  /** Copies a column to memory of the current generation and returns its address. */
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

/** Places by id as the core expects them: -1 for missing ids. */
function placesOf({ dense }: IdTable): Int32Array {
  return dense.map((place, id) => (place === 0 && id > 0 ? -1 : place));
}
