/** What a report must say about the time that tracing itself may have taken. */
import { formatCount, formatDuration } from "../base/units.js";
import { costBound, type HookCost, type ProcessTree } from "../calltree/index.js";

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

/** Below this part of the time of all calls tracing is not worth a line. */
const WORTH = 0.01;

/** The same of one process, with the sum; undefined where it is not known or next to nothing. */
export function tracingOf({ info, events, tree }: ProcessTree): string | undefined {
  const cost = costBound(info);
  if (cost === undefined) return undefined;
  // A call is two events.
  const all = (events / 2) * (cost.inner + cost.outer);
  const self = tree.self.reduce((sum, time) => sum + time, 0);
  return all < WORTH * self ? undefined : `${tracingLine([cost])}, ${formatDuration(all)} in all`;
}

/** Before a time that may be more than half tracing. */
export const DISTORTED = "~";

/** The legend of that mark. */
export const DISTORTED_LEGEND = `${DISTORTED}: more than half of this time may be tracing`;
