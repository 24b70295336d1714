/** The states of goroutines as slices of a time line, with arrows from the goroutine that ended a wait. */
import { CREATED, State, type StayCursor, type Stays, type Window } from "../calltree/index.js";
import type { StateLengths } from "./event-budget.js";

/** A goroutine made another one ready to run. Times are nanoseconds since the start of the process. */
export interface Wake {
  /** The goroutine that did so, and the one that became ready. */
  readonly waker: number;
  readonly woken: number;
  readonly time: number;
}

/** Receives the states of one goroutine in order of time. */
export interface StateSink {
  /**
   * A stay in a state; the cursor stands at it.
   *
   * @param begin clipped to the time that is shown, as `end`
   * @param wake why it begins: an arrow leads to it
   */
  stay(cursor: StayCursor, begin: number, end: number, wake: Wake | undefined): void;
  /** A wait ends with a wake, and what follows it is not shown. */
  woken(wake: Wake): void;
}

/** What of the states to show. */
export interface StateChoice {
  /** Indices into STATES. */
  readonly states: readonly number[];
  /** The time to show of a process. */
  readonly window: (process: number) => Window;
  /** Also arrows from the goroutine that started another one; go statements of traced calls have them already. */
  readonly starts: boolean;
}

/** Reads the states of goroutines. */
export class StateSlices {
  private readonly shown: ReadonlySet<number>;
  private readonly cursors = new Map<Stays, StayCursor>();

  /** @param staysOf the stays of a process; undefined if they are not known */
  constructor(
    private readonly staysOf: (process: number) => Stays | undefined,
    private readonly choice: StateChoice,
  ) {
    this.shown = new Set(choice.states);
  }

  /** Whether anything is known of a process. */
  has(process: number): boolean {
    return this.staysOf(process) !== undefined;
  }

  /** Whether there is anything to tell of a goroutine. */
  isShown(process: number, goid: number): boolean {
    let isShown = false;
    this.each(process, goid, () => {
      isShown = true;
    });
    return isShown;
  }

  /** Whether stays in a state are shown. */
  shows(state: number): boolean {
    return this.shown.has(state);
  }

  /** Stands at the first stay of a goroutine that ends after a time; valid until the next goroutine is asked for. */
  seek(process: number, goid: number, time: number): StayCursor | undefined {
    const stays = this.staysOf(process);
    const cursor = stays && this.cursorOf(stays);
    return cursor?.seek(goid, time) ? cursor : undefined;
  }

  /** The lengths of what {@link write} tells of a goroutine. */
  readonly lengths: StateLengths = ({ process, goid }, record) => {
    this.each(process, goid, (_cursor, begin, end) => record(Math.round(end - begin)));
  };

  /** Tells the stays of a goroutine that are not shorter than `minimum`, in nanoseconds. */
  write(process: number, goid: number, minimum: number, sink: StateSink): void {
    let wake: Wake | undefined;
    this.each(process, goid, (cursor, begin, end) => {
      const { state, waker } = cursor;
      const isShort = Math.round(end - begin) < minimum;
      if (wake !== undefined && (isShort || state !== State.runnable || begin !== wake.time)) sink.woken(wake);
      wake = undefined;
      if (isShort) return;
      const isWoken = waker >= 0 && waker !== goid;
      if (state === State.runnable) {
        const draws = isWoken && begin === cursor.begin && (this.choice.starts || cursor.reason !== CREATED);
        sink.stay(cursor, begin, end, draws ? { waker, woken: goid, time: begin } : undefined);
      } else {
        sink.stay(cursor, begin, end, undefined);
        if (isWoken && end === cursor.end) wake = { waker, woken: goid, time: end };
      }
    });
    if (wake !== undefined) sink.woken(wake);
  }

  private each(process: number, goid: number, visit: (cursor: StayCursor, begin: number, end: number) => void): void {
    const stays = this.staysOf(process);
    if (stays === undefined) return;
    const { from = 0, to = Number.POSITIVE_INFINITY } = this.choice.window(process);
    const cursor = this.cursorOf(stays);
    for (let known = cursor.seek(goid, from); known && cursor.begin < to; known = cursor.next()) {
      if (this.shown.has(cursor.state)) visit(cursor, Math.max(cursor.begin, from), Math.min(cursor.end, to));
    }
  }

  private cursorOf(stays: Stays): StayCursor {
    const known = this.cursors.get(stays) ?? stays.cursor();
    this.cursors.set(stays, known);
    return known;
  }
}
