/** Reads the trace of one process while that writes it. */
import { ChunkScanner, type Problem } from "./chunks.js";
import { readControl, readHowRecorded } from "./control.js";
import { type Definition, readDefinitions } from "./definitions.js";
import { type Clock, headerClock, processInfo, type RawHeader, readHeader } from "./header.js";
import { recordsEnd } from "./skim.js";
import { type ByteSource, readBytes } from "./source.js";
import { CHUNK_HEADER, CHUNK_MAX, HEADER_SIZE } from "./spec.js";
import type { OpenedProcess } from "./trace.js";

/** A trace that grows: its chunks and definitions, as far as they had been written at the last {@link poll}. */
export class GrowingTrace {
  /** The same object all the time; its parts are replaced. Until {@link isSettled}, the clock is provisional. */
  readonly process: OpenedProcess;
  private readonly scanner: ChunkScanner;
  private readonly definitions = new Map<number, Definition>();
  private readDefs = 0;

  /** @throws UserError if the source is not a trace of a supported version */
  constructor(private readonly source: ByteSource) {
    const header = this.header();
    this.scanner = new ChunkScanner(source, 0, headerClock(header));
    const { definitions } = this;
    const clock = this.scanner.clockWith(headerClock(header));
    const info = processInfo(header, clock);
    this.process = {
      ...{ base: 0, source, length: HEADER_SIZE, header, info, clock, chunks: this.scanner.table, definitions },
      ...{ notes: [], leftOut: new Map(), cut: false, holdsExecution: false },
    };
  }

  /** Whether the rate of the clock is known for good, so that records can be decoded. */
  get isSettled(): boolean {
    return this.scanner.isSettled;
  }

  /** Where the chunks end that the polls have found. */
  get end(): number {
    return this.scanner.offset;
  }

  /** When the latest chunk was opened, nanoseconds since the start. */
  get latest(): number {
    return this.scanner.latest;
  }

  /** Finds what is new. @param hasEnded whether the process has ended; then the clock is settled */
  poll(hasEnded: boolean): void {
    const { scanner, source, process } = this;
    const header = this.header();
    const { numbers } = header;
    scanner.scan(Math.max(Number(numbers.used), HEADER_SIZE), hasEnded);
    const clock: Clock = scanner.clockWith(headerClock(header));
    // The last chunk may have had room for more.
    readDefinitions(source, scanner.defs.slice(this.readDefs), 0, this.definitions);
    this.readDefs = Math.max(0, scanner.defs.length - 1);
    if (hasEnded) readDefinitions(source, scanner.defs, Number(numbers.defsHead), this.definitions);
    const problem = scanner.problem ?? this.obstacle(Number(numbers.control));
    const info = processInfo(header, clock);
    const recorded = readHowRecorded(source, header, clock.slope);
    Object.assign(process, { header, clock, info, length: scanner.offset, problem, ...recorded });
  }

  /** Why a trace that is whole cannot be read while it grows: not all that is written stays there. */
  private obstacle(control: number): Problem | undefined {
    const offset = control;
    if (this.scanner.hasRing) return { offset, message: "it is a ring" };
    // The records of short calls are taken back.
    const { minimum = 0n } = readControl(this.source, control)?.numbers ?? {};
    return minimum === 0n ? undefined : { offset, message: "short calls are left out" };
  }

  private header(): RawHeader {
    return readHeader(readBytes(this.source, 0, HEADER_SIZE), 0);
  }
}

/** Bytes of a first piece of a chunk; most polls find less than that in it. */
const PIECE = 4096;
/** Bytes that {@link GrowingReader.isWritten} reads at a time: the chunks of many waiting goroutines. */
const NEAR = 16384;
/** More than the longest record. */
const RECORD_MAX = 64;
/** How long a record's head may take to become visible as a whole, nanoseconds; in truth it is far less than that. */
const VISIBLE_AFTER = 50_000n;

/** Reads parts of chunks, always anew, into memory in which each chunk begins at the beginning. */
export class GrowingReader {
  /** The chunk that was read last. */
  readonly units = new Uint16Array(CHUNK_MAX / 2);
  private readonly bytes = new Uint8Array(this.units.buffer);
  private readonly window = { u16: this.units };
  private readonly near = new Uint8Array(NEAR);
  private nearFrom = Number.NaN;

  /** @param now a clock, nanoseconds */
  constructor(
    private readonly source: ByteSource,
    private readonly now: () => bigint,
  ) {}

  /**
   * Reads the header of a chunk and a part of it, as {@link ChunkReader.fetch} does with whole chunks.
   * @param from, to bytes from its start
   */
  fetch(
    offset: number,
    _size: number,
    _onward: boolean,
    from: number,
    to: number,
  ): { readonly window: { readonly u16: Uint16Array }; readonly index: number; readonly end: number } {
    if (from > CHUNK_HEADER) this.read(offset, 0, CHUNK_HEADER);
    this.read(offset, from > CHUNK_HEADER ? from : 0, to);
    return { window: this.window, index: 0, end: to };
  }

  /** Forgets what {@link isWritten} has read. */
  refresh(): void {
    this.nearFrom = Number.NaN;
  }

  /** Whether there was a record at an offset of the trace at some time since {@link refresh}. */
  isWritten(offset: number): boolean {
    const { near } = this;
    if (!(offset >= this.nearFrom && offset + 2 <= this.nearFrom + NEAR)) {
      this.nearFrom = offset;
      near.fill(0, Math.max(0, this.source.read(offset, near)));
    }
    const at = offset - this.nearFrom;
    return near[at] !== 0 || near[at + 1] !== 0;
  }

  /** Reads what was written by now of a chunk from a record on, with the header before the first one. @returns the end of the last whole record */
  fetchWritten(offset: number, size: number, from: number): number {
    for (let piece = PIECE; ; piece = CHUNK_MAX) {
      const to = Math.min(size, from + piece);
      this.read(offset, from > CHUNK_HEADER ? from : 0, to);
      const { end, isFresh } = recordsEnd(this.units, from, to);
      if (end > to - RECORD_MAX && to < size) continue;
      if (isFresh) {
        const since = this.now();
        while (this.now() - since < VISIBLE_AFTER);
        this.read(offset, from, end);
      }
      return end;
    }
  }

  private read(offset: number, from: number, to: number): void {
    const into = this.bytes.subarray(from, to);
    for (let done = 0; done < into.length; ) {
      const got = this.source.read(offset + from + done, into.subarray(done));
      if (got <= 0) {
        into.fill(0, done);
        return;
      }
      done += got;
    }
  }
}
