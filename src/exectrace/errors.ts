/** How a trace can be unreadable, and how it can be incomplete. */
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
  /** A trace, but something else stands before or behind it. */
  | "several"
  /** Cut off before its first generation was complete. */
  | "cut";

/** A trace that cannot be read; events delivered before it are sound. */
export class TraceError extends UserError {
  /**
   * @param offset byte of the file where the trouble is: of the batch for damage inside of one, 0 for the header
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

export function corrupt(offset: number, reason: string): TraceError {
  return new TraceError("corrupt", offset, reason, "Record the trace again, or copy it again if it was copied.");
}

/** A generation (commonly a second) of a trace that does not fit the memory of the reader. */
export function tooLarge(): UserError {
  return new UserError(
    "a part of the trace that must be in memory as a whole takes more than 4 GB",
    "Record for a shorter time; Go begins a new part every second.",
    ExitCode.data,
  );
}

/** The file ends within a generation, as when the program was killed. Complete generations have been delivered. */
export interface CutWarning {
  readonly kind: "cut";
  /** Number of the generation that is not complete. */
  readonly generation: number;
  /** Bytes of the file that were not delivered as events. */
  readonly lostBytes: number;
  /** Where the lost part begins. */
  readonly offset: number;
  /** What is missing. */
  readonly reason: string;
}

/**
 * Refuses a trace of which no generation could be read: whatever is asked of it, no answer would be true.
 * @param reader at its end
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

/** What a report says about a file that was cut off. */
export function describeCut({ lostBytes, reason }: CutWarning): string {
  return `the file was cut off: the last ${formatBytes(lostBytes)} are lost (${reason})`;
}
