/**
 * Collects the batches of one generation and reads its tables. Events refer to tables that come later in the file, so a
 * generation must be in memory as a whole; only one is at a time.
 */
import { type Batch, type Framer, type Memory, Segments } from "./batch.js";
import { Clock } from "./clock.js";
import { Wire } from "./codes.js";
import { type CutWarning, corrupt, TraceError } from "./errors.js";
import type { ExperimentalBatch } from "./event.js";
import { readSamples, type Sample } from "./samples.js";
import { VERSION_END, VERSION_SYNC } from "./spec.js";
import { Stacks, Strings } from "./tables.js";

/** One generation: its event batches by thread, and its tables, clock and samples. */
export class Generation {
  readonly clock = new Clock();
  readonly strings: Strings;
  readonly stacks: Stacks;
  readonly samples: Sample[] = [];
  readonly experiments: ExperimentalBatch[] = [];
  /** Event batches of each thread, threads in the order in which they first appear. */
  readonly threads = new Map<number, Batch[]>();
  /** Earliest base time of a batch, in ticks. */
  start = 0;
  /** Kind of the last batch. */
  private last = 0;
  private hasStacks = false;

  constructor(
    readonly number: number,
    /** Offset in the file. */
    readonly offset: number,
    private readonly version: number,
    private readonly memory: Memory,
  ) {
    this.strings = new Strings(memory);
    this.stacks = new Stacks(memory);
  }

  /** Reads a table, or keeps an event batch. @throws TraceError when a table is malformed */
  add(batch: Batch): void {
    if (this.start === 0 || batch.time < this.start) this.start = batch.time;
    this.last = batch.kind;
    if (batch.experiment !== 0) {
      const data = this.memory.bytes.slice(batch.start, batch.end);
      this.experiments.push({ experiment: batch.experiment, thread: batch.thread, data });
    } else if (batch.kind === Wire.Strings) this.strings.read(batch);
    else if (batch.kind === Wire.Stacks) {
      this.hasStacks = true;
      this.stacks.read(batch);
    } else if (batch.kind === Wire.CPUSamples) readSamples(batch, this.memory, this.samples);
    else if (Clock.isSync(batch, this.version)) this.clock.read(batch, this.version, this.memory);
    else if (batch.kind !== 0) {
      const batches = this.threads.get(batch.thread);
      if (batches) batches.push(batch);
      else this.threads.set(batch.thread, [batch]);
    }
  }

  /** What is missing or invalid, so that the generation cannot be read; undefined if it can. */
  get gap(): string | undefined {
    if (this.clock.nanosPerTick === 0) return "its clock frequency is missing";
    if (this.version >= VERSION_SYNC && !this.clock.snapshot) return "its clock snapshot is missing";
    return this.stacks.validate(this.strings);
  }

  /** Whether the last batch can be the end of a generation: the runtime writes stacks and then strings last. */
  get endsWell(): boolean {
    return this.hasStacks && this.last === Wire.Strings;
  }
}

/** Result of `load`: a complete generation, "hungry" if it needs more bytes, or the end of the file. */
export type Loaded = Generation | "hungry" | "end";

/** Collects batches until a generation is complete. */
export class GenerationLoader {
  /** What was lost of a file that was cut off; set when `load` returns the end, or the last complete generation. */
  warning: CutWarning | undefined;
  private readonly segments: Segments;
  private current: Generation | undefined;
  /** First batch of the next generation. Before Go 1.26 only its arrival shows that the current one is complete. */
  private spilled: Batch | undefined;
  /** Error after a generation that is itself complete; thrown by the next `load`. */
  private late: TraceError | undefined;
  private ended = false;
  private fresh = true;

  /** @param memory where the data of batches goes */
  constructor(
    private readonly framer: Framer,
    private readonly memory: Memory,
  ) {
    this.segments = new Segments(memory);
  }

  /**
   * The next generation. The previous one becomes invalid: its memory is reused.
   *
   * @throws TraceError when the file is damaged; the loader cannot be used afterwards
   */
  load(): Loaded {
    if (this.late) throw this.late;
    if (this.ended) return "end";
    if (this.fresh) this.begin();
    for (;;) {
      const framed = this.frame();
      if (framed === "hungry") return "hungry";
      if (framed === "late") return this.complete();
      if (framed === "eof" || framed === "cut") return this.finish(framed === "cut");
      if (framed === "end-of-generation") {
        if (!this.current) throw corrupt(this.framer.consumed - 1, "an end of generation, but no generation");
        return this.complete();
      }
      if (framed.generation === 0) throw corrupt(framed.offset, "a batch of generation 0");
      this.current ??= this.open(framed);
      if (framed.generation !== this.current.number) {
        if (this.framer.version < VERSION_END && framed.generation === this.current.number + 1) {
          this.spilled = framed;
          return this.complete();
        }
        const { number } = this.current;
        throw corrupt(framed.offset, `a batch of generation ${framed.generation} within generation ${number}`);
      }
      this.current.add(framed);
    }
  }

  /** Starts a generation with empty memory, except for the batch that was read ahead. */
  private begin(): void {
    this.fresh = false;
    this.current = undefined;
    const batch = this.spilled;
    this.spilled = undefined;
    const data = batch && this.memory.bytes.slice(batch.start, batch.end);
    this.segments.clear();
    if (!batch || !data) return;
    const start = this.segments.reserve(data.length);
    this.memory.bytes.set(data, start);
    this.current = this.open(batch);
    this.current.add({ ...batch, start, end: start + data.length });
  }

  private open(batch: Batch): Generation {
    return new Generation(batch.generation, batch.offset, this.framer.version, this.memory);
  }

  private frame() {
    try {
      return this.framer.next(this.segments);
    } catch (error) {
      // Before Go 1.26, damage where a batch should begin may lie after the end of this generation.
      if (!(error instanceof TraceError) || !this.current || this.framer.version >= VERSION_END) throw error;
      this.late = error;
      return "late";
    }
  }

  private complete(): Generation {
    const generation = this.current!;
    this.fresh = true;
    const { gap } = generation;
    if (gap) throw this.late ?? corrupt(generation.offset, `generation ${generation.number} cannot be read: ${gap}`);
    return generation;
  }

  /**
   * Handles the end of the file. Before Go 1.26 it ends the last generation, if that one's last batch holds strings.
   */
  private finish(cut: boolean): Loaded {
    this.ended = true;
    const { framer, current } = this;
    if (!current && !cut) {
      if (framer.consumed <= 16) this.lose(0, framer.consumed, "it holds no events");
      return "end";
    }
    if (!current) return this.lose(framer.cutGeneration ?? 0, framer.cutOffset, "it ends within a batch");
    if (framer.version >= VERSION_END) {
      return this.lose(current.number, current.offset, `generation ${current.number} has no end`);
    }
    const { number } = current;
    if (framer.cutGeneration === number) {
      return this.lose(number, current.offset, `it ends within a batch of generation ${number}`);
    }
    // A batch of the next generation, complete or cut off, shows that this one is complete.
    if (framer.cutGeneration !== number + 1) {
      const gap = current.gap ?? (current.endsWell ? undefined : "its tables are not complete");
      if (gap) return this.lose(number, current.offset, `it ends within generation ${number}: ${gap}`);
    }
    if (cut) this.lose(number + 1, framer.cutOffset, "it ends within a batch");
    return this.complete();
  }

  /** Sets the warning: everything from `offset` on is lost. */
  private lose(generation: number, offset: number, reason: string): "end" {
    const lostBytes = this.framer.received - offset;
    this.warning = { kind: "cut", generation, lostBytes, offset, reason };
    return "end";
  }
}
