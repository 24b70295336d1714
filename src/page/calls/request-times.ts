/** When requests were, how they ended, and which of them were slow, in words. */
import { formatDuration } from "../../base/units.js";
import type { PageRequests } from "../data/requests.js";
import type { Part } from "./state.js";

/** How a call ended, by Ending; "" for one that returned. */
const ENDS = ["", "panicked", "ended by Goexit", "did not return", "recovered from a panic"];

export function endingOf(how: number): string {
  return ENDS[how] ?? "";
}

/** Whether a request was slower than 95 % of those of its function. */
export function isSlow({ roots, columns }: PageRequests, index: number): boolean {
  return columns.length[index] > roots[columns.root[index]].p95;
}

/** The time of day in the browser's time zone, `14:32:05.250`; undefined if the trace does not know it. */
export function clockTime({ process }: Part, time: number): string | undefined {
  const { start } = process.info;
  if (start <= 0) return undefined;
  const date = new Date(start + time / 1e6);
  const two = (value: number) => String(value).padStart(2, "0");
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

/** Since the start of the process, with the time of day: `3.21s (14:32:05.250)`. */
export function momentOf(part: Part, time: number): string {
  const clock = clockTime(part, time);
  return `${formatDuration(time)}${clock === undefined ? "" : ` (${clock})`}`;
}

/** The id of a request, as `--call` takes it. */
export function requestId({ model, process }: Part, { columns }: PageRequests, index: number): string {
  const pid = model.processes.length > 1 ? `${process.info.pid}:` : "";
  return `${pid}${columns.goid[index]}.${columns.number[index]}`;
}

/** The request in the page that a goroutine handled at a time; -1 for none. */
export function requestAt({ columns }: PageRequests, goid: number, time: number): number {
  const { start, length } = columns;
  return columns.goid.findIndex((each, i) => each === goid && start[i] <= time && time <= start[i] + length[i]);
}
