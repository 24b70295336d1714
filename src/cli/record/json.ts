/** How processes record, as JSON: an array with an object for each, on a line of its own. */
import { jsonText } from "../../base/printable.js";
import { GATES } from "../../calltrace/index.js";
import { isPending, leftOutOf, type Recorder } from "./recorder.js";

/**
 * The text for some processes. Times in nanoseconds; null for a limit that is not set.
 * @param snapshots files that they have just written, by trace; undefined if none were asked for
 */
export function recordersJson(recorders: readonly Recorder[], snapshots?: ReadonlyMap<string, string>): string {
  const lines = recorders.map((recorder) =>
    jsonText({
      ...described(recorder),
      ...(snapshots === undefined ? {} : { snapshot: snapshots.get(recorder.path) ?? null }),
    }),
  );
  return `[\n${lines.join(",\n")}\n]\n`;
}

function described(recorder: Recorder): Record<string, unknown> {
  const { path, pid, executable, control } = recorder;
  const head = { pid, executable, trace: path, changeable: control !== undefined };
  if (control === undefined) return { ...head, recording: "on" };
  const { numbers, text, mode } = control;
  const limit = (value: bigint) => (value === 0n ? null : Number(value));
  const lines = text.split("\n").filter((line) => line !== "");
  return {
    ...head,
    recording: numbers.gate === GATES.open ? "on" : numbers.gate === GATES.behind ? "behind" : "paused",
    in_force: !isPending(recorder),
    // The last one that matches a name decides; where none does, it is recorded unless the first one records.
    functions: lines.map((line) => ({ pattern: line.slice(1), record: line.startsWith("+") })),
    min_ns: limit(numbers.minimum),
    depth: limit(numbers.depth),
    ring: mode === "ring" ? { bytes: Number(numbers.ringBytes), age_ns: limit(numbers.ringAge) } : null,
    snapshots: {
      written: Number(numbers.snapshots),
      too_soon: Number(numbers.skipped),
      failed: Number(numbers.failed),
    },
    times_behind: Number(numbers.behind),
    given_back_bytes: Number(numbers.given),
    left_out: leftOutOf(recorder).map(({ name, calls, time }) => ({
      function: name,
      calls,
      time_ns: Math.round(time),
    })),
  };
}
