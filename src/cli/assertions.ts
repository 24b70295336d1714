/** `--assert`: what must hold for the calls of a run. */

import { resolve } from "node:path";
import { ExitCode } from "../base/errors.js";
import type { Assertion, Verdict } from "../callstats/index.js";
import type { Recording } from "../calltree/index.js";
import { nearestConfig } from "./config-file.js";
import type { ParsedFlags } from "./flags.js";
import { withProgress } from "./progress.js";
import { say, sayRendered } from "./say.js";
import { choice } from "./values.js";
import { workingDirectory } from "./working-directory.js";

/** What must hold, and whether an assertion may name what nothing bears. */
export interface Gate {
  readonly assertions: readonly Assertion[];
  readonly unknownIsOk: boolean;
  /** Assertions of the configuration: one file serves many runs, so those about other packages are told and passed over. */
  readonly configured: readonly Assertion[];
}

/** Whether there is anything to check. */
export function hasAssertions({ assertions, configured }: Gate): boolean {
  return assertions.length + configured.length > 0;
}

/** No gate. */
export const openGate: Gate = { assertions: [], unknownIsOk: false, configured: [] };

/**
 * The gate that the command line and the configuration make.
 * @throws UserError for an assertion, a word or a configuration that is none
 */
export async function gateOf(flags: ParsedFlags): Promise<Gate> {
  const unknownIsOk = choice(flags, "assert-unknown", ["fail", "ok"]) === "ok";
  const texts = flags.values("assert");
  const cwd = resolve(workingDirectory(process.env), flags.string("C") ?? ".");
  // Reading YAML takes modules that would double the start of every run.
  const found =
    nearestConfig(cwd) === undefined ? [] : (await import("./config.js")).findConfig(cwd, undefined).config.assert;
  const configured = found ?? [];
  if (texts.length === 0 && configured.length === 0) return openGate;
  const { parseAssertion } = await import("../callstats/index.js");
  return { assertions: texts.map(parseAssertion), unknownIsOk, configured: configured.map(parseAssertion) };
}

/**
 * Holds assertions against all calls of a recording; standard error says what does not hold, and why.
 * @returns an exit code: that of bad arguments where an assertion names a function or test that nothing bears, 1 where one
 * does not hold, or cannot be relied on because calls are missing; else 0
 */
export async function checkGate(gate: Gate, recording: Recording): Promise<number> {
  if (!hasAssertions(gate)) return 0;
  if (recording.forest.processes.length === 0) {
    say("assertion failed: nothing was recorded");
    return 1;
  }
  const { shortNaming } = await import("../base/names.js");
  const { verdictLines } = await import("../render/verdicts.js");
  const verdicts = await judge(gate, recording);
  const naming = shortNaming(recording.forest.functions.map(({ name }) => name));
  for (const line of verdictLines(verdicts, naming)) sayRendered(line);
  const missing = incomplete(recording);
  if (missing !== undefined) say(`assertion failed: calls are missing: ${missing}`);
  if (verdicts.some(({ unknown }) => unknown !== undefined)) return ExitCode.usage;
  return missing !== undefined || verdicts.some(({ ok }) => !ok) ? 1 : 0;
}

/** Verdicts on a gate's assertions; where unknown names are no failure, the assertion holds, or is passed over. */
async function judge({ assertions, configured, unknownIsOk }: Gate, recording: Recording): Promise<Verdict[]> {
  const { AssertionMeter } = await import("../callstats/index.js");
  const { tracedNames } = await import("./traced-set.js");
  const traced = recording.forest.processes.flatMap(({ notes }) => tracedNames(notes));
  const meter = new AssertionMeter(recording.forest, [...assertions, ...configured], traced);
  withProgress("checking assertions", (progress) => {
    for (const _ of recording.walk(meter.visitor, progress));
  });
  const optional = new Set(configured);
  return meter.verdicts().flatMap((verdict): Verdict[] => {
    const { assertion, unknown, runs } = verdict;
    if (optional.has(assertion) && (unknown !== undefined || runs === 0)) {
      say(`not in this run, and not judged: ${assertion.expression}`);
      return [];
    }
    return [unknownIsOk && unknown !== undefined ? { ...verdict, ok: true, unknown: undefined } : verdict];
  });
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
