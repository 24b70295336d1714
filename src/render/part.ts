/** The words for a part of an execution trace in reports. */
import { formatDuration } from "../base/units.js";

/** `from 1.50s to 2.00s of the trace (what reaches beyond is cut)`. @param part nanoseconds since the trace's start */
export function partText({ from, to }: { readonly from: number; readonly to: number }): string {
  return `from ${formatDuration(from)} to ${formatDuration(to)} of the trace (what reaches beyond is cut)`;
}
