/** What analyses read: a whole trace, or a part of it. */
import type { CutWarning } from "./errors.js";
import type { SyncDetails, TraceEvent } from "./event.js";
import type { StackTable } from "./symbols.js";

/** Events in the order of time, and what they refer to. See TraceReader, which is one. */
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
