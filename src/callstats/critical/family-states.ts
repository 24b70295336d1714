/** The states of a family: of the goroutine of a call, and of all goroutines that it started. */
import { type CallFamily, STATES, State, type Stays } from "../../calltree/index.js";

/**
 * How long the goroutines that a call started were in each state, by index into STATES, whatever code they ran:
 * nanoseconds, added up over goroutines. They add up to the lengths of these goroutines.
 */
export function startedStates({ members }: CallFamily, stays: Stays): number[] {
  const sums = STATES.map(() => 0);
  const cursor = stays.cursor();
  for (const { goid, from, to } of members.slice(1)) {
    let known = 0;
    for (let more = cursor.seek(goid, from); more && cursor.begin < to; more = cursor.next()) {
      const time = Math.min(cursor.end, to) - Math.max(cursor.begin, from);
      sums[cursor.state] += time;
      known += time;
    }
    sums[State.unknown] += to - from - known;
  }
  return sums;
}
