/** `--assert`: collects the assertions of a run, checks them against its calls, and prints those that fail. */

import { resolve } from "node:path";
import { ExitCode } from "../../base/errors.js";
import { type Naming, shortNaming } from "../../base/names.js";
import { formatNumberOf } from "../../base/units.js";
import type { Assertion, Verdict } from "../../callstats/index.js";
import type { Recording } from "../../calltree/index.js";
import { nearestConfig } from "../config/find-config.js";
import type { GateOptions } from "../options.js";
import { withProgress } from "../progress.js";
import { say, sayRendered } from "../say.js";
import { workingDirectory } from "../working-directory.js";

/** The assertions that a run must pass. */
export interface Gate {
  /** Assertions of the command line. */
  readonly assertions: readonly Assertion[];
  /** They may name functions or tests that do not exist. */
  readonly unknownIsOk: boolean;
  /** Assertions of the configuration. One file serves many runs, so those about other packages are reported as skipped. */
  readonly configured: readonly Assertion[];
}

/** Whether there is anything to check. */
export function hasAssertions({ assertions, configured }: Gate): boolean {
  return assertions.length + configured.length > 0;
}

/** A gate without assertions. */
export const openGate: Gate = { assertions: [], unknownIsOk: false, configured: [] };

/**
 * Collects the assertions of the command line and of the configuration.
 * @throws UserError for an invalid assertion or configuration
 */
export async function gateOf({ assertions: texts, unknownIsOk, directory }: GateOptions): Promise<Gate> {
  const cwd = resolve(workingDirectory(process.env), directory ?? ".");
  // Load the YAML parser only if there is a configuration: it would double the startup time of every run.
  const found =
    nearestConfig(cwd) === undefined
      ? []
      : (await import("../config/config.js")).findConfig(cwd, undefined).config.assert;
  const configured = found ?? [];
  if (texts.length === 0 && configured.length === 0) return openGate;
  const { parseAssertion } = await import("../../callstats/index.js");
  return { assertions: texts.map(parseAssertion), unknownIsOk, configured: configured.map(parseAssertion) };
}

/** Whether what an assertion names does not exist. */
function isMissing(unknown: Verdict["unknown"]): boolean {
  return unknown === "function" || unknown === "test";
}

const NOTHING = "nothing was recorded";

/** The outcome of a gate. */
export interface Judged {
  readonly verdicts: readonly Verdict[];
  /** Assertions of the configuration about other packages or tests, which are skipped. */
  readonly passedOver: readonly Assertion[];
  /** Why calls are missing, which makes every verdict unreliable; undefined if the trace is complete. */
  readonly missing: string | undefined;
  readonly naming: Naming;
  /**
   * The exit code: that of bad arguments if an assertion names an unknown function or test, or states that the trace does
   * not have, 1 if one fails or calls are
   * missing, else 0.
   */
  readonly code: number;
}

/**
 * Checks the assertions of a gate against all calls of a recording. With `unknownIsOk`, assertions about unknown names
 * pass.
 */
export async function judgeGate(gate: Gate, recording: Recording): Promise<Judged> {
  const { AssertionMeter } = await import("../../callstats/index.js");
  const { tracedNames } = await import("../run/traced-notes.js");
  const { functions, processes } = recording.forest;
  const traced = processes.flatMap(({ notes }) => tracedNames(notes));
  const meter = new AssertionMeter(recording.forest, [...gate.assertions, ...gate.configured], traced);
  withProgress("checking assertions", (progress) => recording.visit(meter.visitor, progress));
  const configured = new Set(gate.configured);
  const all = meter.verdicts();
  const isElsewhere = ({ assertion, unknown, runs }: Verdict) =>
    configured.has(assertion) && (isMissing(unknown) || runs === 0);
  const isExcused = ({ unknown }: Verdict) => gate.unknownIsOk && isMissing(unknown);
  const verdicts = all
    .filter((verdict) => !isElsewhere(verdict))
    .map((verdict) => (isExcused(verdict) ? { ...verdict, ok: true, unknown: undefined } : verdict));
  const missing = processes.length === 0 ? NOTHING : incomplete(recording);
  const isUnknown = missing === undefined && verdicts.some(({ unknown }) => unknown !== undefined);
  return {
    verdicts: processes.length === 0 ? [] : verdicts,
    passedOver: all.filter(isElsewhere).map(({ assertion }) => assertion),
    missing,
    naming: shortNaming(functions.map(({ name }) => name)),
    code: isUnknown ? ExitCode.usage : missing !== undefined || verdicts.some(({ ok }) => !ok) ? 1 : 0,
  };
}

/** Judges a run without a recording: assertions fail, with a message. @returns the exit code */
export function judgeNothing(gate: Gate): number {
  if (!hasAssertions(gate)) return 0;
  say(`assertion failed: ${NOTHING}`);
  return 1;
}

/** Prints on standard error which assertions failed or were skipped, and why. */
export async function tellJudged({ verdicts, passedOver, missing, naming }: Judged): Promise<void> {
  const { verdictLines } = await import("../../render/numbers/verdicts.js");
  for (const { expression } of passedOver) say(`not in this run, and not judged: ${expression}`);
  for (const line of verdictLines(verdicts, naming)) sayRendered(line);
  if (missing === undefined) return;
  say(`assertion failed: ${missing === NOTHING ? missing : `calls are missing: ${missing}`}`);
}

/** Why a recording lacks calls; undefined if it has all. */
export function incomplete({ forest: { processes, problem } }: Recording): string | undefined {
  if (problem !== undefined) return problem.message;
  for (const { info, problem: damage } of processes) {
    if (damage !== undefined) return damage.message;
    // A snapshot has the calls until it was taken, as a ring.
    if (info.stop !== undefined && info.stop.reason !== "snapshot") return `recording stopped: ${info.stop.reason}`;
    if (info.lost > 0) return `${formatNumberOf(info.lost, "event")} ${info.lost === 1 ? "was" : "were"} not recorded`;
  }
  return undefined;
}
