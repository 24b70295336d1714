/** `gotrace analyze`: findings in execution traces of the Go runtime. */

import { ExitCode, UserError } from "../../base/errors.js";
import { analyze } from "../analyze/analysis.js";
import { findingFormats } from "../analyze/findings-output.js";
import { withGrepExitCodes } from "../analyze/read-exec-trace.js";
import { type Command, commandHelp } from "../command.js";
import { analysisOptions, reportOf } from "../flags/analysis.js";
import { parseFlags } from "../flags/parse.js";
import { partFlags } from "../flags/part.js";
import { helpFlag, outputFlag } from "../flags/tables.js";

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

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("analyze", analyzeCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(analyzeCommand));
    return 0;
  }
  if (flags.rest.length === 0) {
    throw new UserError("no trace given", "name an execution trace: gotrace analyze trace.out", ExitCode.trouble);
  }
  return analyze(flags.rest, analysisOptions(flags), reportOf(flags, "o"));
}
