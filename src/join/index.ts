/** Joins the calls of a process with what the Go scheduler did with its goroutines. */
import { NumberSet } from "../base/columns.js";
import type { ProcessTrace } from "../calltrace/index.js";
import type { StateClock, Stays } from "../calltree/index.js";
import { SchedulingClock } from "./clock.js";
import { readScheduling, type Scheduling } from "./collect.js";
import { isServerFunction } from "./servers.js";

/** The states of the goroutines of a process. */
interface JoinedStates {
  readonly clock: StateClock;
  /** What of the execution trace could not be read. */
  readonly problem: string | undefined;
}

/** A goroutine of an execution trace. */
interface GoroutineSpan {
  readonly goid: number;
  /** The function that it started with; "" if unknown. */
  readonly name: string;
  /** When it began to exist, nanoseconds since the first event; 0 if that was before. */
  readonly begin: number;
}

/** What an execution trace says about goroutines, without a call trace. Times: nanoseconds since the first event. */
interface ExecutionStates {
  readonly stays: Stays;
  /** In the order of their beginnings. */
  readonly goroutines: readonly GoroutineSpan[];
  /** When the first event was, nanoseconds since 1970; undefined if that is not known. */
  readonly wall: bigint | undefined;
  /** What of the trace could not be read. */
  readonly problem: string | undefined;
}

/** Reads an execution trace by itself. @throws TraceError when nothing of it can be read */
export function readStates(chunks: Iterable<Uint8Array>): ExecutionStates {
  const goroutines: GoroutineSpan[] = [];
  const { stays, wall, problem } = readScheduling(chunks, ({ id, startFunction, begin }) =>
    goroutines.push({ goid: id, name: startFunction, begin }),
  );
  goroutines.sort((a, b) => a.begin - b.begin || a.goid - b.goid);
  return { stays, goroutines, wall, problem };
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
  const servers = new NumberSet();
  const scheduling = readScheduling(chunks, ({ id, startFunction }) => {
    if (isServerFunction(startFunction)) servers.add(id);
  });
  const offset = offsetOf(info.startNano, scheduling);
  const end = info.end ?? info.now;
  const isApart = offset > scheduling.length || (end !== undefined && end + offset < 0);
  if (isApart) return undefined;
  return { clock: new SchedulingClock(scheduling, offset, servers), problem: scheduling.problem };
}

/** What to add to nanoseconds since the start of tracing calls for nanoseconds since the first event. */
function offsetOf(startNano: number, { start }: Scheduling): number {
  return Number(BigInt(startNano) - start);
}
