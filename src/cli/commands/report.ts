/** `gotrace report`: renders saved traces in any format, on any machine, without Go. */

import { statSync } from "node:fs";
import { ExitCode, UserError } from "../../base/errors.js";
import { type Command, commandHelp } from "../command.js";
import { formatOf, refuseUnknown } from "../flags/format.js";
import { type ParsedFlags, parseFlags } from "../flags/parse.js";
import { reportOptions } from "../flags/report.js";
import { gateOptions, sessionOptions } from "../flags/run.js";
import {
  allFlag,
  assertFlag,
  assertUnknownFlag,
  datasetFlags,
  eventsFlag,
  goroutineRootsFlag,
  helpFlag,
  joinFlag,
  namesFlag,
  outputFlag,
  tableFlag,
  treeFlags,
  unitFlag,
} from "../flags/tables.js";
import { refuse } from "../flags/values.js";
import type { ReportOptions } from "../options.js";
import { isStandardOutput } from "../output.js";
import { gateOf, hasAssertions } from "../report/assertions.js";
import type { Format } from "../report/format.js";
import { formatNames, requireGate } from "../report/formats.js";
import { reportTraces } from "../report/reporting.js";
import { Session } from "../session.js";
import { traceKindOf } from "../trace-kind.js";

export const reportCommand: Command = {
  name: "report",
  usage: "report [flags] [TRACE…]",
  description: `Renders traces: files that --save wrote, files of GOTRACE_OUT, or directories of them. Several are shown one after
another; without any, it shows the last run. Needs neither Go nor the source. With --html, execution traces of the same
run may be named as well; with --format chrome or perfetto, one execution trace alone shows the states of its goroutines.`,
  flags: [
    { name: "format", value: "FORMAT", help: `${formatNames[0]} (default), ${formatNames.slice(1).join(", ")}` },
    { name: "html", help: "a page for the browser, with flame graph and goroutines: the same as --format html" },
    ...treeFlags,
    allFlag,
    namesFlag,
    unitFlag,
    eventsFlag,
    assertFlag,
    assertUnknownFlag,
    tableFlag,
    ...datasetFlags,
    goroutineRootsFlag,
    joinFlag,
    { ...outputFlag, value: "FILE", help: "write the report to FILE (the tables of parquet into a directory)" },
    { name: "verbose", short: "v", help: "show what is read" },
    helpFlag,
  ],
  examples: [
    "gotrace report trace.gotrace",
    "gotrace report --format folded -o out.folded /tmp/traces",
    "gotrace report --html -o calls.html trace.gotrace",
    "gotrace report --format parquet --append -o fleet /srv/traces/*",
  ],
  run,
};

/** Flags that choose calls, or judge them. */
const OF_CALLS = [
  "call",
  "focus",
  "ignore",
  "hide",
  "test",
  "min",
  "depth",
  "top",
  "no-merge",
  "assert",
  "assert-unknown",
];

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("report", reportCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(reportCommand));
    return 0;
  }
  const options = reportOptions(flags);
  const format = formatOf(flags);
  refuseUnknown(flags, format);
  const { output, table } = options;
  if (flags.has("append")) return append(flags, options, format);
  refuse(flags, ["host", "build"], "a single report: they are for --append");
  if (format.files && table === undefined && (isStandardOutput(output) || isFile(output!))) {
    throw new UserError(
      `${format.name} writes one file per table`,
      `name a directory with -o, or choose one table: --format ${format.name} --table calls -o calls.${format.name}`,
      ExitCode.usage,
    );
  }
  if (format.executions !== undefined && flags.rest.some((path) => traceKindOf(path) === "execution")) {
    refuse(flags, OF_CALLS, "execution traces, which have no calls");
    const { reportExecution } = await import("../report/execution.js");
    const own = new Session(sessionOptions(flags));
    return own.withDefaultSignals(() => reportExecution(own, options, flags.rest, format));
  }
  const gate = await gateOf(gateOptions(flags));
  requireGate(format, hasAssertions(gate));
  const session = new Session(sessionOptions(flags));
  const request = { format, toStderr: false, gate, apart: flags.values("exec-trace") };
  const reported = await session.withDefaultSignals(() => reportTraces(session, options, flags.rest, request));
  return reported.damaged ? ExitCode.data : reported.gate;
}

/** Flags that have no meaning for a data set: it has all tables, of many processes. */
const NOT_FOR_DATASETS = ["table", "from", "to", "call", "assert", "assert-unknown", "exec-trace"];

/** Adds to a data set. @throws UserError for flags that it does not take */
async function append(flags: ParsedFlags, options: ReportOptions, format: Format): Promise<number> {
  if (format.files === undefined || isStandardOutput(options.output) || isFile(options.output!)) {
    throw new UserError(
      "--append adds to a data set, which is a directory",
      "name it: --format parquet --append -o DIR TRACE…",
      ExitCode.usage,
    );
  }
  refuse(flags, NOT_FOR_DATASETS, "--append");
  if (flags.rest.length === 0) {
    throw new UserError("no trace given", "name files, or directories that GOTRACE_OUT named", ExitCode.usage);
  }
  const { appendTraces } = await import("../dataset/append.js");
  const session = new Session(sessionOptions(flags));
  const fleet = { host: flags.string("host"), build: flags.string("build") };
  return session.withDefaultSignals(() => appendTraces(session, options, flags.rest, fleet));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}
