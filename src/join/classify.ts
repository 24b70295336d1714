/** Which state an interval of a goroutine counts as. */
import { Activity, type Interval } from "../analyses/index.js";
import { State, type StateName } from "../calltree/index.js";
import type { StackTable } from "../exectrace/index.js";

/** By the reason that the Go runtime gives for a wait (traceBlockReasonStrings and waitReasonStrings in package runtime). */
const BY_REASON: ReadonlyMap<string, StateName> = new Map(
  Object.entries({
    network: "network",
    select: "select",
    "sync.(*Cond).Wait": "wait",
    "chan send": "channel",
    // A nil channel, or a select without cases.
    forever: "channel",
    sleep: "sleep",
    // Stopped so that the collector can scan its stack.
    preempted: "gc",
  } as const),
);

/** Frames that package sync and the runtime put above the user's. */
export const INNER = /^(runtime|sync|internal\/sync|internal\/poll)\./;
const WAITING = /^sync\.\(\*(WaitGroup|Once|Cond)\)\./;
const LOCKING = /^(sync|internal\/sync|internal\/poll)\./;

/** A goroutine that starts, ends or requests a collection waits on semaphores and channels of the runtime. */
const COLLECTING = /^runtime\.(GC$|gc[A-Z])/;

/** Classifies intervals; looks at each stack once. */
export class Classifier {
  /** By stack of a wait of package sync, and of one for a channel. */
  private readonly sync = new Map<number, number>();
  private readonly received = new Map<number, number>();

  constructor(private readonly stacks: Pick<StackTable, "frames">) {}

  /** The state, an index into STATES. A running goroutine that marks for the collector counts as running here. */
  stateOf({ activity, reason, stack }: Pick<Interval, "activity" | "reason" | "stack">): number {
    if (activity === Activity.Running) return State.running;
    if (activity === Activity.Runnable) return State.runnable;
    if (activity === Activity.Syscall) return State.syscall;
    if (reason === "sync") return this.cached(this.sync, stack, ofSync);
    if (reason === "chan receive") return this.cached(this.received, stack, ofReceive);
    const known = BY_REASON.get(reason);
    if (known !== undefined) return State[known];
    return reason.includes("GC") ? State.gc : State.other;
  }

  private cached(known: Map<number, number>, stack: number, of: (inner: readonly string[]) => number): number {
    let state = known.get(stack);
    if (state === undefined) {
      const names = this.stacks.frames(stack).map((frame) => frame.function);
      const user = names.findIndex((name) => !INNER.test(name));
      state = of(user < 0 ? names : names.slice(0, user));
      known.set(stack, state);
    }
    return state;
  }
}

/** All waits of package sync have the same reason; the frames above the user's tell them apart. */
function ofSync(inner: readonly string[]): number {
  const has = (pattern: RegExp) => inner.some((name) => pattern.test(name));
  if (has(COLLECTING)) return State.gc;
  if (has(WAITING)) return State.wait;
  // The runtime's other semaphores, such as that of who may stop the world, are neither.
  return inner.length === 0 || has(LOCKING) ? State.lock : State.other;
}

function ofReceive(inner: readonly string[]): number {
  return inner.some((name) => COLLECTING.test(name)) ? State.gc : State.channel;
}
