/** Replays a share of a trace: the slots that one of several threads replays. */

import { TreeBuilder } from "../replay/builder.js";
import { CoreStacks } from "../replay/core-stacks.js";
import { type Counts, countsOf, hasMainEnded } from "../replay/count.js";
import { ParentQueries } from "../replay/queries.js";
import type { Replayable } from "../replay/reach.js";
import { Board } from "./board.js";
import { Messages } from "./messages.js";
import type { SharedTrace } from "./shared-trace.js";

export class Share {
  readonly builder: TreeBuilder;
  readonly board: Board;
  private readonly messages: Messages;
  private readonly stacks: CoreStacks;
  private readonly chunks: Generator<number>;
  private hasRead = false;
  /** Nothing is left to replay, in any share. */
  isFinished = false;

  /** @param own number of the share */
  constructor(
    trace: SharedTrace,
    private readonly process: Pick<Replayable, "definitions" | "source">,
    private readonly own: number,
    private readonly progress: (bytes: number) => void = () => undefined,
    log?: number,
  ) {
    const { shares, options, memory } = trace;
    this.board = new Board(shares, own, memory, log);
    this.messages = new Messages(trace, own, this.board);
    const queries = ParentQueries.from(trace.queries);
    this.builder = new TreeBuilder({ ...trace, ...process }, { queries }, options, undefined, undefined, this.messages);
    const { stacks } = this.builder;
    if (!(stacks instanceof CoreStacks)) throw new TypeError("shares are replayed by the core");
    this.stacks = stacks;
    this.messages.builder = this.builder;
    this.messages.core = stacks.core;
    this.chunks = this.builder.chunkwise();
  }

  /** Replays all of the share. @returns false if a share gave up */
  replay(): boolean {
    const { board } = this;
    while (!this.isFinished && !board.hasFailed) {
      const since = board.activity;
      if (this.poll()) continue;
      board.waitUntil(() => board.activity !== since || board.isQuiet(since));
    }
    return !board.hasFailed;
  }

  /** Replays the next chunk, or does what else there is to do. @returns false if there is nothing until other shares act */
  poll(): boolean {
    const { board, builder } = this;
    const since = board.activity;
    const hasAdvanced = !this.hasRead && this.advance();
    const hasMoved = this.messages.exchange();
    builder.settle();
    if (hasAdvanced || hasMoved) return true;
    const first = builder.parkedSlots.first();
    board.rest(since, { begin: first?.parked.begin.time ?? Number.POSITIVE_INFINITY, slot: first?.slot ?? -1 });
    if (!board.isQuiet(since)) return false;
    const turn = board.longestWaiting();
    if (turn === undefined) this.isFinished = true;
    else if (turn === this.own) {
      board.act();
      builder.resumeEarliest();
      return true;
    }
    return false;
  }

  private advance(): boolean {
    const { done, value } = this.chunks.next();
    if (done) this.hasRead = true;
    else this.progress(value);
    return !done;
  }

  /** When its last event was, and whether main.main has ended, if it was called here. */
  end(): { readonly last: number; readonly isMainDone: boolean | undefined } {
    return { last: this.builder.last(), isMainDone: hasMainEnded(this.process, this.stacks) };
  }

  /** Ends the calls that are still open. */
  close(end: number): Counts {
    this.builder.close(end);
    return countsOf(this.builder);
  }
}
