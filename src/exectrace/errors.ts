/** Errors for traces that cannot be read, and the warning for a trace that was cut off. */
import { ExitCode, UserError } from "../base/errors.js";
import { formatBytes } from "../base/units.js";

/** What is wrong with a trace that cannot be read (further). */
export type TraceProblem =
  /** Not an execution trace of Go at all. */
  | "foreign"
  /** Written by Go 1.21 or older. */
  | "old"
  /** Written by a Go release newer than this reader. */
  | "new"
  /** Damaged, or in an order that cannot have happened. */
  | "corrupt"
  /** A trace with something else before or after it. */
  | "several"
  /** Cut off before its first generation was complete. */
  | "cut";

/** A trace that cannot be read (any further). Events delivered before the error are valid. */
export class TraceError extends UserError {
  /**
   * @param offset where the trouble is in the file: offset of the batch for damage inside one, 0 for the header
   * @param reason what is wrong there, without the offset
   */
  constructor(
    readonly problem: TraceProblem,
    readonly offset: number,
    readonly reason: string,
    advice: string,
  ) {
    super(problem === "corrupt" ? `the trace is damaged at byte ${offset}: ${reason}` : reason, advice, ExitCode.data);
    this.name = "TraceError";
  }
}

/** Makes the error for damage; parameters as in TraceError. */
export function corrupt(offset: number, reason: string): TraceError {
  return new TraceError("corrupt", offset, reason, "Record the trace again, or copy it again if it was copied.");
}

/** Makes the error for a generation that does not fit the reader's memory. A generation commonly lasts a second. */
export function tooLarge(): UserError {
  return new UserError(
    "a part of the trace that must be in memory as a whole takes more than 4 GB",
    "Record for a shorter time; Go begins a new part every second.",
    ExitCode.data,
  );
}

/**
 * The file ends within a generation, usually because the program was killed. Complete generations have been delivered.
 */
export interface CutWarning {
  readonly kind: "cut";
  /** Number of the incomplete generation. */
  readonly generation: number;
  /** Number of bytes that were not delivered as events. */
  readonly lostBytes: number;
  /** Offset of the lost part. */
  readonly offset: number;
  /** What is missing. */
  readonly reason: string;
}

/**
 * Refuses a trace without any readable generation: every report about it would be wrong.
 *
 * @param reader at the end of the trace
 * @throws TraceError
 */
export function refuseEmpty(reader: { readonly generations: number; readonly warning: CutWarning | undefined }): void {
  const { generations, warning } = reader;
  if (generations > 0 || !warning) return;
  throw new TraceError(
    "cut",
    warning.offset,
    `nothing of the trace can be read: ${warning.reason}`,
    "Copy it again if it was copied; else record again, and call trace.Stop before the program ends.",
  );
}

/** Describes a file that was cut off, for a report. */
export function describeCut({ lostBytes, reason }: CutWarning): string {
  return `the file was cut off: the last ${formatBytes(lostBytes)} are lost (${reason})`;
}
