/** What a table must say about the time that tracing itself took. */
import { formatDuration } from "../base/units.js";
import type { HookCost } from "../callstats/index.js";

/**
 * @param costs by process; undefined where it was not measured
 * @param corrected whether it was subtracted where it is known
 */
export function hookLine(costs: readonly (HookCost | undefined)[], corrected: boolean): string | undefined {
  const known = costs.filter((cost) => cost !== undefined);
  if (costs.length === 0) return undefined;
  if (known.length === 0) return "hook cost unknown, not subtracted";
  const range = (of: (cost: HookCost) => number) => {
    const [least, most] = [formatDuration(Math.min(...known.map(of))), formatDuration(Math.max(...known.map(of)))];
    return least === most ? least : `${least}–${most}`;
  };
  const figures = `${range(({ inner }) => inner)} in each call and ${range(({ outer }) => outer)} in its caller`;
  const some =
    known.length < costs.length ? `, as far as it is known (${known.length} of ${costs.length} processes)` : "";
  return corrected
    ? `hook cost subtracted: ${figures}${some}; --raw shows measured times`
    : `times as measured; hooks take ${figures}${some}`;
}

/** The legend of the mark for distorted self times. */
export const DISTORTED = "~: more than half of the measured self time is hook cost; the rest says little";
