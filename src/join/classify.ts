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
    "chan receive": "channel",
    // A nil channel, or a select without cases.
    forever: "channel",
    sleep: "sleep",
    // Stopped so that the collector can scan its stack.
    preempted: "gc",
  } as const),
);

/** Frames that package sync and the runtime put above the user's. */
const INNER = /^(runtime|sync|internal\/sync|internal\/poll)\./;
const WAITING = /^sync\.\(\*(WaitGroup|Once|Cond)\)\./;
const LOCKING = /^(sync|internal\/sync|internal\/poll)\./;

/** Classifies intervals; looks at each stack once. */
export class Classifier {
  /** By stack of a wait of package sync. */
  private readonly sync = new Map<number, number>();

  constructor(private readonly stacks: StackTable) {}

  /** The state, an index into STATES. A running goroutine that marks for the collector counts as running here. */
  stateOf({ activity, reason, stack }: Interval): number {
    if (activity === Activity.Running) return State.running;
    if (activity === Activity.Runnable) return State.runnable;
    if (activity === Activity.Syscall) return State.syscall;
    if (reason === "sync") return this.ofSync(stack);
    const known = BY_REASON.get(reason);
    if (known !== undefined) return State[known];
    return reason.includes("GC") ? State.gc : State.other;
  }

  /** All waits of package sync have the same reason; the frames above the user's tell them apart. */
  private ofSync(stack: number): number {
    let state = this.sync.get(stack);
    if (state === undefined) {
      const frames = this.stacks.frames(stack);
      const user = frames.findIndex((frame) => !INNER.test(frame.function));
      const inner = user < 0 ? frames : frames.slice(0, user);
      const has = (pattern: RegExp) => inner.some((frame) => pattern.test(frame.function));
      // The runtime's own semaphores, such as the one that runtime.GC takes, are neither.
      state = has(WAITING) ? State.wait : inner.length === 0 || has(LOCKING) ? State.lock : State.other;
      this.sync.set(stack, state);
    }
    return state;
  }
}
