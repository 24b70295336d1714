/** Counts the calls of a large trace with several threads. Its tree is that of a single one. */
import type { ByteSource, Definition, ProcessTrace } from "../../calltrace/index.js";
import { type Counted, countedOf, endOf } from "../replay/count.js";
import { PATH_LIMIT } from "../replay/nodes.js";
import { buffersOfCounts, fromPlain, type PlainCounts, toPlain } from "../replay/plain-counts.js";
import type { Prescan } from "../replay/prescan.js";
import type { ReplayOptions } from "../replay/stacks-for.js";
import { boardMemory } from "./board.js";
import { type Dealt, deal } from "./deal.js";
import { addShare } from "./merge.js";
import { Share } from "./share.js";
import type { SharedTrace } from "./shared-trace.js";

/** How to count the calls of a process. */
export interface CountOptions extends ReplayOptions {
  readonly threads?: Threads | undefined;
}

/** Bytes from which on other threads are started: with fewer, starting one takes as long as it saves. */
const LARGE = 128 << 20;

/** A share for another thread. */
export interface ShareTask {
  readonly trace: SharedTrace;
  readonly own: number;
  readonly file: NonNullable<ByteSource["file"]>;
  /** Bytes of the trace. */
  readonly size: number;
  readonly definitions: readonly Definition[];
}

/** What a thread says once all is replayed. */
interface ShareEnd {
  /** When its last event was. */
  readonly last: number;
  readonly isMainDone: boolean | undefined;
}

/** What the other thread is to be told: its share, and then when the calls end that are still open. */
export type ToShare = ShareTask | { readonly end: number };
export type FromShare = ShareEnd | PlainCounts;

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
  /** Starts a thread that waits for a {@link ShareTask} and calls {@link replayShare}. */
  start(): Line<ToShare, FromShare> & { close(): void };
}

/** The threads that count a process together. */
export class SharedCount {
  private readonly lines: readonly ReturnType<Threads["start"]>[];

  /** Undefined if threads would not help, or a share cannot be counted on its own. */
  static begin(process: ProcessTrace, { threads, ...options }: CountOptions): SharedCount | undefined {
    const { file } = process.source;
    if (threads === undefined || file === undefined || process.length < (threads.from ?? LARGE)) return undefined;
    if (options.noMerge || options.isPlain || options.family !== undefined) return undefined;
    if (process.reach !== undefined || process.chunks.ring !== undefined) return undefined;
    const dealt = deal(process.chunks, threads.most);
    return dealt && new SharedCount(process, options, dealt, file, threads);
  }

  private constructor(
    private readonly process: ProcessTrace,
    private readonly options: ReplayOptions,
    private readonly dealt: Dealt,
    private readonly file: ShareTask["file"],
    threads: Threads,
  ) {
    this.lines = Array.from({ length: dealt.shares - 1 }, () => threads.start());
  }

  /** @returns undefined if the trace has to be read by one thread */
  count(facts: Prescan, progress: (bytes: number) => void): Counted | undefined {
    const { process, options, lines, file } = this;
    // Which one of two goroutines with the same id is meant depends on the order.
    if (facts.begun.size !== facts.goroutines) return undefined;
    const { chunks, clock, definitions, source } = process;
    const { owners, shares } = this.dealt;
    // Which paths are beyond the limit depends on the order.
    const most = options.pathLimit ?? PATH_LIMIT;
    const memory = boardMemory(shares);
    // Taking queries changes them, and if the shares give up, they are needed again.
    const queries = structuredClone({ ...facts.queries });
    const trace = { chunks, clock, queries, options, owners, shares, most, memory };
    const task = { trace, file, size: source.size, definitions: [...definitions.values()] };
    for (const [index, line] of lines.entries()) line.send({ ...task, own: index + 1 });
    const share = new Share(trace, process, 0, progress);
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

/** Replays a share in another thread. @param open opens what is read */
export function replayShare(line: Line<FromShare, ToShare>, task: ShareTask, source: ByteSource): void {
  const definitions = new Map(task.definitions.map((definition) => [definition.id, definition]));
  const share = new Share(task.trace, { definitions, source }, task.own);
  try {
    if (!share.replay()) return;
    line.send(share.end());
    share.board.changed();
    const message = share.board.receive(line);
    if (message === undefined || !("end" in message)) return;
    const counts = toPlain(share.close(message.end));
    line.send(counts, buffersOfCounts(counts));
    share.board.changed();
  } catch (error) {
    // The trace is still there to be read by one thread.
    share.board.fail();
    throw error;
  }
}
