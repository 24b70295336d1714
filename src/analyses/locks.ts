/**
 * Recognizes waits for a lock. The runtime gives all waits of package sync the reason "sync", also those of a
 * WaitGroup; the stacks of waiter and waker tell them apart.
 */
import type { StackTable } from "../exectrace/index.js";
import { Activity, type Interval } from "./interval.js";

const WAITING = /^((internal\/)?sync\.\(\*(RW)?Mutex\)\.|internal\/poll\.\(\*fdMutex\)\.)/;
const RELEASING =
  /^((internal\/)?sync\.\(\*(RW)?Mutex\)\.(RUnlock|Unlock|rUnlockSlow|unlockSlow)|internal\/poll\.\(\*fdMutex\)\.)/;
/** Number of leaf frames to search: the runtime and linkname'd helpers are below the method. */
const DEPTH = 8;

/** Recognizes stacks; each is searched once. */
export class Locks {
  private readonly waiting = new Map<number, boolean>();
  private readonly releasing = new Map<number, boolean>();

  constructor(private readonly stacks: StackTable) {}

  /**
   * Whether an interval is a wait for a lock. One that began before the trace has no reason and may have no stack; then
   * the waker's stack decides.
   */
  isLockWait(i: Interval): boolean {
    if (i.activity !== Activity.Waiting || (i.reason !== "sync" && !i.cutBegin)) return false;
    return i.stack !== 0 ? this.isWait(i.stack) : this.isRelease(i.wakerStack);
  }

  /** Whether a stack is waiting for a Mutex, an RWMutex, or the lock of a file. */
  isWait(stack: number): boolean {
    return this.matches(stack, WAITING, this.waiting);
  }

  /** Whether a stack that woke another goroutine was releasing a lock. */
  isRelease(stack: number): boolean {
    return this.matches(stack, RELEASING, this.releasing);
  }

  private matches(stack: number, pattern: RegExp, known: Map<number, boolean>): boolean {
    if (stack === 0) return false;
    let answer = known.get(stack);
    if (answer === undefined) {
      answer = this.stacks
        .frames(stack)
        .slice(0, DEPTH)
        .some((frame) => pattern.test(frame.function));
      known.set(stack, answer);
    }
    return answer;
  }
}
