/** `--assert`: what must hold for the calls of a run. */

import type { Assertion } from "../callstats/index.js";
import type { Recording } from "../calltree/index.js";
import type { ParsedFlags } from "./flags.js";
import { withProgress } from "./progress.js";
import { say, sayRendered } from "./say.js";

/** The assertions of the command line; what they take is loaded only for them. @throws UserError for what is none */
export async function assertionsOf(flags: ParsedFlags): Promise<Assertion[]> {
  const texts = flags.values("assert");
  if (texts.length === 0) return [];
  const { parseAssertion } = await import("../callstats/index.js");
  return texts.map(parseAssertion);
}

/**
 * Holds assertions against all calls of a recording; standard error says what does not hold, and why.
 * @returns whether one does not hold, or cannot be relied on because calls are missing
 */
export async function checkAssertions(assertions: readonly Assertion[], recording: Recording): Promise<boolean> {
  const { AssertionMeter } = await import("../callstats/index.js");
  const { shortNaming } = await import("../base/names.js");
  const { verdictLines } = await import("../render/verdicts.js");
  const meter = new AssertionMeter(recording.forest, assertions);
  withProgress("checking assertions", (progress) => {
    for (const _ of recording.walk(meter.visitor, progress));
  });
  const verdicts = meter.verdicts();
  const naming = shortNaming(recording.forest.functions.map(({ name }) => name));
  for (const line of verdictLines(verdicts, naming)) sayRendered(line);
  const missing = incomplete(recording);
  if (missing !== undefined) say(`assertion failed: calls are missing: ${missing}`);
  return missing !== undefined || verdicts.some(({ ok }) => !ok);
}

/** Why a recording lacks calls; undefined if it has all. */
export function incomplete({ forest: { processes, problem } }: Recording): string | undefined {
  if (problem !== undefined) return problem.message;
  for (const { info, problem: damage } of processes) {
    if (damage !== undefined) return damage.message;
    if (info.stop !== undefined) return `recording stopped: ${info.stop.reason}`;
    if (info.lost > 0) return `${info.lost} events were not recorded`;
  }
  return undefined;
}
