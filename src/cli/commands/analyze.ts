/** `gotrace analyze`: findings in execution traces of the Go runtime. */

import { resolve } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import {
  applyBaseline,
  baselineText,
  failing,
  failOnLevels,
  rankTraces,
  selectFindings,
  settingsOf,
  severities,
  type TraceReport,
} from "../../rules/index.js";
import { analyzeFile } from "../analyze/findings.js";
import { type FindingSink, findingFormats, parseSink, writeFindings } from "../analyze/findings-output.js";
import { withGrepExitCodes } from "../analyze/read-exec-trace.js";
import { type Command, commandHelp } from "../command.js";
import { findConfig, readBaseline } from "../config/config.js";
import { type ParsedFlags, parseFlags } from "../flags/parse.js";
import { partFlags, partOf } from "../flags/part.js";
import { helpFlag, outputFlag } from "../flags/tables.js";
import { choice, number } from "../flags/values.js";
import type { PartOf } from "../options.js";
import { openOutput, refuseInput } from "../output.js";
import { sayError } from "../say.js";

export const analyzeCommand: Command = {
  name: "analyze",
  usage: "analyze [flags] TRACE…",
  description: `Finds what is wrong in execution traces of the Go runtime (Go 1.22 and later), which 'go test -trace', runtime/trace,
/debug/pprof/trace and the flight recorder write; '-' is standard input. Several traces are ranked by
their worst findings. Settings come from .gotrace.yaml or gotrace.config.json, in this directory or one above it.

Exit codes: 0 for nothing above an info, 1 for warnings, errors or exceeded budgets, 2 for an unreadable trace or bad
arguments.`,
  flags: [
    { name: "format", value: "FORMAT", help: `${findingFormats.join(", ")} (default table)` },
    outputFlag,
    {
      name: "also",
      value: "FORMAT=FILE",
      repeats: true,
      help: "also write another format, for instance sarif=out.sarif",
    },
    { name: "severity", value: "S", help: "show findings of at least severity S: info (default), warn or error" },
    { name: "top", value: "N", help: "show the N worst findings of each rule" },
    {
      name: "fail-on",
      value: "S",
      help: "exit with 1 for findings of at least severity S: warn (default), error or never",
    },
    { name: "module", value: "PREFIX", help: "only packages under PREFIX are your own code (default: all but Go's)" },
    {
      name: "set",
      value: "RULE.NAME=VALUE",
      repeats: true,
      help: "change a threshold, for instance GCPauseSpike.warn=5ms, or turn a rule off: SerialBottleneck=off",
    },
    {
      name: "budget",
      value: "EXPR",
      repeats: true,
      help: "fail unless this holds for the trace, for instance 'sched.p99 < 2ms'",
    },
    { name: "baseline", value: "FILE", help: "leave out the findings in FILE" },
    {
      name: "write-baseline",
      value: "FILE",
      help: "write all findings to FILE, for --baseline, and do not fail on them",
    },
    ...partFlags,
    { name: "config", value: "FILE", help: "read settings from FILE only" },
    helpFlag,
  ],
  examples: [
    "gotrace analyze trace.out",
    "gotrace analyze --set GCPauseSpike.warn=5ms --budget 'sched.p99 < 2ms' trace.out",
    "gotrace analyze --format json --severity warn *.trace",
    "gotrace analyze --format html -o findings.html trace.out",
    "gotrace analyze --format github --also sarif=gotrace.sarif trace.out",
  ],
  run: (words) => withGrepExitCodes(() => run(words)),
};

/** How to analyze, from the flags and the configuration. */
interface Options extends ReturnType<typeof settingsOf> {
  readonly module: string | undefined;
  readonly baseline: ReadonlySet<string>;
  readonly part: PartOf | undefined;
}

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("analyze", analyzeCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(analyzeCommand));
    return 0;
  }
  if (flags.rest.length === 0) {
    throw new UserError("no trace given", "name an execution trace: gotrace analyze trace.out", ExitCode.trouble);
  }
  return analysisOf(flags, "o")(flags.rest);
}

/**
 * Prepares an analysis: checks flags and configuration before any trace is read.
 * @param flags of `analyze`, or of a command that also has its flags
 * @param reportFlag the flag that says where the report goes
 * @returns a function that analyzes traces, writes the report and returns the exit code
 * @throws UserError when a flag or the configuration is invalid
 */
export function analysisOf(
  flags: ParsedFlags,
  reportFlag: "o" | "report",
): (paths: readonly string[]) => Promise<number> {
  const file = flags.string(reportFlag);
  const sinks: FindingSink[] = [
    { format: choice(flags, "format", findingFormats), file, flag: reportFlag === "o" ? "-o" : "--report" },
    ...flags.list("also").map(parseSink),
  ];
  const cwd = process.cwd();
  const { config, path, baseline } = findConfig(cwd, flags.string("config"));
  const known = flags.string("baseline") ?? baseline;
  const options: Options = {
    ...settingsOf(config, path ?? "", flags.list("set"), flags.list("budget")),
    module: flags.string("module") ?? config.module,
    baseline: known === undefined ? new Set() : readBaseline(resolve(cwd, known)),
    part: partOf(flags),
  };
  const least = flags.string("severity") ? choice(flags, "severity", severities) : config.severity;
  const failOn = flags.string("fail-on") ? choice(flags, "fail-on", failOnLevels) : config["fail-on"];
  const top = number(flags, "top", config.top ?? Number.POSITIVE_INFINITY, 1);

  return async (paths) => {
    refuseInput(file, cwd, paths);
    const { reports, unreadable } = analyzeAll(paths, options);
    const written = await writeBaseline(flags, reports, cwd);
    const unknown = rankTraces(reports.map((report) => applyBaseline(report, written ?? options.baseline)));
    const shown = unknown.map((report) => selectFindings(report, top, least ?? "info"));
    if (shown.length > 0) await writeFindings(shown, sinks, cwd);
    if (unreadable) return ExitCode.trouble;
    return unknown.some((report) => failing(report, failOn ?? "warn")) ? 1 : 0;
  };
}

/** Analyzes every trace that can be read, and prints an error for each of the others. */
function analyzeAll(paths: readonly string[], options: Options) {
  const reports: TraceReport[] = [];
  let unreadable = false;
  for (const path of paths) {
    try {
      const { settings, budgets, module, part } = options;
      reports.push(analyzeFile(path, path, { path, settings, budgets, module, part }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable = true;
      const message = error.message.includes(path) ? error.message : `${path}: ${error.message}`;
      sayError({ message, advice: error.advice });
    }
  }
  return { reports, unreadable };
}

/** Writes the baseline of `--write-baseline`. @returns the fingerprints in it; undefined without that flag */
async function writeBaseline(
  flags: ParsedFlags,
  reports: readonly TraceReport[],
  cwd: string,
): Promise<Set<string> | undefined> {
  const file = flags.string("write-baseline");
  if (file === undefined) return undefined;
  const findings = reports.flatMap((report) => report.findings);
  await openOutput(file, cwd, false, "--write-baseline").write([baselineText(findings)]);
  return new Set(findings.map((finding) => finding.fingerprint));
}
