/**
 * Decides whether a difference between runs before and after a change is significant: the one rule for all comparisons.
 * A number that varies from run to run needs the Mann-Whitney U test; with too few runs for the test to reach
 * significance, nothing is significant.
 */
import { lowestP, mannWhitney } from "./statistics.js";

const ALPHA = 0.05;

/** The result for one number. */
export interface Evidence {
  /** P-value of the Mann-Whitney U test; undefined if there are too few runs for any result to be significant. */
  readonly p: number | undefined;
  /** Whether p is below 0.05; false without p. */
  readonly significant: boolean;
}

/** Whether samples of these sizes can differ significantly. */
export function canTell(a: number, b: number): boolean {
  return lowestP(a, b) < ALPHA;
}

/** The number of runs per side needed to tell change from chance: 4. */
export const RUNS_NEEDED = Array.from({ length: 10 }, (_, i) => i + 1).find((runs) => canTell(runs, runs))!;

/** Compares one number, with one value per run. @param tested whether both sides have enough runs */
export function evidence(before: readonly number[], after: readonly number[], tested: boolean): Evidence {
  const p = tested ? mannWhitney(before, after) : undefined;
  return { p, significant: p !== undefined && p < ALPHA };
}

/**
 * The message for thresholds on varying numbers that had too few runs to be judged.
 * @param limits the thresholds, as written
 */
export function notJudged(limits: readonly string[], runs: { readonly a: number; readonly b: number }): string {
  const given = runs.a === runs.b ? `${runs.a} a side` : `${runs.a} and ${runs.b}`;
  return `--fail-on ${limits.join(", ")} judged no times: ${given} cannot tell chance from change; it takes ${RUNS_NEEDED} runs a side (--a, --b)`;
}
