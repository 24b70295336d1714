/** The ids of single calls, as people and other tools write them. */
import type { CallForest } from "./tree.js";

/**
 * Names a call: the `number`-th that was recorded of its goroutine, from 1 on, in the order in which they began. All
 * recorded calls count, so it is the same whatever a report shows.
 */
export interface CallId {
  /** Index into the processes of the forest. */
  readonly process: number;
  readonly goid: number;
  readonly number: number;
}

/** A call id as written: `18.34`, or with the process `4711:18.34`. */
export interface WrittenCallId {
  readonly pid: number | undefined;
  readonly goid: number;
  readonly number: number;
}

const SYNTAX = /^(?:(\d{1,10}):)?(\d{1,15})\.([1-9]\d{0,14})$/;

/** Reads `GOROUTINE.NUMBER` or `PID:GOROUTINE.NUMBER`; undefined for any other text. */
export function parseCallId(text: string): WrittenCallId | undefined {
  const [, pid, goid, number] = SYNTAX.exec(text) ?? [];
  if (number === undefined) return undefined;
  return { pid: pid === undefined ? undefined : Number(pid), goid: Number(goid), number: Number(number) };
}

/** The shortest text for a call among those of a report: with the process only if there are several. */
export function formatCallId({ processes }: Pick<CallForest, "processes">, { process, goid, number }: CallId): string {
  return `${processes.length > 1 ? `${processes[process].info.pid}:` : ""}${goid}.${number}`;
}

/** The calls that a written id may mean: one for each process with its pid, or for each process if it has none. */
export function callIdsOf(
  { processes }: Pick<CallForest, "processes">,
  { pid, goid, number }: WrittenCallId,
): readonly CallId[] {
  return processes.flatMap(({ info }, process) =>
    pid === undefined || pid === info.pid ? [{ process, goid, number }] : [],
  );
}
