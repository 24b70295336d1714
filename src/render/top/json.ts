/** What followed processes do now, as JSON and in the text format of Prometheus. */
import { jsonText } from "../../base/printable.js";
import type { Snapshot } from "../../follow/index.js";

/** One line. Times in nanoseconds; numbers of the window, not rates. */
export function snapshotJson({ time, window, processes, inFlight, functions, goroutines }: Snapshot): string {
  const round = (value: number | undefined) => (value === undefined ? null : Math.round(value));
  return `${jsonText({
    time_unix_ms: time,
    window_ns: Math.round(window),
    processes: processes.map((process) => ({
      pid: process.pid,
      executable: process.executable,
      age_ns: round(process.age),
      ended: process.hasEnded,
      paused: process.isPaused,
      events: process.events,
      hooks_ns: round(process.hooks),
      trace_bytes: process.written,
      ...(process.problem === undefined ? {} : { problem: process.problem }),
    })),
    in_flight: inFlight.map(({ pid, path, count, age, goroutine, state, returns }) => ({
      pid,
      path,
      count,
      age_ns: round(age),
      oldest_goroutine: goroutine,
      ...(state === undefined ? {} : { oldest_state: state }),
      returns,
    })),
    functions: functions.map((one) => ({
      function: one.name,
      calls: one.calls,
      panics: one.panics,
      self_ns: round(one.self),
      total_ns: round(one.total),
      p50_ns: round(one.p50),
      p99_ns: round(one.p99),
      max_ns: round(one.max),
      ...(one.waits === undefined ? {} : { waits_ns_per_s: rounded(one.waits) }),
    })),
    goroutines: goroutines.map(({ function: of, count }) => ({ function: of, count })),
  })}\n`;
}

function rounded(waits: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...waits].map(([state, time]) => [state, Math.round(time)]));
}
