/** Turns flags into the options of building, recording and checking a run. */

import { ExitCode, UserError } from "../../base/errors.js";
import { parseSize } from "../../base/quantity.js";
import type { BuildOptions } from "../../build/context.js";
import { COMPILER_BUDGET } from "../../gotool/inlining.js";
import type { GateOptions, RecordOptions, SessionOptions } from "../options.js";
import { refuseRing } from "../run/recorder.js";
import { dumpOptions, triggersOf } from "./dump.js";
import type { ParsedFlags } from "./parse.js";
import { recorderVariables } from "./recorder.js";
import { choice, number } from "./values.js";

/** The options of the invocation: `-v`, `--keep-workspace`, `-C`. */
export function sessionOptions(flags: ParsedFlags): SessionOptions {
  return {
    verbose: flags.has("verbose"),
    keepWorkspace: flags.has("keep-workspace"),
    directory: flags.string("C"),
  };
}

/**
 * What to trace.
 * @param others flags that are the command's own, with another meaning
 * @throws UserError for an invalid value
 */
export function buildOptions(flags: ParsedFlags, others?: readonly string[]): BuildOptions {
  return {
    include: flags.list("include"),
    exclude: flags.list("exclude"),
    generated: flags.has("generated"),
    inlineBudget: inlineBudget(flags),
    execTrace: execTraceWish(flags, others),
    dumpSignals: triggersOf(flags).some(({ kind }) => kind === "signal"),
  };
}

function inlineBudget(flags: ParsedFlags): number | undefined {
  if (!flags.has("skip-inlined")) return undefined;
  return flags.string("skip-inlined") === "true" ? COMPILER_BUDGET : number(flags, "skip-inlined", 0, COMPILER_BUDGET);
}

/** The flags for which the program must be able to record an execution trace. */
function execTraceWish(flags: ParsedFlags, others?: readonly string[]): BuildOptions["execTrace"] {
  const name = (["exec-trace", "states", "by"] as const).find((name) => flags.has(name));
  return name && { flag: `--${name}`, ring: ringFlagOf(flags, others) };
}

/** The flag that asks for a ring. */
function ringFlagOf(flags: ParsedFlags, others: readonly string[] = []): string | undefined {
  const name = ["ring", "last", "dump-when"].find((name) => flags.has(name) && !others.includes(name));
  return name && `--${name}`;
}

/** Whether the report needs the states of calls. */
function recordsStates(flags: ParsedFlags): boolean {
  return flags.has("states") || flags.has("by");
}

/**
 * What to record and where to save it.
 * @param others flags that are the command's own, with another meaning
 * @throws UserError for an invalid value, and for flags that do not go together
 */
export function recordOptions(flags: ParsedFlags, others?: readonly string[]): RecordOptions {
  const recorder = recorderVariables(flags, others);
  const dumps = dumpOptions(flags);
  if (flags.has("exec-trace") && (recorder.GOTRACE_RING || dumps.variables.GOTRACE_DUMP_WHEN)) {
    refuseRing(ringFlagOf(flags));
  }
  const ofStates = triggersOf(flags).find((trigger) => trigger.ofStates);
  if (ofStates !== undefined && !recordsStates(flags)) {
    throw new UserError(`--dump-when '${ofStates.text}' needs the states of calls`, "add --states", ExitCode.usage);
  }
  const size = flags.string("max-trace-size");
  const file = flags.string("exec-trace");
  return {
    save: flags.string("save"),
    maxTraceSize: size ? parseSize(size, "--max-trace-size") : undefined,
    recorder,
    dumps,
    keepsLast: !flags.has("no-keep"),
    states: recordsStates(flags),
    execTrace: flags.has("exec-trace") ? { file: file === "true" ? undefined : file } : undefined,
  };
}

/** The assertions of `--assert`. @throws UserError for an invalid `--assert-unknown` */
export function gateOptions(flags: ParsedFlags): GateOptions {
  return {
    assertions: flags.values("assert"),
    unknownIsOk: choice(flags, "assert-unknown", ["fail", "ok"]) === "ok",
    directory: flags.string("C"),
  };
}
