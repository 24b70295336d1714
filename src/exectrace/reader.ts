/** The ordered events of a trace, generation by generation. */
import { Framer } from "./batch.js";
import { Cursor } from "./cursor.js";
import { type CutWarning, corrupt, TraceError } from "./errors.js";
import { type ClockSnapshot, EventKind, EventRecord, NONE, type SyncDetails, type TraceEvent } from "./event.js";
import { Frontier } from "./frontier.js";
import { type Generation, GenerationLoader, type Loaded } from "./generation.js";
import { advance } from "./order.js";
import type { Sample } from "./samples.js";
import { SYNC, Wire } from "./spec.js";
import { Machine } from "./state.js";
import { StackNames, StackTable } from "./symbols.js";

const NO_SYNC: SyncDetails = { generation: 0, clock: undefined, experiments: [] };

/** A CPU sample with its time in nanoseconds since the start of the trace. */
interface TimedSample extends Sample {
  readonly time: number;
}

/** Reads one trace. Holds one generation in memory, and all different stacks that its events named. */
export class TraceReader {
  /** Stacks and frames by the numbers in events; valid for the whole trace. */
  readonly stacks = new StackTable();
  private readonly framer = new Framer();
  private readonly loader = new GenerationLoader(this.framer);
  private readonly machine = new Machine();
  private readonly frontier = new Frontier();
  /** For events that come from no cursor. */
  private readonly extra = new EventRecord();
  private readonly chunks: Iterator<Uint8Array> | undefined;
  private samples: readonly TimedSample[] = [];
  private nextSample = 0;
  private sampleTime = Number.POSITIVE_INFINITY;
  private names!: StackNames;
  private last = -0;
  private syncs = 0;
  /** Absolute time of the first event, in nanoseconds. */
  private zero = -1;
  private details = NO_SYNC;
  private clock: ClockSnapshot | undefined;
  private over = false;
  private error: TraceError | undefined;

  /**
   * @param source the bytes of the file in chunks of any size (64 KiB to 1 MiB are good), pulled when needed; without it
   *   bytes come by `push` and `finish`
   */
  constructor(source?: Iterable<Uint8Array>) {
    this.chunks = source?.[Symbol.iterator]();
  }

  /** Version in the header, 26 for Go 1.26; 0 before the first event. 23 is also what Go 1.24 writes. */
  get version(): number {
    return this.framer.version;
  }

  /** Time of the first event in nanoseconds of the machine's monotonic clock: 0 of `TraceEvent.time`. */
  get start(): bigint {
    return this.zero < 0 ? 0n : BigInt(this.zero);
  }

  /** What the last Sync event said: of the generation that events come from now. */
  get sync(): SyncDetails {
    return this.details;
  }

  /** Set at the end of a trace that was cut off: what was lost. */
  get warning(): CutWarning | undefined {
    return this.over ? this.loader.warning : undefined;
  }

  /** Bytes of the file taken so far. */
  get bytesRead(): number {
    return this.framer.received;
  }

  /**
   * Nanoseconds since 1970 (UTC) at a time of an event, by the latest clock snapshot; undefined when there was none
   * (before Go 1.25).
   */
  wallTime(time: number): bigint | undefined {
    return this.clock && this.clock.wall + BigInt(Math.round(time - this.clock.time));
  }

  /** Gives a reader without a source the next bytes of the file; allowed when `next` returned undefined. */
  push(chunk: Uint8Array): void {
    this.framer.push(chunk);
  }

  /** Tells a reader without a source that no more bytes will come. */
  finish(): void {
    this.framer.finish();
  }

  /**
   * The next event, in an object that the reader fills again and again; undefined at the end of the trace (and, for a
   * reader without a source, when it needs more bytes). The first and the last event of a trace are Syncs.
   *
   * @throws TraceError when the trace cannot be read (further); the reader is of no use after that
   */
  next(): TraceEvent | undefined {
    const { machine, frontier } = this;
    if (machine.following > 0) return this.deliver(machine.nextFollower());
    const first = frontier.heap[0];
    if (first === undefined) {
      return this.nextSample < this.samples.length ? this.deliverSample() : this.nextGeneration();
    }
    if (first.time > this.sampleTime) return this.deliverSample();
    if (!advance(machine, first)) this.advanceOther();
    else if (first.next()) frontier.updateFirst();
    else frontier.remove(0);
    return this.deliver(machine.event);
  }

  /** The earliest event has to wait: takes the first that need not of the other threads, by time. */
  private advanceOther(): void {
    const { frontier } = this;
    frontier.sort();
    for (let i = 1; i < frontier.heap.length; i++) {
      const cursor = frontier.heap[i]!;
      if (!advance(this.machine, cursor)) continue;
      if (cursor.next()) frontier.update(i);
      else frontier.remove(i);
      return;
    }
    throw this.stuck();
  }

  private stuck(): TraceError {
    const [first] = this.frontier.heap;
    return this.machine.fail(first!, "neither this event can come next nor that of another thread");
  }

  private deliver(event: EventRecord): EventRecord {
    // Times of different threads are made to increase strictly.
    if (event.time <= this.last) event.time = this.last + 1;
    this.last = event.time;
    return event;
  }

  private deliverSample(): TraceEvent {
    const sample = this.samples[this.nextSample++]!;
    this.sampleTime = this.samples[this.nextSample]?.time ?? Number.POSITIVE_INFINITY;
    const event = this.extra;
    event.kind = EventKind.StackSample;
    event.type = Wire.CPUSample;
    event.time = sample.time;
    event.thread = sample.thread;
    event.proc = sample.proc;
    event.goroutine = sample.goroutine;
    event.stack = this.names.resolve(sample.stack);
    if (event.stack < 0) throw corrupt(sample.offset, `a CPU sample names the stack ${sample.stack}, which is missing`);
    return this.deliver(event);
  }

  /** Loads the next generation and delivers the Sync that opens it, or the last one. */
  private nextGeneration(): TraceEvent | undefined {
    if (this.over) return undefined;
    if (this.error) throw this.error;
    let loaded = this.load();
    while (loaded === "hungry") {
      if (!this.chunks) return undefined;
      const { done, value } = this.chunks.next();
      if (done) this.framer.finish();
      else this.framer.push(value);
      loaded = this.load();
    }
    if (loaded !== "end") return this.enter(loaded);
    this.over = this.error === undefined;
    return this.deliverSync(this.last);
  }

  /** As the loader's, but what has been delivered gets its last Sync before an error is thrown. */
  private load(): Loaded {
    try {
      return this.loader.load();
    } catch (error) {
      if (!(error instanceof TraceError) || this.zero < 0) throw error;
      this.error = error;
      return "end";
    }
  }

  private enter(generation: Generation): TraceEvent {
    const { clock, number, experiments } = generation;
    const start = clock.absolute(generation.start, generation.offset);
    if (this.zero < 0) this.zero = Math.max(start, 1);
    const zero = this.zero;
    this.names = new StackNames(this.stacks, generation.stacks, generation.strings);
    this.machine.enter(generation, this.names);
    this.samples = generation.samples
      .map((sample) => ({ ...sample, time: clock.absolute(sample.ticks, sample.offset) - zero }))
      .sort((a, b) => a.time - b.time);
    this.nextSample = 0;
    this.sampleTime = this.samples[0]?.time ?? Number.POSITIVE_INFINITY;
    for (const [thread, batches] of generation.threads) {
      const cursor = new Cursor(thread, batches, clock, zero);
      if (cursor.next()) this.frontier.insert(cursor);
    }
    if (clock.snapshot) {
      const { ticks, mono, wall } = clock.snapshot;
      this.clock = { time: clock.absolute(ticks, generation.offset) - zero, mono, wall };
    }
    const snapshot = clock.snapshot && this.clock;
    return this.deliverSync(start - zero, { generation: number, clock: snapshot, experiments });
  }

  private deliverSync(time: number, details = NO_SYNC): TraceEvent {
    this.details = details;
    const event = this.extra;
    event.kind = EventKind.Sync;
    event.type = SYNC;
    event.time = time;
    event.thread = event.proc = event.goroutine = NONE;
    event.stack = 0;
    event.value = ++this.syncs;
    if (this.syncs === 1) this.last = -1;
    return this.deliver(event);
  }
}

/**
 * Reads a trace from chunks that may come asynchronously, and calls `visit` for every event.
 *
 * @returns the reader, for its warning and stacks
 * @throws TraceError
 */
export async function forEachEvent(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  visit: (event: TraceEvent, reader: TraceReader) => void,
): Promise<TraceReader> {
  const reader = new TraceReader();
  const drain = () => {
    for (let event = reader.next(); event; event = reader.next()) visit(event, reader);
  };
  for await (const chunk of chunks) {
    reader.push(chunk);
    drain();
  }
  reader.finish();
  drain();
  return reader;
}
