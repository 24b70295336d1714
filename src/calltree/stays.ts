/** What the goroutines of a process did from when to when, one stay in a state after another. */

/** The stays of all goroutines of a process. */
export interface Stays {
  /** The ids of all goroutines, also of those that are only named as wakers. */
  readonly goroutines: Float64Array;
  /** All words that a cursor has for `reason`, and for `place` and `wakerPlace`. */
  readonly reasons: readonly string[];
  readonly places: readonly string[];
  /** The function that a goroutine started with; "" if unknown. */
  startOf(goid: number): string;
  /** How long the runtime had stopped the world between two times. */
  stoppedWithin(from: number, to: number): number;
  /** Reads the stays of one goroutine after another. */
  cursor(): StayCursor;
}

/** The reason of a goroutine's first stay, in which it waits for a processor. */
export const CREATED = "created";

/** What the clocks of call trace and execution trace differ by at most, nanoseconds. */
export const CLOCK_ERROR = 1000;

/** Stands at a stay of a goroutine, or at none. Times are nanoseconds since the start of the process. */
export interface StayCursor {
  /** Goes to the first stay of a goroutine that ends after a time. @returns whether there is one */
  seek(goid: number, time: number): boolean;
  /** Goes to the next stay of the goroutine. @returns whether there is one */
  next(): boolean;
  readonly begin: number;
  readonly end: number;
  /** Index into STATES. */
  readonly state: number;
  /**
   * Why the goroutine waits, in the words of the Go runtime; for one that is ready to run the reason of the wait before,
   * or `created`, `preempted`, `syscall`; "" if it does not wait, or the trace does not say.
   */
  readonly reason: string;
  /** The goroutine that ended the wait, or made it ready; -1 for a timer, the network or the goroutine itself. */
  readonly waker: number;
  /** The user's function in which it waits or goes on; "" if unknown. */
  readonly place: string;
  /** The user's function in which the waker was; "" if unknown. */
  readonly wakerPlace: string;
}

/** A task of `runtime/trace`. Times are nanoseconds since the start of the process. */
export interface UserTask {
  /** Its type, as given to `NewTask`. */
  readonly name: string;
  /** The goroutine that began it. */
  readonly goid: number;
  readonly begin: number;
  /** When it ended; the end of the trace if it did not. */
  readonly end: number;
  readonly isEnded: boolean;
}
