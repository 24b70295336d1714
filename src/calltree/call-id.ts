/** Single calls: their ids, as people and other tools write them, and what belongs to them. */
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
  return writeCallId({ pid: processes.length > 1 ? processes[process].info.pid : undefined, goid, number });
}

/** The text of a written id. */
export function writeCallId({ pid, goid, number }: WrittenCallId): string {
  return `${pid === undefined ? "" : `${pid}:`}${goid}.${number}`;
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

/** A goroutine of a family, and the time of it that belongs to the call: nanoseconds since the start of the process. */
export interface FamilyMember {
  readonly goid: number;
  readonly from: number;
  /** The end of the call, or of the goroutine: one that outlives the call is kept whole. */
  readonly to: number;
  /** The goroutine of the family that started it; 0 for the call's own. */
  readonly parent: number;
  /** When it was started; for one that untraced code started, when it is first seen; for the call's own, `from`. */
  readonly spawned: number;
}

export interface CallFamily {
  readonly id: CallId;
  /** The node of the call in the recording's tree; 0 if that does not have it. */
  readonly node: number;
  readonly start: number;
  /** The end of the call; that of the recording if it never returned. */
  readonly end: number;
  /** The call's own goroutine, then the others in the order in which they were started. */
  readonly members: readonly FamilyMember[];
}
