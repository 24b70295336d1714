/**
 * Replays a trace while its process writes it, so that at its end only the last moments are left to replay. The result is
 * that of prescan and builder for the finished trace.
 *
 * Each poll (1) finds new chunks, (2) prescans all that is there by now, and (3) replays what was there two polls ago. So
 * when a goroutine's records are replayed, all goroutines are known that began before its last ones, and their questions for
 * its stack lie before the replay passes them. Records become visible within microseconds; polls are further apart. Where
 * that fails, or a later record belies an earlier answer, the replay gives up (NotFollowed), and the trace must be read
 * again from its beginning. If that is not possible because parts of it were given back, it goes on with a guess and counts
 * it. From then on its memory does not grow with the number of goroutines, but for a few bits each.
 */
import { messageOf } from "../../base/errors.js";
import {
  type ByteSource,
  CHUNK_HEADER,
  GrowingReader,
  GrowingTrace,
  type OpenedProcess,
  type Problem,
  type Range,
  Status,
} from "../../calltrace/index.js";
import { TreeBuilder } from "./builder.js";
import type { NamedRoot } from "./core-roots.js";
import { Giving } from "./giving.js";
import { Lateness, LateQueries, NotFollowed } from "./late-queries.js";
import { type Prescan, Prescanner } from "./prescan.js";
import { Relied } from "./queries.js";
import type { Reach } from "./reach.js";

/** How far the slots of a trace were prescanned at some poll. */
interface Extent {
  /** By slot: its latest chunk with records, -1 for none, and the bytes of that chunk. */
  readonly chunk: Int32Array;
  readonly bytes: Uint32Array;
  /** Nanoseconds since the start: all earlier records lie within. */
  readonly until: number;
  /** Queries found. */
  readonly queries: number;
}

const NOTHING: Extent = { chunk: new Int32Array(0), bytes: new Uint32Array(0), until: 0, queries: 0 };

export class LiveReplay implements Reach {
  private readonly trace: GrowingTrace;
  private readonly reader: GrowingReader;
  private readonly relied = new Relied();
  private prescanner: Prescanner | undefined;
  private builder: TreeBuilder | undefined;
  private late: LateQueries | undefined;
  private latest = NOTHING;
  private previous = NOTHING;
  private ready = NOTHING;
  private readonly giving = new Giving();
  private readonly lateness = new Lateness();
  private belied = 0;
  /** Where and why the replay has ended before the trace. */
  private problem: Problem | undefined;
  private hasEnded = false;
  private meanwhile: () => void = () => undefined;

  /**
   * @param source the trace of one process
   * @param now a clock, nanoseconds
   * @param collectsDurations of calls, by function, and requests
   * @param requestRoot functions whose calls are these
   * @throws UserError if it is not a trace of a supported version
   */
  constructor(
    source: ByteSource,
    now: () => bigint,
    private readonly collectsDurations = false,
    private readonly requestRoot?: NamedRoot,
  ) {
    this.trace = new GrowingTrace(source);
    this.reader = new GrowingReader(source, now);
  }

  get process(): OpenedProcess {
    return this.trace.process;
  }

  /** Whether records can be decoded: the rate of the clock is known only a while after the start. */
  get hasBegun(): boolean {
    return this.builder !== undefined;
  }

  /** Bytes of the trace that are replayed, about. */
  get replayed(): number {
    const { offset, size } = this.process.chunks;
    const last = this.ready.chunk.reduce((last, at) => Math.max(last, at), -1);
    return last < 0 ? 0 : offset[last] + size[last];
  }

  /**
   * Takes ranges that are no longer needed, to be given back: the trace cannot be read from its beginning then.
   * @param most how many
   * @param keep bytes of the trace that are kept at least
   */
  give(most: number, keep: number): Range[] {
    const { builder, giving, process, trace } = this;
    const excess = trace.end - giving.given - keep;
    if (builder === undefined || excess <= 0) return [];
    giving.look(process, builder.slots);
    const ranges = giving.take(most, excess);
    if (ranges.length > 0) this.forget();
    return ranges;
  }

  /** Whether {@link forget} was called. */
  get forgets(): boolean {
    return this.lateness.forgets;
  }

  /** Goroutines that have begun. */
  get goroutines(): number {
    return this.prescanner?.goroutines ?? 0;
  }

  /** Goroutines whose places are guesses, because what decides them was known too late. */
  get guesses(): number {
    return this.lateness.guesses;
  }

  /** The trace cannot be read again, and its calls not be walked: what only that needs is not kept. */
  forget(): void {
    this.lateness.forgets = true;
    this.builder?.forget();
    this.late?.forget();
  }

  /**
   * Reads what is new.
   * @param meanwhile called often
   * @throws NotFollowed
   */
  poll(meanwhile = () => {}): void {
    this.meanwhile = meanwhile;
    this.step(() => {
      this.trace.poll(false);
      if (this.trace.isSettled) this.advance();
    });
  }

  /**
   * Reads the rest, of a process that has ended.
   * @throws NotFollowed
   */
  finish(): { readonly builder: TreeBuilder; readonly prescan: Prescan } {
    this.step(() => {
      this.hasEnded = true;
      this.trace.poll(true);
      this.advance();
    });
    const { builder, prescanner, problem } = this;
    if (builder === undefined || prescanner === undefined) throw new NotFollowed("nothing was read");
    builder.finish();
    // Which paths fit depends on the order of replay.
    if (builder.stacks.hasOtherPaths && !this.forgets) throw new NotFollowed("it has very many call paths");
    const { queries, begun, events, goroutines } = prescanner;
    return { builder, prescan: { queries, begun, events, goroutines, ...(problem === undefined ? {} : { problem }) } };
  }

  /** Reads more. Where that fails and the trace cannot be read again, the tree ends there. */
  private step(read: () => void): void {
    if (this.problem !== undefined) return;
    try {
      read();
    } catch (error) {
      if (!this.forgets) throw error;
      this.problem = { offset: this.replayed, message: `it could not be followed from here on: ${messageOf(error)}` };
    }
  }

  private advance(): void {
    const { process, relied, lateness, collectsDurations } = this;
    if (process.problem !== undefined) throw new NotFollowed(process.problem.message);
    this.prescanner ??= new Prescanner(process, relied);
    const { prescanner } = this;
    if (this.builder === undefined) {
      const { requestRoot } = this;
      const root = requestRoot === undefined ? {} : { requestRoot };
      const collects = { collectsDurations, collectsRequests: collectsDurations, ...root };
      this.builder = new TreeBuilder(process, prescanner, collects, this.reader, this);
      this.late = new LateQueries(prescanner.queries, this.builder, lateness);
    }
    const { builder, late } = this;
    prescanner.growTo(process.chunks.slots);
    this.ready = this.previous;
    this.previous = this.latest;
    this.latest = this.skim(prescanner);
    this.admit(
      "a goroutine began to call traced functions after those that it started",
      prescanner.belied - this.belied,
    );
    this.belied = prescanner.belied;
    this.admit("the parent of a goroutine was recorded late", prescanner.foundParents());
    if (lateness.forgets) relied.limit();
    if (this.hasEnded) this.ready = this.latest;
    builder.slots.grow();
    prescanner.address(this.hasEnded ? prescanner.queries.added : this.previous.queries, (query) => late!.ask(query));
    builder.replayNew();
    if (!this.hasEnded) late!.answerBefore(this.ready.until);
  }

  private admit(what: string, goroutines: number): void {
    if (goroutines > 0) this.lateness.met(what, goroutines);
  }

  /** Prescans what is there. */
  private skim(prescanner: Prescanner): Extent {
    const { chunks } = this.process;
    const before = this.previous;
    const chunk = new Int32Array(chunks.slots).fill(-1);
    const bytes = new Uint32Array(chunks.slots);
    const { latest: until } = this.trace;
    this.reader.refresh();
    chunk.set(before.chunk);
    bytes.set(before.bytes);
    for (let slot = 0; slot < chunks.slots; slot++) {
      let at = chunk[slot];
      let from = bytes[slot];
      if (at < 0) {
        at = chunks.first[slot];
        from = chunks.body[at];
      }
      for (; ; at = chunks.next[at], from = chunks.body[at]) {
        const isLast = chunks.next[at] < 0;
        from = this.skimChunk(prescanner, at, from, !isLast || this.hasEnded);
        if (isLast || from < 0) break;
      }
      chunk[slot] = at;
      bytes[slot] = Math.abs(from);
    }
    return { chunk, bytes, until, queries: prescanner.queries.added };
  }

  /**
   * Prescans a chunk from a record on.
   * @param isComplete whether all of its records are written
   * @returns where it ended, in bytes from its start; negative if it must go on there later
   */
  private skimChunk(prescanner: Prescanner, chunk: number, from: number, isComplete: boolean): number {
    const { chunks } = this.process;
    const { reader } = this;
    this.meanwhile();
    const [offset, size] = [chunks.offset[chunk], chunks.size[chunk]];
    if (from >= size || !reader.isWritten(offset + from)) {
      chunks.filled[chunk] = from;
      return from;
    }
    const end = isComplete ? size : reader.fetchWritten(offset, size, from);
    if (isComplete) reader.fetch(offset, size, true, from, size);
    if (end <= from) return from;
    const known = this.hasEnded ? Number.POSITIVE_INFINITY : this.trace.end;
    const passed = prescanner.pass(chunk, {
      units: reader.units,
      ...{ index: 0, size: end, known },
      ...(from === chunks.body[chunk] ? {} : { from }),
      fill: () => reader.fetch(offset, size, true, CHUNK_HEADER, end),
    });
    if (passed.status === Status.corrupt) throw new NotFollowed("a record cannot be read");
    chunks.filled[chunk] = passed.end;
    return passed.status === Status.begin ? -passed.end : passed.end;
  }

  limit(slot: number, chunk: number): number {
    const { chunk: last, bytes } = this.ready;
    this.meanwhile();
    if (slot >= last.length || chunk > last[slot]) return 0;
    return chunk === last[slot] ? bytes[slot] : this.process.chunks.filled[chunk];
  }

  isComplete(slot: number, chunk: number): boolean {
    const { chunk: last } = this.ready;
    return slot < last.length && (chunk < last[slot] || (this.hasEnded && chunk === last[slot]));
  }

  check(slot: number, time: number): void {
    this.late!.check(slot, time);
  }

  guessed(): void {
    if (this.forgets) this.lateness.guesses++;
  }
}
