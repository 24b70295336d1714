/** Which calls of a process count; all are replayed. Times are nanoseconds since the start of the process. */
import { isEnter, Kind } from "../../calltrace/index.js";

export interface Scope {
  /** Only the time between these counts; calls are clipped to it. */
  readonly from?: number;
  readonly to?: number;
  /** Where a ring begins to be complete: then `from` is not before it, and calls that ended before it do not exist. */
  readonly reach?: number;
  /** Only calls on these goroutines count. */
  readonly goroutines?: ReadonlySet<number>;
  /** Only what belongs to a call counts. */
  readonly family?: FamilyScope;
}

/** What belongs to a call. */
interface FamilyScope {
  /** The goroutine of the call, and those that it started. None in another process than the call's. */
  readonly goroutines: ReadonlySet<number>;
  /** The call itself: of its goroutine only this call counts and, while it lasts, its callers. */
  readonly goid: number;
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** Calls that end before `from` or begin after `to` do not count; `from` is infinite where none does. */
export interface CountedTime {
  readonly from: number;
  readonly to: number;
}

/** The time in which the calls of a goroutine count. */
export function windowOf(goid: number, { from, to, goroutines, family }: Scope): CountedTime {
  const first = from ?? Number.NEGATIVE_INFINITY;
  const last = to ?? Number.POSITIVE_INFINITY;
  const isLeftOut = goroutines?.has(goid) === false || family?.goroutines.has(goid) === false;
  if (isLeftOut) return { from: Number.POSITIVE_INFINITY, to: last };
  if (family?.goid !== goid) return { from: first, to: last };
  return { from: Math.max(first, family.start), to: Math.min(last, family.end) };
}

/**
 * Cuts a call out of its goroutine. Times do not suffice: on a coarse clock the calls before and after it begin and end
 * at the same time. So its records are replayed in parts, with or without counting.
 */
export class CallCut {
  private calls = 0;
  private depth = 0;
  /** Open calls around the call, as soon as it has begun. */
  private callers = Number.POSITIVE_INFINITY;
  private isOpen = false;

  /**
   * @param number of the call on its goroutine
   * @param play replays the records from `first` up to `end` of the columns given to {@link replay}
   */
  constructor(
    private readonly number: number,
    private readonly play: (first: number, end: number, counts: boolean) => void,
  ) {}

  /** Replays records. @param kinds the first `count` values are those of the records */
  replay(kinds: ArrayLike<number>, count: number): void {
    let first = 0;
    const playUntil = (end: number, counts: boolean) => {
      if (end > first) this.play(first, end, counts);
      first = end;
    };
    for (let i = 0; i < count; i++) {
      const kind = kinds[i];
      if (kind === Kind.spawn) continue;
      if (isEnter(kind)) {
        if (++this.calls === this.number) {
          playUntil(i, false);
          this.callers = this.depth;
          this.isOpen = true;
        }
        this.depth++;
        continue;
      }
      if (this.depth === 0) continue;
      this.depth--;
      if (this.isOpen) {
        if (this.depth > this.callers) continue;
        playUntil(i + 1, true);
        this.isOpen = false;
      } else if (this.wasOpen && this.depth < this.callers) {
        playUntil(i, false);
        playUntil(i + 1, true);
        this.callers = this.depth;
      }
    }
    playUntil(count, this.isOpen);
  }

  /** Number of open calls that do not count; the innermost ones. */
  get uncounted(): number {
    return this.isOpen ? 0 : Math.max(0, this.depth - (this.wasOpen ? this.callers : 0));
  }

  private get wasOpen(): boolean {
    return this.callers !== Number.POSITIVE_INFINITY;
  }
}
