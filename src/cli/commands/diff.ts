/** `gotrace diff`: compares traces before and after a change, either call traces or execution traces. */

import { existsSync } from "node:fs";
import { ExitCode, UserError } from "../../base/errors.js";
import { withGrepExitCodes } from "../analyze/read-exec-trace.js";
import { type Command, commandHelp } from "../command.js";
import { type ParsedFlags, parseFlags } from "../flags/parse.js";
import { helpFlag, joinFlag, namesFlag, outputFlag, selectFlags } from "../flags/tables.js";
import { refuseInput } from "../output.js";
import { type TraceKind, traceKindOf } from "../trace-kind.js";

export const diffCommand: Command = {
  name: "diff",
  usage: "diff [flags] A B",
  description: `Compares traces before and after a change, the largest change first. Of call traces (files of --save, directories of
GOTRACE_OUT): calls, total and self time by function, or by call path. Of execution traces of the Go runtime: tasks,
regions, start functions of goroutines, and states such as running, runnable and each reason to wait. Everything is matched
by name. Several runs per side (--a and --b, repeated) are averaged, and the Mann-Whitney U test tells change from chance.
It needs 4 runs per side; with fewer, --fail-on does not judge times. Call counts are exact.

Exit codes: 0, 1 when --fail-on was exceeded, 2 for an unreadable trace or bad arguments.`,
  flags: [
    { name: "a", value: "TRACE", repeats: true, help: "a run before (repeat or separate by commas)" },
    { name: "b", value: "TRACE", repeats: true, help: "a run after" },
    {
      name: "by",
      value: "MEASURE",
      help: "what to compare: total (default); for call traces also self or calls, for execution traces also mean, p50, p95, p99 or count",
    },
    { name: "by-path", help: "call traces: compare call paths instead of functions" },
    { name: "match", value: "REGEXP", help: "only what has a matching name" },
    {
      name: "kind",
      value: "KIND",
      repeats: true,
      help: "execution traces: only these kinds: task, region, function, state",
    },
    {
      name: "fail-on",
      value: "P%|calls",
      repeats: true,
      help: "exit with 1 if something grew by more, for instance 10%; for call traces also 'calls': if a call count changed",
    },
    {
      name: "min",
      value: "DURATION",
      help: "leave out what took less in total on both sides (default 1ms for execution traces and for --fail-on 10%)",
    },
    { name: "top", value: "N", help: "rows of the table (default 20)" },
    {
      name: "format",
      value: "FORMAT",
      help: "table (default) or json; for call traces also github, junit, sarif or markdown, with the outcome of --fail-on",
    },
    namesFlag,
    ...selectFlags,
    joinFlag,
    outputFlag,
    helpFlag,
  ],
  examples: [
    "gotrace diff before.gotrace after.gotrace",
    "gotrace diff --by-path --fail-on calls before.gotrace after.gotrace",
    "gotrace diff --a a1,a2,a3,a4 --b b1,b2,b3,b4 --by p99 --fail-on 10%",
  ],
  run: (words) => withGrepExitCodes(() => run(words)),
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("diff", diffCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(diffCommand));
    return 0;
  }
  const { a, b } = sides(flags);
  refuseInput(flags.string("o"), process.cwd(), [...a, ...b]);
  // Loads only the modules for the kind of the traces.
  if (commonKind([...a, ...b]) === "calls") {
    const { callDiffOptions } = await import("../flags/diff-calls.js");
    return (await import("../report/diff-calls.js")).diffCallTraces(callDiffOptions(flags), a, b);
  }
  const { executionDiffOptions } = await import("../flags/diff-execution.js");
  return (await import("../analyze/diff-execution.js")).diffExecutionTraces(executionDiffOptions(flags), a, b);
}

function sides(flags: ParsedFlags): { a: string[]; b: string[] } {
  const [a, b] = [flags.list("a"), flags.list("b")];
  const { rest } = flags;
  if (a.length > 0 && b.length > 0 && rest.length === 0) return { a, b };
  if (a.length === 0 && b.length === 0 && rest.length === 2) return { a: [rest[0]], b: [rest[1]] };
  throw new UserError(
    "two sides are needed",
    "name two traces: gotrace diff A B; or several for each side: gotrace diff --a A1,A2 --b B1,B2",
    ExitCode.trouble,
  );
}

const NAMES: Readonly<Record<TraceKind, string>> = {
  calls: "a call trace of gotrace",
  execution: "an execution trace of Go",
};

/** The kind of all the traces. @throws UserError when the kinds are mixed or a file does not exist */
function commonKind(paths: readonly string[]): TraceKind {
  const known = paths.map((path) => ({ path, kind: traceKindOf(path) })).filter(({ kind }) => kind !== undefined);
  const [first] = known;
  const other = known.find(({ kind }) => kind !== first?.kind);
  if (first && other) {
    throw new UserError(
      `${first.path} is ${NAMES[first.kind!]}, ${other.path} is ${NAMES[other.kind!]}`,
      "compare traces of one kind: call traces are files of --save, execution traces files of 'go test -trace' or --exec-trace",
      ExitCode.trouble,
    );
  }
  const missing = paths.find((path) => path !== "-" && !existsSync(path));
  if (missing !== undefined) {
    throw new UserError(`cannot read ${missing}: no such file`, "name a trace file that exists", ExitCode.trouble);
  }
  return first?.kind ?? "execution";
}
