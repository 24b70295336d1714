/** Why a snapshot was written: the note that the traced process put at its end, see runtime-go/snapshot.go. */
import { STOP_REASONS } from "./spec.js";
import type { ProcessTrace } from "./trace.js";

/** The header's stopReason of a copy of a recording that went on. */
export const STOP_SNAPSHOT = BigInt(STOP_REASONS.indexOf("snapshot"));

/** Why a snapshot was written. Times are nanoseconds. */
export interface SnapshotCause {
  /** The condition that was met, such as `db.Query.time > 5ms`, `signal:SIGUSR1`, `//gotrace:dump`, `exit` or `asked for`. */
  readonly trigger: string;
  /** The function whose call met it, or in which the comment is. */
  readonly function?: string;
  /** The goroutine of that call. */
  readonly goroutine?: number;
  /** How long that call took. */
  readonly took?: number;
  /** Of a condition about states: for how long the call was in them, if gotrace has found out, and its number on its goroutine. */
  readonly spent?: number;
  readonly call?: number;
  /** Of a snapshot that gotrace was to judge: calls that ended less than this before its end have not been looked at yet. */
  readonly fresh?: number;
  /** Where the comment is. */
  readonly file?: string;
  readonly line?: number;
  /** When it was written, since 1970. */
  readonly time: number;
}

/** Why a process trace was copied; undefined if it is no snapshot. */
export function snapshotCause({
  notes,
  info,
  clock,
  definitions,
}: Pick<ProcessTrace, "notes" | "info" | "clock" | "definitions">): SnapshotCause | undefined {
  const note = notes.findLast(({ snapshot }) => typeof snapshot === "object" && snapshot !== null)?.snapshot;
  if (note === undefined) return undefined;
  const {
    trigger,
    function: id,
    goroutine,
    ticks,
    spent,
    call,
    fresh,
    file,
    line,
  } = note as Readonly<Record<string, unknown>>;
  if (typeof trigger !== "string") return undefined;
  const name = typeof id === "number" ? definitions.get(id)?.name : undefined;
  return {
    trigger,
    ...(name === undefined ? {} : { function: name }),
    ...(typeof goroutine === "number" ? { goroutine } : {}),
    ...(typeof ticks === "number" ? { took: ticks * clock.slope } : {}),
    ...(typeof spent === "number" ? { spent } : {}),
    ...(typeof call === "number" ? { call } : {}),
    ...(typeof fresh === "number" ? { fresh: fresh * clock.slope } : {}),
    ...(typeof file === "string" && typeof line === "number" ? { file, line } : {}),
    time: info.startWall + (info.stop?.at ?? info.end ?? 0),
  };
}
