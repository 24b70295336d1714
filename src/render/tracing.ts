/** The notices about the time that tracing itself may have taken. */
import { formatCount, formatDuration, formatPercent } from "../base/units.js";
import { costBound, type HookCost, type ProcessTree } from "../calltree/index.js";
import { MOSTLY_TRACING } from "./advice.js";

/** @param costs by process, the most that tracing adds to a call; undefined if not measured */
export function tracingLine(costs: readonly (HookCost | undefined)[]): string | undefined {
  const known = costs.filter((cost) => cost !== undefined);
  if (costs.length === 0) return undefined;
  if (known.length === 0) return "times are as measured; how much of them is tracing is not known";
  const most = Math.max(...known.map(({ inner, outer }) => inner + outer));
  const some =
    known.length < costs.length
      ? `, in ${formatCount(known.length)} of ${formatCount(costs.length)} processes; of the others it is not known`
      : "";
  return `times are as measured: tracing may have added up to ${formatDuration(most)} a call${some}`;
}

/** Below this share of the CPU time (if unknown, of the process's run time) tracing is not worth a line. */
const WORTH = 0.01;

/** The tracing of a goroutine (its `go` statement and its start) costs as much as this number of calls. */
const GOROUTINE = 2;

/**
 * The notice about tracing in a process, and advice if most of the run may have been tracing. Calls that were too short
 * to be kept cost as much as others. The cost is compared to the CPU time if known, because waiting goroutines take none,
 * and if calls were recorded in all of it. Empty if the cost is too small for a line. The advice appears if the bound,
 * which includes a margin, exceeds the CPU time.
 */
export function tracingOf(process: ProcessTree): string[] {
  const { info, events, goroutines, total, leftOut } = process;
  const cost = costBound(info);
  if (cost === undefined) return [];
  const short = leftOut.reduce((sum, { calls }) => sum + calls, 0);
  const calls = events / 2 + short + GOROUTINE * Math.max(0, goroutines - 1);
  const all = calls * (cost.inner + cost.outer);
  const line = `${tracingLine([cost])}${short > 0 ? ", also for each that was not kept" : ""}`;
  if (info.cpu === undefined || isInPart(process)) {
    return all < WORTH * total ? [] : [`${line}, ${formatDuration(all)} in all`];
  }
  const share = all / info.cpu;
  if (share < WORTH) return [];
  const cpu = `${formatDuration(info.cpu)} of processor time`;
  return share < 1 ? [`${line}, ${formatPercent(share, 1)} of ${cpu}`] : [`${line}, in ${cpu}`, MOSTLY_TRACING];
}

/** Whether the process ran for longer than calls were recorded. */
function isInPart({ info: { stop, lost }, reach, control }: ProcessTree): boolean {
  const isPaused = control !== undefined && (control.numbers.gate > 0n || control.gates.length > 0);
  return stop !== undefined || lost > 0 || reach !== undefined || isPaused;
}

/** The mark before a time of which more than half may be tracing. */
export const DISTORTED = "~";

/** The legend of that mark. */
export const DISTORTED_LEGEND = `${DISTORTED}: more than half of this time may be tracing`;
