/** Follows a process: reads its trace while it grows, and keeps the open calls and the numbers of the present window. */
import {
  type ByteSource,
  type Definition,
  GATES,
  HEADER_SIZE,
  headerClock,
  isEnter,
  isGivenBack,
  Kind,
  type ProcessInfo,
  processInfo,
  RecordDecoder,
  readBytes,
  readControl,
  readDefinitions,
  readHeader,
  Status,
} from "../calltrace/index.js";
import { FunctionWindow } from "./function-window.js";
import { GoroutineStack } from "./goroutine-stack.js";
import { type ChunkFinder, GrowingChunks } from "./growing-chunks.js";
import { RingChunks } from "./ring-chunks.js";
import { ChunkBuffer, SlotReader } from "./slot-reader.js";
import { type Wait, Waits } from "./waits.js";

interface Slot {
  readonly reader: SlotReader;
  readonly stack: GoroutineStack;
}

/** The trace of one process, read as far as it was written at the last {@link poll}. */
export class Follower {
  readonly window = new FunctionWindow();
  info: ProcessInfo;
  /** Nanoseconds since the start of the process up to which its calls are known. */
  now = 0;
  /** What cannot be read: from there on, the calls of a goroutine or of the process are missing. */
  problem: string | undefined;
  /** Whether the process has been told to record nothing. */
  isPaused = false;
  /** Where goroutines wait, if that is known: see {@link chargeWaits}. */
  waits: Waits | undefined;
  private chunks: ChunkFinder;
  private readonly slots = new Map<number, Slot>();
  private readonly buffer = new ChunkBuffer();
  private decoder: RecordDecoder;
  private slope: number;
  private names: ReadonlyMap<number, Definition> = new Map();
  /** Whether they have been read since the last poll: ids beyond a limit never get names. */
  private hasReadNames = false;
  private defsHead = 0;
  private latest = 0;

  /**
   * @param source the trace of one process
   * @throws UserError if it is not a trace of a supported version
   */
  constructor(private readonly source: ByteSource) {
    const header = readHeader(readBytes(source, 0, HEADER_SIZE), 0);
    const clock = headerClock(header);
    this.slope = clock.slope;
    this.decoder = decoderOf(clock);
    this.info = processInfo(header, clock);
    this.chunks = new GrowingChunks(source);
  }

  /** The stacks of all goroutines that have open calls. */
  *stacks(): Generator<GoroutineStack> {
    for (const { stack } of this.slots.values()) if (stack.depth > 0) yield stack;
  }

  /** Bytes that the process has written, and those of them that were read. */
  get written(): number {
    return this.chunks.passed;
  }

  nameOf(id: number): string {
    if (!this.names.has(id) && !this.hasReadNames) {
      this.names = readDefinitions(this.source, this.chunks.definitions, this.defsHead);
      this.hasReadNames = true;
    }
    return this.names.get(id)?.name ?? `function ${id}`;
  }

  /**
   * Reads what is new, and ends the present window.
   * @param clock the time on the monotonic clock of the system, nanoseconds; undefined if the process has ended
   */
  poll(clock: bigint | undefined): void {
    const header = readHeader(readBytes(this.source, 0, HEADER_SIZE), 0);
    const ticks = headerClock(header);
    if (ticks.slope !== this.slope) this.decoder = decoderOf(ticks);
    this.slope = ticks.slope;
    this.info = processInfo(header, ticks, clock);
    this.defsHead = Number(header.numbers.defsHead);
    this.hasReadNames = false;
    const control = readControl(this.source, Number(header.numbers.control));
    this.isPaused = control !== undefined && control.numbers.gate !== GATES.open;
    const isRing = control !== undefined && control.mode !== "plain";
    if (isRing && !(this.chunks instanceof RingChunks)) this.chunks = new RingChunks(this.source);
    if (this.chunks instanceof GrowingChunks) this.chunks.hasHoles = isGivenBack({ control });
    const hasEnded = clock === undefined;
    try {
      this.chunks.poll(Number(header.numbers.used), hasEnded, (number, chunk) => this.slotOf(number).reader.add(chunk));
    } catch (error) {
      this.problem ??= (error as RangeError).message;
    }
    for (const slot of this.slots.values()) this.read(slot);
    this.now = Math.max(this.now, this.info.now ?? this.info.end ?? this.latest);
    for (const stack of this.stacks()) this.window.pass(stack, this.now);
  }

  /**
   * Charges waits to the calls that were open meanwhile, after a poll.
   * @param until up to when waits are known, nanoseconds since the start of the process
   */
  chargeWaits(waits: Iterable<Wait>, until: number): void {
    this.waits?.charge(waits, this.stacks(), until);
  }

  /** Keeps from now on what {@link chargeWaits} needs. */
  expectWaits(): void {
    this.waits ??= new Waits(this.now);
  }

  private slotOf(number: number): Slot {
    let slot = this.slots.get(number);
    if (slot === undefined) {
      slot = { reader: new SlotReader(), stack: new GoroutineStack() };
      this.slots.set(number, slot);
    }
    return slot;
  }

  private read({ reader, stack }: Slot): void {
    const { decoder, window, waits } = this;
    if (reader.broken !== undefined) return;
    const { missed } = reader;
    reader.read(this.source, this.buffer, decoder, (count) => {
      const { kind, id, time } = decoder;
      window.events += count;
      for (let i = 0; i < count; i++) {
        const what = kind[i];
        waits?.pass(stack, time[i]);
        stack.latest = time[i];
        if (isEnter(what)) stack.push(id[i], time[i]);
        else if (what !== Kind.spawn && stack.depth > 0) window.end(stack, time[i], what === Kind.exitPanic);
      }
      if (count > 0 && time[count - 1] > this.latest) this.latest = time[count - 1];
      if (decoder.status === Status.begin) {
        // The goroutine before it is gone: what it had open never returned.
        stack.depth = 0;
        stack.goid = decoder.begin.goid;
        stack.latest = decoder.begin.time;
      }
    });
    window.missed += reader.missed - missed;
    if (reader.broken !== undefined) this.problem ??= `not a valid record at offset ${reader.broken}`;
  }
}

/** Until the process has written a clock pair, in its first moments, ticks count as nanoseconds. */
function decoderOf(clock: ReturnType<typeof headerClock>): RecordDecoder {
  return new RecordDecoder(Number.isNaN(clock.slope) ? { ...clock, slope: 1 } : clock);
}
