/** Joins the calls of a process with what the Go scheduler did with its goroutines. */
import type { ProcessTrace } from "../calltrace/index.js";
import type { StateClock } from "../calltree/index.js";
import { SchedulingClock } from "./clock.js";
import { readScheduling, type Scheduling } from "./collect.js";

/** The states of the goroutines of a process. */
interface JoinedStates {
  readonly clock: StateClock;
  /** What of the execution trace could not be read. */
  readonly problem: string | undefined;
}

/**
 * Reads the execution trace of a process.
 *
 * @param chunks its bytes
 * @returns undefined when the two traces have no time in common: then they are not of the same process
 * @throws TraceError when nothing of it can be read
 */
export function joinStates(
  { info }: Pick<ProcessTrace, "info">,
  chunks: Iterable<Uint8Array>,
): JoinedStates | undefined {
  const scheduling = readScheduling(chunks);
  const offset = offsetOf(info.startNano, scheduling);
  const end = info.end ?? info.now;
  const isApart = offset > scheduling.length || (end !== undefined && end + offset < 0);
  if (isApart) return undefined;
  return { clock: new SchedulingClock(scheduling, offset), problem: scheduling.problem };
}

/** What to add to nanoseconds since the start of tracing calls for nanoseconds since the first event. */
function offsetOf(startNano: number, { start }: Scheduling): number {
  return Number(BigInt(startNano) - start);
}
