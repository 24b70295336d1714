/**
 * When a difference between runs before and after a change is more than chance: the one law of every comparison. A number
 * that varies from run to run needs the Mann-Whitney U test; where there are too few runs for any result of the test to be
 * significant, nothing is.
 */
import { leastP, mannWhitney } from "./statistics.js";

const ALPHA = 0.05;

/** What runs say about a number. */
export interface Evidence {
  /** P-value of the Mann-Whitney U test; undefined where there are too few runs for any to be significant. */
  readonly p: number | undefined;
  /** p is below 0.05; never true without p. */
  readonly significant: boolean;
}

/** Whether these numbers of runs a side can differ significantly. */
export function canTell(a: number, b: number): boolean {
  return leastP(a, b) < ALPHA;
}

/** Runs a side from which on chance can be told from change: 4. */
export const RUNS_NEEDED = Array.from({ length: 10 }, (_, i) => i + 1).find((runs) => canTell(runs, runs))!;

/** Compares the values of one number, a value a run. @param tested whether the sides have runs enough */
export function evidence(before: readonly number[], after: readonly number[], tested: boolean): Evidence {
  const p = tested ? mannWhitney(before, after) : undefined;
  return { p, significant: p !== undefined && p < ALPHA };
}

/**
 * What a threshold on a number that varies could not judge.
 * @param limits the thresholds, as written
 */
export function notJudged(limits: readonly string[], runs: { readonly a: number; readonly b: number }): string {
  const given = runs.a === runs.b ? `${runs.a} a side` : `${runs.a} and ${runs.b}`;
  return `--fail-on ${limits.join(", ")} judged no times: ${given} cannot tell chance from change; it takes ${RUNS_NEEDED} runs a side (--a, --b)`;
}
