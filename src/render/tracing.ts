/** What a report must say about the time that tracing itself may have taken. */
import { formatCount, formatDuration, formatPercent } from "../base/units.js";
import { costBound, type HookCost, type ProcessTree } from "../calltree/index.js";
import { MOSTLY_TRACING } from "./advice.js";

/** @param costs by process, the most that tracing adds to a call; undefined where it was not measured */
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

/** Below this part of the processor time (where that is not known, of the process's life) tracing is not worth a line. */
const WORTH = 0.01;

/** Calls that a goroutine costs as much tracing as: its `go` statement and its start. */
const GOROUTINE = 2;

/**
 * What tracing may have taken of a process, related to its processor time where that is known: goroutines that wait take
 * none. Nothing where it is not worth a line. An advice follows where most of the run may have been tracing: where the
 * bound, which has a margin, exceeds the processor time.
 */
export function tracingOf({ info, events, goroutines, total }: ProcessTree): string[] {
  const cost = costBound(info);
  if (cost === undefined) return [];
  const calls = events / 2 + GOROUTINE * Math.max(0, goroutines - 1);
  const all = calls * (cost.inner + cost.outer);
  const line = tracingLine([cost]);
  if (info.cpu === undefined) {
    return all < WORTH * total ? [] : [`${line}, ${formatDuration(all)} in all`];
  }
  const share = all / info.cpu;
  if (share < WORTH) return [];
  const cpu = `${formatDuration(info.cpu)} of processor time`;
  return share < 1 ? [`${line}, ${formatPercent(share, 1)} of ${cpu}`] : [`${line}, in ${cpu}`, MOSTLY_TRACING];
}

/** Before a time that may be more than half tracing. */
export const DISTORTED = "~";

/** The legend of that mark. */
export const DISTORTED_LEGEND = `${DISTORTED}: more than half of this time may be tracing`;
