/** `gotrace run`, `exec`, `flame` and `json`: build a program, run it, and show what it did. */

import { ExitCode, UserError } from "../../base/errors.js";
import type { BuildOptions } from "../../build/context.js";
import { buildProgram } from "../../build/program.js";
import { buildFlagsNote, type Command, commandHelp } from "../command.js";
import { runFormat } from "../flags/format.js";
import { buildFlags } from "../flags/go-flags.js";
import { type Flag, misplacedHint, type ParsedFlags, parseFlags } from "../flags/parse.js";
import { reportOptions } from "../flags/report.js";
import { buildOptions, gateOptions, recordOptions, sessionOptions } from "../flags/run.js";
import {
  allFlag,
  assertFlag,
  assertUnknownFlag,
  browserFlag,
  byFlag,
  callFlags,
  eventsFlag,
  execTraceFlag,
  namesFlag,
  openFlag,
  outputFlag,
  pageFlags,
  recordFlags,
  traceFlags,
  treeFlags,
  unitFlag,
  waitingFlag,
} from "../flags/tables.js";
import type { ReportOptions } from "../options.js";
import { isStandardOutput } from "../output.js";
import { type Gate, gateOf } from "../report/assertions.js";
import type { Format } from "../report/format.js";
import type { ReportRequest } from "../report/reporting.js";
import type { RunView } from "../run/run-shown.js";
import type { RunOptions } from "../run/run-traced.js";
import { Session } from "../session.js";

/** What distinguishes these commands. */
interface RunVariant {
  readonly name: string;
  readonly format: "tree" | "folded" | "json";
  readonly flags: readonly Flag[];
  readonly description: string;
  readonly examples: readonly string[];
}

function define(variant: RunVariant): Command {
  const command: Command = {
    name: variant.name,
    usage: `${variant.name} [flags] <package or .go files> [arguments of the program…]`,
    description: variant.description,
    flags: [...variant.flags, outputFlag, ...recordFlags, ...traceFlags, ...buildFlags],
    goFlags: buildFlagsNote,
    examples: variant.examples,
    run: (words) => run(command, variant.format, words),
  };
  return command;
}

const treeText = `Builds and runs a program, then shows its call tree on standard output, after the program's own output. The
program's standard streams are its own, signals reach it, and its exit code is gotrace's.`;

export const runCommand = define({
  name: "run",
  format: "tree",
  flags: [...treeFlags, allFlag, namesFlag, assertFlag, assertUnknownFlag, execTraceFlag, ...pageFlags],
  description: treeText,
  examples: [
    "gotrace run ./cmd/server -port 8080",
    "gotrace run --depth 3 --min 1ms . input.txt",
    "gotrace run --open main.go",
  ],
});

export const execCommand = define({
  name: "exec",
  format: "tree",
  flags: [...treeFlags, allFlag, namesFlag, assertFlag, assertUnknownFlag, execTraceFlag, ...pageFlags],
  description: treeText,
  examples: ["gotrace exec ./cmd/tool"],
});

export const flameCommand = define({
  name: "flame",
  format: "folded",
  flags: [
    { ...openFlag, help: "show the calls in Speedscope, in the browser, instead of printing them" },
    browserFlag,
    eventsFlag,
    waitingFlag,
    unitFlag,
    byFlag,
    ...callFlags,
  ],
  description: `Builds and runs a program and prints collapsed stacks on standard output, one line for each call path with its self
time, for Speedscope and flamegraph.pl. The program's standard output goes to standard error, unless -o names a file
for the stacks. With --open it shows the calls in Speedscope instead, like 'gotrace view --speedscope'.`,
  examples: [
    "gotrace flame --open ./cmd/server",
    "gotrace flame ./cmd/server > profile.folded",
    "gotrace flame . | flamegraph.pl > flame.svg",
  ],
});

export const jsonCommand = define({
  name: "json",
  format: "json",
  flags: treeFlags,
  description: `Builds and runs a program and prints its call tree as JSON on standard output. The program's standard output goes to
standard error, unless -o names a file for the JSON.`,
  examples: ["gotrace json ./cmd/server | jq '.[0].name'"],
});

async function run(command: Command, format: string, words: readonly string[]): Promise<number> {
  const flags = parseFlags(command.name, command.flags, words);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(command));
    return 0;
  }
  const report = reportOptions(flags);
  const shown = await runFormat(flags, format, command.name === "flame");
  return runPackage(command.name, flags, report, shown, await gateOf(gateOptions(flags)));
}

/**
 * Builds the program that follows the flags, runs it with the remaining words as its arguments, and reports.
 *
 * @param words the program and its arguments
 * @param view shows the program while it runs
 * @returns the exit code, see {@link runTraced}
 * @throws UserError when no program is named, or it cannot be built or started
 */
export async function runPackage(
  command: string,
  flags: ParsedFlags,
  report: ReportOptions,
  format: Format,
  gate: Gate,
  words: readonly string[] = flags.rest,
  view?: RunView,
): Promise<number> {
  const others = command === "calls" ? ["last"] : [];
  const target = { ...splitTarget(command, words), goFlags: flags.go, build: buildOptions(flags, others) };
  const options = { record: recordOptions(flags, others), report };
  const session = new Session(sessionOptions(flags));
  const hint = misplacedHint(target.args, runCommand.flags, "the program");
  if (hint) session.warn(hint);
  try {
    return await runTarget(
      command,
      session,
      options,
      { format, toStderr: view?.takesOutput === true, gate },
      target,
      view,
    );
  } finally {
    session.close();
  }
}

/** Refuses flags of commands that read saved traces as well, where they run a program. @throws UserError */
export function refuseJoin(flags: ParsedFlags): void {
  if (!flags.has("exec-trace")) return;
  throw new UserError(
    "--exec-trace is for saved traces here",
    "leave it out; --states records an execution trace of the program",
    ExitCode.usage,
  );
}

/** Splits the words like `go run`: one package, or all leading .go files; the rest are the program's arguments. */
function splitTarget(command: string, words: readonly string[]) {
  if (words.length === 0) {
    throw new UserError(
      "no package given",
      `name one: gotrace ${command} ./cmd/x (or . for this directory)`,
      ExitCode.usage,
    );
  }
  if (words[0].startsWith("-")) {
    throw new UserError(
      `${words[0]} is not a package`,
      "name a package before the program's arguments",
      ExitCode.usage,
    );
  }
  let end = 0;
  while (end < words.length && words[end].endsWith(".go")) end++;
  if (end === 0) end = 1;
  return { patterns: words.slice(0, end), args: words.slice(end) };
}

/** The program to build and run. */
interface RunTarget {
  readonly patterns: readonly string[];
  readonly goFlags: readonly string[];
  readonly build: BuildOptions;
  /** The program's arguments. */
  readonly args: readonly string[];
}

async function runTarget(
  command: string,
  session: Session,
  options: RunOptions,
  report: ReportRequest,
  { patterns, goFlags, build, args }: RunTarget,
  view: RunView | undefined,
): Promise<number> {
  // While go is busy, load what comes after it.
  const tracing = session.goRuns.then(() => {
    session.expectWorkspace();
    return import("../run/run-traced.js");
  });
  const make = (anew: boolean) => buildProgram(command, session, { patterns, goFlags, options: build, anew });
  const built = await make(false);
  if (typeof built === "number") return built;
  const { summary, traced, program } = built;
  session.log(`run ${program} ${args.join(" ")}`);
  const { interactive, forPeople } = report.format;
  const reportsOnOutput = !forPeople && !interactive && isStandardOutput(options.report.output);
  const { runTraced } = await tracing;
  return runTraced(session, options, {
    program: { command: program, args, env: session.env, ...(reportsOnOutput ? { streams: { stdout: 2 } } : {}) },
    ...(view === undefined ? {} : { view }),
    remake: async () => void (await make(true)),
    direct: true,
    notes: { run: { summary, titles: {}, command: [...patterns, ...args].join(" ") }, traced },
    report,
  });
}
