/** Phrases that the messages of several rules share. */
import { formatDuration, formatNumberOf } from "../base/units.js";
import type { Group } from "./groups.js";

/** `18ms`, or `at least 18ms` if the trace's edge cut it. @param duration ns */
export function lasted(duration: number, atLeast = false): string {
  return `${atLeast ? "at least " : ""}${formatDuration(duration)}`;
}

/** Count and total of all occurrences: `; 12 times here, 340ms in total`; "" for a single one. */
export function others(group: Group, where = " here"): string {
  if (group.count < 2) return "";
  return `; ${formatNumberOf(group.count, "time")}${where}, ${formatDuration(group.total)} in total`;
}

/** The worst occurrence's duration, for a message. */
export function worstOf(group: Group): string {
  return lasted(group.worst, group.occurrence.atLeast);
}
