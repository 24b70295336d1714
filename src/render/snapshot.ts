/** Why a snapshot was written, in words. */
import { formatClock } from "../base/moment.js";
import { shortName } from "../base/names.js";
import { baseName } from "../base/place.js";
import { formatDuration } from "../base/units.js";
import { type SnapshotCause, statesOfPart } from "../calltree/index.js";

/** `snapshot of process 4711 at 14:32:05.123: api.(*Server).ServeHTTP took 612ms (> 500ms) on goroutine 18`. */
export function snapshotLine(pid: number, cause: SnapshotCause): string {
  return `snapshot of process ${pid} at ${formatClock(cause.time)}: ${causeWords(cause)}`;
}

/** The same as fields of JSON. */
export function causeJson({ trigger, function: name, goroutine, took, spent, call, file, line, time }: SnapshotCause) {
  return {
    trigger,
    ...(name === undefined ? {} : { function: name }),
    ...(goroutine === undefined ? {} : { goroutine }),
    ...(took === undefined ? {} : { took_ms: Math.round(took) / 1e6 }),
    ...(spent === undefined ? {} : { spent_ms: Math.round(spent) / 1e6 }),
    ...(call === undefined ? {} : { call: `${goroutine}.${call}` }),
    ...(file === undefined ? {} : { file, line }),
    time: new Date(time / 1e6).toISOString(),
  };
}

/**
 * `api.(*Server).ServeHTTP took 612ms (> 500ms) on goroutine 18`, `db.Query took 80ms, lock 61ms (> 50ms) on goroutine 18`,
 * `db.Query panicked`, `signal SIGUSR1`.
 */
export function causeWords({ trigger, function: name, goroutine, took, spent, file, line }: SnapshotCause): string {
  const [, word = "", limit] = /\.([a-z-]+)\s*>=?\s*([^>]+)$/s.exec(trigger) ?? [];
  const on = goroutine === undefined ? "" : ` on goroutine ${goroutine}`;
  const short = name === undefined ? undefined : shortName(name);
  if (short !== undefined && took !== undefined && (word === "time" || statesOfPart(word) !== undefined)) {
    const part = word === "time" ? "" : spent === undefined ? `${word} ` : `${word} ${formatDuration(spent)} `;
    const met = spent === undefined ? ` (${part}> ${limit})` : `, ${part}(> ${limit})`;
    return `${short} took ${formatDuration(took)}${met}${on}`;
  }
  if (short !== undefined && /(^|\.)panics?(\s*>.*)?$/s.test(trigger)) return `${short} panicked${on}`;
  if (file !== undefined) {
    return `${trigger}${short === undefined ? "" : ` in ${short}`}, ${baseName(file)}:${line}${on}`;
  }
  if (trigger === "exit") return "the process ended";
  return trigger.replace(/^signal:/, "signal ");
}
