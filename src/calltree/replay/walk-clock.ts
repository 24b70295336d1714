/** The clock of a goroutine's states, as far as a core that walks its calls has to know it. */
import type { StateClock } from "../state-clock.js";
import { type CallStates, STATES } from "../states.js";
import { STATE_COUNT, WalkPlace, WalkWord } from "../walk-codes.js";
import type { Core } from "./core.js";

export class WalkClock implements CallStates {
  readonly self = new Float64Array(STATES.length);
  readonly total = new Float64Array(STATES.length);
  only = -1;
  constructor(
    private readonly core: Core,
    private readonly clock: StateClock,
  ) {
    if (STATE_COUNT !== STATES.length) throw new Error(`the core has ${STATE_COUNT} states`);
  }

  begin(goid: number, time: number): void {
    this.clock.begin(goid, time);
    this.tell(Number.NaN);
  }

  /** A call begins at `time`, which the clock has not passed. */
  observe(time: number): void {
    this.clock.observe?.(time);
  }

  /** Moves the clock to the time that the core asks for. All events before it must have been taken. */
  move(): void {
    const { clock, core } = this;
    const time = core.floats[core.walk + WalkPlace.now];
    const isLater = time > clock.until;
    if (isLater) core.exports.settleCalls();
    clock.advance(time);
    if (isLater && core.words[core.walkWords + WalkWord.isEvent] !== 0) {
      clock.observe?.(time);
      core.words[core.walkWords + WalkWord.observed] = 1;
    }
    this.tell(time);
  }

  /** The goroutine ends. @returns its times since it began, by index into {@link STATES}; reused */
  end(time: number): Float64Array {
    this.clock.advance(time);
    return this.clock.spent;
  }

  /** Sets the times of a call that was in only one state. */
  set(only: number, own: number, whole: number): void {
    const { self, total } = this;
    if (this.only < 0) {
      self.fill(0);
      total.fill(0);
    } else if (this.only !== only) {
      self[this.only] = 0;
      total[this.only] = 0;
    }
    this.only = only;
    self[only] = own;
    total[only] = whole;
  }

  /** Takes the times of a call that was in several states from the core. */
  take(): void {
    const { exports, floats } = this.core;
    const row = (at: number) => floats.subarray(at / 8, at / 8 + STATES.length);
    this.only = -1;
    this.self.set(row(exports.selfRow.value));
    this.total.set(row(exports.totalRow.value));
  }

  private tell(moved: number): void {
    const { clock, core } = this;
    const { floats, words } = core;
    floats[core.walk + WalkPlace.at] = clock.at;
    floats[core.walk + WalkPlace.until] = clock.until;
    floats[core.walk + WalkPlace.moved] = moved;
    words[core.walkWords + WalkWord.state] = clock.state;
    floats.set(clock.spent, core.exports.spent.value / 8);
  }
}
