/** Parts of messages. */
import { formatDuration, formatNumberOf } from "../base/units.js";
import type { Group } from "./groups.js";

/** `18ms`, or `at least 18ms` where the trace's edge cut it. */
export function lasted(duration: number, atLeast = false): string {
  return `${atLeast ? "at least " : ""}${formatDuration(duration)}`;
}

/** What more there was of the same: `; 12 times here, 340ms in total`, or nothing. */
export function others(group: Group, where = " here"): string {
  if (group.count < 2) return "";
  return `; ${formatNumberOf(group.count, "time")}${where}, ${formatDuration(group.total)} in total`;
}

/** The worst occurrence's duration. */
export function worstOf(group: Group): string {
  return lasted(group.worst, group.occurrence.atLeast);
}
