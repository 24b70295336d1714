/** Counts the calls of a large trace with several threads. Its tree is that of a single one. */
import type { ByteSource, Definition, ProcessTrace } from "../../calltrace/index.js";
import { type Counted, countedOf, endOf } from "../replay/count.js";
import { PATH_LIMIT } from "../replay/nodes.js";
import { buffersOfCounts, fromPlain, type PlainCounts, toPlain } from "../replay/plain-counts.js";
import type { Prescan } from "../replay/prescan.js";
import type { ReplayOptions } from "../replay/stacks-for.js";
import { Board, boardMemory } from "./board.js";
import { type Dealt, deal } from "./deal.js";
import { addShare } from "./merge.js";
import { joinSlots, type ScannedSlots, scanSlots } from "./prescan-slots.js";
import { Share } from "./share.js";
import type { SharedTrace } from "./shared-trace.js";

/** How to count the calls of a process. */
export interface CountOptions extends ReplayOptions {
  readonly threads?: Threads | undefined;
}

/** Bytes from which on other threads are started: with fewer, starting one takes as long as it saves. */
const LARGE = 128 << 20;

/** What another thread does first: it prescans slots. */
export interface ScanTask extends Pick<ProcessTrace, "chunks" | "clock"> {
  /** Number of its share, and of all. */
  readonly own: number;
  readonly shares: number;
  /** Slots, of which each thread takes some. */
  readonly slots: Int32Array;
  readonly memory: SharedArrayBuffer;
  readonly file: NonNullable<ByteSource["file"]>;
  /** Bytes of the trace. */
  readonly size: number;
}

/** A share for another thread. */
interface ShareTask {
  readonly trace: SharedTrace;
  readonly definitions: readonly Definition[];
}

/** What a thread says once all is replayed. */
interface ShareEnd {
  /** When its last event was. */
  readonly last: number;
  readonly isMainDone: boolean | undefined;
}

/** What the other thread is told, in this order; the last is when the calls end that are still open. */
export type ToShare = ScanTask | ShareTask | { readonly end: number };
/** What it answers. */
export type FromShare = { readonly scanned: ScannedSlots | undefined } | ShareEnd | PlainCounts;

/** A way to another thread. Messages are there as soon as they are sent; none of the threads has to look out for events. */
export interface Line<Out, In> {
  send(message: Out, transfer?: readonly ArrayBuffer[]): void;
  /** The next message, if there is one. */
  receive(): In | undefined;
}

/** Starts threads. */
export interface Threads {
  /** How many may work, this one among them. */
  readonly most: number;
  /** The bytes of a trace from which on they are of use; by default {@link LARGE}. */
  readonly from?: number;
  /** Starts a thread that waits for a {@link ScanTask} and calls {@link replayShare}. @throws if that is not possible */
  start(): Line<ToShare, FromShare> & { close(): void };
}

/** The threads that count a process together. */
export class SharedCount {
  /** Undefined if threads would not help, or a share cannot be counted on its own. */
  static begin(process: ProcessTrace, { threads, ...options }: CountOptions): SharedCount | undefined {
    const { file } = process.source;
    if (threads === undefined || file === undefined || process.length < (threads.from ?? LARGE)) return undefined;
    if (options.noMerge || options.isPlain || options.family !== undefined) return undefined;
    if (process.reach !== undefined || process.chunks.ring !== undefined) return undefined;
    const dealt = deal(process.chunks, threads.most);
    if (dealt === undefined) return undefined;
    const lines: ReturnType<Threads["start"]>[] = [];
    try {
      while (lines.length < dealt.shares - 1) lines.push(threads.start());
    } catch {
      for (const line of lines) line.close();
      return undefined;
    }
    return new SharedCount(process, options, dealt, file, lines);
  }

  private readonly memory: SharedArrayBuffer;
  /** The slots to prescan. */
  private readonly slots: Int32Array;

  private constructor(
    private readonly process: ProcessTrace,
    private readonly options: ReplayOptions,
    private readonly dealt: Dealt,
    file: ScanTask["file"],
    private readonly lines: readonly ReturnType<Threads["start"]>[],
  ) {
    const { shares } = dealt;
    const { chunks, clock, source, cut } = process;
    this.memory = boardMemory(shares);
    // The last record of a trace that was cut off may be damaged.
    this.slots = cut ? new Int32Array(0) : dealt.bySize;
    const { memory, slots } = this;
    const task = { chunks, clock, shares, slots, memory, file, size: source.size };
    for (const [index, line] of lines.entries()) line.send({ ...task, own: index + 1 });
  }

  /** The prescan. @returns undefined if one thread has to do it */
  prescan(progress: (bytes: number) => void): Prescan | undefined {
    const { process, lines, slots, memory, dealt } = this;
    const board = new Board(dealt.shares, 0, memory);
    const { length, chunks } = process;
    const parts = [scanOf(process, slots, board, (done) => progress((length * done) / chunks.count))];
    for (const [index, line] of lines.entries()) {
      const other = board.receive(line) as Extract<FromShare, { scanned: unknown }> | undefined;
      // A thread that does not begin has taken no slot.
      if (other !== undefined || board.hasBegun(index + 1)) parts.push(other?.scanned);
    }
    return slots.length === 0 ? undefined : joinSlots(process, parts);
  }

  /** Counts, after {@link prescan}. @returns undefined if the trace has to be read by one thread */
  count(facts: Prescan, progress: (bytes: number) => void): Counted | undefined {
    const { process, options, lines, memory } = this;
    // Which one of two goroutines with the same id is meant depends on the order.
    if (facts.begun.size !== facts.goroutines) return undefined;
    const { chunks, clock, definitions } = process;
    const { owners, shares } = this.dealt;
    // Which paths are beyond the limit depends on the order.
    const most = options.pathLimit ?? PATH_LIMIT;
    // Taking queries changes them, and if the shares give up, they are needed again.
    const queries = structuredClone({ ...facts.queries });
    const trace = { chunks, clock, queries, options, owners, shares, most, memory };
    for (const line of lines) line.send({ trace, definitions: [...definitions.values()] });
    const share = new Share(trace, process, 0, progress);
    share.board.changed();
    if (!share.replay()) return undefined;
    const ends = [share.end(), ...lines.map((line) => share.board.receive(line) as ShareEnd | undefined)];
    const last = ends.reduce((last, end) => Math.max(last, end?.last ?? 0), 0);
    const main = ends.map((end) => end?.isMainDone);
    const end = endOf(process, last, main.includes(true) && !main.includes(false));
    for (const line of lines) line.send(end);
    share.board.changed();
    let counts = share.close(end.end);
    for (const line of lines) {
      const message = share.board.receive(line);
      if (message === undefined) return undefined;
      counts = addShare(counts, fromPlain(message as PlainCounts));
    }
    return countedOf(counts, facts, end);
  }

  close(): void {
    for (const line of this.lines) line.close();
  }
}

/** Prescans the slots that other threads have not taken. @param passed called with the number of chunks done by all threads */
function scanOf(
  process: Parameters<typeof scanSlots>[0],
  slots: Int32Array,
  board: Board,
  passed: (chunks: number) => void,
): ScannedSlots | undefined {
  return scanSlots(
    process,
    () => slots[board.take()] ?? -1,
    () => passed(board.tick()),
  );
}

/** Does its part in another thread: prescans slots, and replays a share. */
export function replayShare(line: Line<FromShare, ToShare>, scan: ScanTask, source: ByteSource): void {
  const { own, shares, memory, slots } = scan;
  const board = new Board(shares, own, memory);
  try {
    line.send({ scanned: scanOf({ ...scan, source }, slots, board, () => undefined) });
    board.changed();
    const task = board.receive(line);
    if (task === undefined || !("trace" in task)) return;
    const definitions = new Map(task.definitions.map((definition) => [definition.id, definition]));
    const share = new Share(task.trace, { definitions, source }, own);
    if (!share.replay()) return;
    line.send(share.end());
    board.changed();
    const message = board.receive(line);
    if (message === undefined || !("end" in message)) return;
    const counts = toPlain(share.close(message.end));
    line.send(counts, buffersOfCounts(counts));
    board.changed();
  } catch (error) {
    // The trace is still there to be read by one thread.
    board.fail();
    throw error;
  }
}
