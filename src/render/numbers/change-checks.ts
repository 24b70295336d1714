/** Turns the thresholds on a comparison of call traces into checks for CI. */

import type { Check } from "../../base/check.js";
import { fullNames, type Naming } from "../../base/names.js";
import { formatNumberOf } from "../../base/units.js";
import { namedStep } from "../../callstats/index.js";
import type { FunctionInfo } from "../../calltree/index.js";
import { type CallDiffReport, partsText, share, sides } from "./call-diff.js";

/**
 * One failed check per change beyond a threshold, and one passed or skipped check per threshold without such a change.
 *
 * @param limits thresholds of --fail-on: `calls`, `10%`
 * @param placeOf finds the source position of a function
 */
export function changeChecks(
  { diff, exceeded, notJudged }: CallDiffReport,
  limits: readonly string[],
  placeOf: (name: string) => FunctionInfo | undefined,
  naming: Naming = fullNames,
): Check[] {
  const failed = exceeded.map(({ change, measure }): Check => {
    const { name, path } = change;
    const place = placeOf(name);
    return {
      kind: "CallChange",
      name: `${measure} of ${naming(name)}`,
      outcome: "failed",
      message: `${sides(change, measure)}${share(change, measure)}`,
      details: [
        ...(path === undefined ? [] : [path.map((step) => namedStep(step, naming)).join(" > ")]),
        ...(measure === "calls" ? [] : partsText(change, measure)),
      ],
      place: place && { ...place, function: name },
    };
  });
  const beyond = new Set(exceeded.map(({ measure }) => (measure === "calls" ? "calls" : "times")));
  const kept = limits
    .filter((limit) => !beyond.has(limit === "calls" ? "calls" : "times"))
    .map((limit): Check => {
      const skipped = limit !== "calls" && notJudged !== undefined;
      const what = formatNumberOf(
        diff.changes.length + diff.small,
        diff.changes.some(({ path }) => path) ? "path" : "function",
      );
      return {
        kind: "CallChange",
        name: `--fail-on ${limit}`,
        outcome: skipped ? "skipped" : "passed",
        message: skipped ? notJudged : `${what} compared`,
        details: [],
        place: undefined,
      };
    });
  return [...failed, ...kept];
}
