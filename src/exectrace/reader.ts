/** TraceReader: reads a Go execution trace and delivers its events in order, one generation after another. */
import { Framer } from "./batch.js";
import type { Clock } from "./clock.js";
import { Place } from "./codes.js";
import { DecodedEvent } from "./decoded.js";
import { type CutWarning, TraceError } from "./errors.js";
import type { ClockSnapshot, SyncDetails, TraceEvent } from "./event.js";
import { type Generation, GenerationLoader, type Loaded } from "./generation.js";
import { Core } from "./host.js";
import type { EventSource } from "./source.js";
import { StackNames, StackTable } from "./symbols.js";
import { EventView } from "./view.js";

const NO_SYNC: SyncDetails = { generation: 0, clock: undefined, experiments: [] };

/** Reads one trace. Memory: one generation, and each distinct stack that a consumer asked for. */
export class TraceReader implements EventSource {
  /** Stacks and frames by the numbers in events, which are valid for the whole trace. */
  readonly stacks = new StackTable();
  private readonly core = new Core();
  private readonly framer = new Framer();
  private readonly loader = new GenerationLoader(this.framer, this.core);
  private readonly event = new EventView(this.core);
  private readonly decoded = new DecodedEvent(this.event);
  private readonly chunks: Iterator<Uint8Array> | undefined;
  private syncs = 0;
  private entries = 0;
  /** Absolute time of the first event, in nanoseconds. */
  private zero = -1;
  private details = NO_SYNC;
  private clock: ClockSnapshot | undefined;
  /** Whether a generation is in the core. */
  private entered = false;
  private over = false;
  /** Error of a generation that cannot be loaded; thrown after the events before it have been delivered. */
  private error: TraceError | undefined;

  /**
   * @param source the bytes of the file in chunks of any size (64 KiB to 1 MiB work well), pulled when needed. Without
   * a source, the caller supplies bytes by `push` and `finish`.
   */
  constructor(source?: Iterable<Uint8Array>) {
    this.chunks = source?.[Symbol.iterator]();
  }

  /** Version in the header, 26 for Go 1.26; 0 before the first event. Go 1.24 also writes 23. */
  get version(): number {
    return this.framer.version;
  }

  /** Time of the first event, in nanoseconds of the machine's monotonic clock; `TraceEvent.time` counts from it. */
  get start(): bigint {
    return this.zero < 0 ? 0n : BigInt(this.zero);
  }

  /** Details of the last Sync event, about the generation of the current events. */
  get sync(): SyncDetails {
    return this.details;
  }

  /** What was lost of a file that was cut off; set at the end of the trace. */
  get warning(): CutWarning | undefined {
    return this.over ? this.loader.warning : undefined;
  }

  /** Number of generations so far; 0 at the end of a trace without a complete one. */
  get generations(): number {
    return this.entries;
  }

  /** Number of bytes of the file read so far. */
  get bytesRead(): number {
    return this.framer.received;
  }

  /**
   * Converts a time of an event to nanoseconds since 1970 (UTC), by the latest clock snapshot; undefined if there was
   * none (before Go 1.25).
   */
  wallTime(time: number): bigint | undefined {
    return this.clock && this.clock.wall + BigInt(Math.round(time - this.clock.time));
  }

  /**
   * Supplies the next bytes of the file to a reader without a source. Call it only after `next` has returned undefined.
   */
  push(chunk: Uint8Array): void {
    this.framer.push(chunk);
  }

  /** Tells a reader without a source that the file has ended. */
  finish(): void {
    this.framer.finish();
  }

  /**
   * The next event; undefined at the end of the trace, or when a reader without a source needs more bytes. The object
   * is valid until the next call and decodes fields when they are read. The first and the last event of a trace are
   * Syncs.
   *
   * @throws TraceError when the trace cannot be read any further; do not use the reader after that
   */
  next(): TraceEvent | undefined {
    const { event } = this;
    if (event.next()) return event;
    return this.more() ? event : undefined;
  }

  /** As `next`, but decodes the common fields at once: faster with several consumers. */
  nextDecoded(): TraceEvent | undefined {
    if (this.next() === undefined) return undefined;
    this.decoded.take();
    return this.decoded;
  }

  /** Asks the core for more records and moves to the first of them; false as `next` returns undefined. */
  private more(): boolean {
    if (this.entered) {
      this.event.open(this.core.run());
      if (this.event.next()) return true;
      const { failure } = this.core;
      if (failure) throw failure;
      this.core.leave();
      this.entered = false;
    }
    return this.nextGeneration();
  }

  /** Loads the next generation and moves to the Sync that opens it, or to the last Sync. */
  private nextGeneration(): boolean {
    if (this.over) return false;
    if (this.error) throw this.error;
    let loaded = this.load();
    while (loaded === "hungry") {
      if (!this.chunks) return false;
      const { done, value } = this.chunks.next();
      if (done) this.framer.finish();
      else this.framer.push(value);
      loaded = this.load();
    }
    if (loaded !== "end") this.enter(loaded);
    else {
      this.over = this.error === undefined;
      this.deliverSync(this.core.lastTime);
    }
    return true;
  }

  /** As the loader's `load`, but defers errors until the events already delivered have got their last Sync. */
  private load(): Loaded {
    try {
      return this.loader.load();
    } catch (error) {
      if (!(error instanceof TraceError) || this.zero < 0) throw error;
      this.error = error;
      return "end";
    }
  }

  /** Hands a generation over to the core. */
  private enter(generation: Generation): void {
    const { core } = this;
    const { clock, number, offset, strings, stacks, experiments } = generation;
    const start = clock.absolute(generation.start, offset);
    const first = this.zero < 0;
    this.entries++;
    if (first) this.zero = Math.max(start, 1);
    const { zero } = this;
    core.enter(number, first, clock.nanosPerTick, zero);
    core.setStrings(strings.ids, strings.places);
    core.setStacks(stacks.ids);
    core.setSamples(
      generation.samples
        .map((sample) => ({ ...sample, time: clock.absolute(sample.ticks, sample.offset) - zero }))
        .sort((a, b) => a.time - b.time),
    );
    this.entered = true;
    for (const [thread, batches] of generation.threads) core.addThread(thread, batches);
    this.event.setTables(strings, new StackNames(this.stacks, stacks, strings));
    if (clock.snapshot) this.clock = this.snapshot(clock.snapshot, clock, offset);
    this.deliverSync(start - zero, { generation: number, clock: clock.snapshot && this.clock, experiments });
  }

  private snapshot(at: NonNullable<Clock["snapshot"]>, clock: Clock, offset: number): ClockSnapshot {
    return { time: clock.absolute(at.ticks, offset) - this.zero, mono: at.mono, wall: at.wall };
  }

  /** Makes a Sync the current event. */
  private deliverSync(time: number, details = NO_SYNC): void {
    this.details = details;
    this.core.sync(time, ++this.syncs);
    this.event.open(Place.size);
    this.event.next();
  }
}
