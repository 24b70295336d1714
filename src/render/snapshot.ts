/** Why a snapshot was written, in words. */
import { formatClock } from "../base/moment.js";
import { shortName } from "../base/names.js";
import { baseName } from "../base/place.js";
import { formatDuration } from "../base/units.js";
import type { SnapshotCause } from "../calltree/index.js";

/** `snapshot of process 4711 at 14:32:05.123: api.(*Server).ServeHTTP took 612ms (> 500ms)`. */
export function snapshotLine(pid: number, cause: SnapshotCause): string {
  return `snapshot of process ${pid} at ${formatClock(cause.time)}: ${causeWords(cause)}`;
}

/** `api.(*Server).ServeHTTP took 612ms (> 500ms)`, `db.Query panicked`, `signal SIGUSR1`. */
function causeWords({ trigger, function: name, took, file, line }: SnapshotCause): string {
  const limit = /\.time\s*>=?\s*(.+)$/s.exec(trigger)?.[1];
  const short = name === undefined ? undefined : shortName(name);
  if (limit !== undefined && short !== undefined && took !== undefined) {
    return `${short} took ${formatDuration(took)} (> ${limit})`;
  }
  if (short !== undefined && /(^|\.)panics?(\s*>.*)?$/s.test(trigger)) return `${short} panicked`;
  if (file !== undefined) {
    return `${trigger}${short === undefined ? "" : ` in ${short}`}, ${baseName(file)}:${line}`;
  }
  if (trigger === "exit") return "the process ended";
  return trigger.replace(/^signal:/, "signal ");
}
