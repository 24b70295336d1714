/**
 * Processes that are followed: their calls are counted while they write their traces. What is counted can be sent from one
 * thread to another, and a report takes it in place of reading the trace.
 */
import { type ByteSource, isGivenBack, type ProcessTrace } from "../calltrace/index.js";
import type { NamedRoot } from "./replay/core-roots.js";
import { type Counted, type Counts, completed } from "./replay/count.js";
import { LiveReplay } from "./replay/live.js";
import { NO_NODE } from "./replay/nodes.js";
import { buffersIn, buffersOfCounts, fromPlain, type PlainCounts, toPlain } from "./replay/plain-counts.js";
import { encodeTree } from "./stored-tree.js";
import { type SpaceOptions, TraceSpace } from "./trace-space.js";

/** What was counted of a process, as plain objects. */
export interface FollowedProcess {
  /** Of its chunks: their number and that of slots, and by chunk the bytes that have records. */
  readonly chunks: { readonly count: number; readonly slots: number; readonly filled: Uint32Array };
  /** Whether it is what the finished trace has, and not a guess in parts because that was not to be read again. */
  readonly isExact: boolean;
  /** Undefined once it is taken: walks over the calls count in the same columns. */
  counted: (PlainCounts & Omit<Counted, keyof Counts>) | undefined;
}

/** Between two glances at the space that a trace takes, nanoseconds. */
const GLANCES = 20_000_000n;

export interface FollowOptions {
  /** Of calls, by function; and requests. */
  readonly collectsDurations?: boolean;
  /** Functions whose calls are these; by default, calls on goroutines that untraced code started. */
  readonly requestRoot?: NamedRoot;
  /** That the trace may take, for processes whose calls nobody will walk: what was read is given back then. */
  readonly space?: SpaceOptions;
}

/** Follows a process. */
export class ProcessFollower {
  private readonly live: LiveReplay;
  private readonly space: TraceSpace | undefined;
  private glanced = 0n;

  /**
   * @param source its trace
   * @param now the runtime's clock, nanoseconds
   * @throws UserError if it is not a trace of a supported version
   */
  constructor(
    source: ByteSource,
    private readonly now: () => bigint,
    { collectsDurations = false, requestRoot, space }: FollowOptions = {},
  ) {
    this.live = new LiveReplay(source, now, collectsDurations, requestRoot);
    this.space = space && new TraceSpace(source, this.live, space, now);
  }

  /** Reads what is new. @throws NotFollowed where the trace has to be read from its beginning when it is finished */
  poll(): void {
    const { live, space } = this;
    live.poll(space && (() => this.glance(space)));
    space?.settle();
  }

  private glance(space: TraceSpace): void {
    const now = this.now();
    if (now - this.glanced < GLANCES) return;
    this.glanced = now;
    space.glance();
  }

  /** Whether a part of the trace has been given back. */
  get hasGiven(): boolean {
    return this.space?.hasGiven ?? false;
  }

  /** Bytes of the trace that are read, about. */
  get replayed(): number {
    return this.live.replayed;
  }

  /** Reads the rest of the trace of a process that has ended. @throws NotFollowed */
  finish(): FollowedProcess {
    const { live } = this;
    const { builder, prescan } = live.finish();
    const { chunks } = live.process;
    const counted = completed(live.process, prescan, builder);
    const guesses = live.guesses === 0 ? {} : { guesses: live.guesses };
    return {
      chunks: { count: chunks.count, slots: chunks.slots, filled: chunks.filled.slice(0, chunks.count) },
      isExact:
        !live.forgets || (live.guesses === 0 && prescan.problem === undefined && counted.nodes.others === NO_NODE),
      counted: { ...counted, ...guesses, ...toPlain(counted) },
    };
  }
}

/** All memory that can move to another thread. */
export function buffersOf({ chunks, counted }: FollowedProcess): ArrayBuffer[] {
  return [...buffersIn(chunks), ...(counted === undefined ? [] : buffersOfCounts(counted))];
}

/**
 * Takes what a followed process has counted, for its finished trace.
 * @returns undefined if it was taken already, or the trace is not the one that was followed, or is damaged
 */
export function fromFollowed(process: ProcessTrace, followed: FollowedProcess | undefined): Counted | undefined {
  if (followed?.counted === undefined || process.base !== 0 || process.problem !== undefined) return undefined;
  const { chunks } = process;
  const { count, slots, filled } = followed.chunks;
  if (!isGivenBack(process)) {
    if (!followed.isExact || count !== chunks.count || slots !== chunks.slots) return undefined;
    chunks.filled.set(filled);
  }
  const counted = revived(followed.counted);
  followed.counted = undefined;
  return counted;
}

/** What was counted, as bytes that a trace keeps, see stored-tree.ts; undefined if it was taken. */
export function followedTree({ counted }: FollowedProcess): Uint8Array[] | undefined {
  return counted && encodeTree(revived(counted));
}

function revived(counted: NonNullable<FollowedProcess["counted"]>): Counted {
  return { ...counted, ...fromPlain(counted) };
}
