/** The interface through which analyses read: a whole trace (TraceReader) or a part of one (PartReader). */
import type { CutWarning } from "./errors.js";
import type { SyncDetails, TraceEvent } from "./event.js";
import type { StackTable } from "./symbols.js";

/** Events in the order of time, and the tables they refer to. TraceReader documents the members. */
export interface EventSource {
  readonly stacks: StackTable;
  readonly version: number;
  readonly sync: SyncDetails;
  readonly warning: CutWarning | undefined;
  readonly generations: number;
  readonly bytesRead: number;
  wallTime(time: number): bigint | undefined;
  nextDecoded(): TraceEvent | undefined;
}
