/** Stays of goroutines for tests of tables. */
import { STATES, type StateClock, type StateName } from "../../src/calltree/index.js";
import { SchedulingClock } from "../../src/join/clock.js";
import { StayTable } from "../../src/join/stays.js";

/**
 * The clock of a script: on each line a stay, `g2 10-30 lock sync by g1`, times in microseconds. The reason and the
 * goroutine that ended the stay are optional; places follow `at`, first that of the goroutine: `at main.a main.b`.
 */
export function scriptedStays(script: string): StateClock {
  const stays = new StayTable();
  for (const line of script.split("\n").filter((line) => line.trim() !== "")) {
    const [, goid, begin, end, state, reason, waker, place, wakerPlace] =
      /^\s*g(\d+)\s+([\d.]+)-([\d.]+)\s+([a-z]+)(?:\s+"(.*)")?(?:\s+by g(\d+))?(?:\s+at (\S+)(?: (\S+))?)?\s*$/.exec(
        line,
      )!;
    stays.add(Number(goid), Number(begin) * 1000, Number(end) * 1000, {
      state: STATES.indexOf(state as StateName),
      reason: reason ?? "",
      waker: waker === undefined ? -1 : Number(waker),
      place: place ?? "",
      wakerPlace: wakerPlace ?? "",
    });
  }
  return new SchedulingClock({ stays }, 0);
}

/** A clock by which each goroutine changes its state about every `step` nanoseconds, in an order of its own. */
export function changingStays(goroutines: number, step: number, end: number): StateClock {
  const stays = new StayTable();
  for (let goid = 1; goid <= goroutines; goid++) {
    let number = goid * 5;
    for (let begin = -step / 3; begin < end; number++) {
      const next = begin + step + (number % 3) / 3;
      const state = number % (STATES.length - 1);
      const reason = number === goid * 5 ? "created" : STATES[state];
      const waker = number % 4 === 0 ? (number % goroutines) + 1 : -1;
      stays.add(goid, begin, next, { state, reason, waker, place: "main.a", wakerPlace: waker < 0 ? "" : "main.b" });
      begin = next;
    }
  }
  return new SchedulingClock({ stays }, 0);
}
