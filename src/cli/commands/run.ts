/** `gotrace run`, `exec`, `flame` and `json`: build a program, run it, show what it did. */

import { ExitCode, UserError } from "../../base/errors.js";
import { type Gate, gateOf, openGate } from "../assertions.js";
import { reportFormat } from "../browse.js";
import { buildFlagsNote, type Command, commandHelp } from "../command.js";
import { type Flag, misplacedHint, type ParsedFlags, parseFlags } from "../flags.js";
import type { Format } from "../formats.js";
import { buildFlags } from "../goflags.js";
import {
  allFlag,
  assertFlag,
  assertUnknownFlag,
  browserFlag,
  callFlags,
  eventsFlag,
  execTraceFlag,
  foldedUnit,
  namesFlag,
  openFlag,
  outputFlag,
  pageFlags,
  recordFlags,
  selectOptions,
  traceFlags,
  treeFlags,
  treeOptions,
  unitFlag,
  waitingFlag,
} from "../options.js";
import { isStandardOutput } from "../output.js";
import { buildProgram } from "../program.js";
import type { ReportRequest } from "../reporting.js";
import { Session } from "../session.js";

interface Variant {
  readonly name: string;
  readonly format: "tree" | "folded" | "json";
  readonly flags: readonly Flag[];
  readonly description: string;
  readonly examples: readonly string[];
}

function define(variant: Variant): Command {
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
    ...callFlags,
  ],
  description: `Builds and runs a program and prints collapsed stacks on standard output, one line for each call path with its self
time, for Speedscope and flamegraph.pl. The program's standard output goes to standard error, unless -o names a file
for the stacks. With --open the calls are shown in Speedscope instead, as 'gotrace view --speedscope' does it.`,
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
  // A bad value must not be found only after the program has run.
  treeOptions(flags);
  selectOptions(flags);
  foldedUnit(flags);
  const shown = await reportFormat(flags, format, command.name === "flame");
  return runPackage(command.name, flags, shown, await gateOf(flags));
}

/**
 * Builds the program that the words behind the flags name, runs it with the rest of them, and reports.
 * @returns its exit code, as far as that says enough: see {@link runTraced}
 */
export async function runPackage(
  command: string,
  flags: ParsedFlags,
  format: Format,
  gate: Gate = openGate,
): Promise<number> {
  const target = splitTarget(command, flags.rest);
  const session = new Session(flags);
  const hint = misplacedHint(target.args, runCommand.flags);
  if (hint) session.warn(hint);
  try {
    return await runTarget(command, session, flags, { format, toStderr: false, gate }, target);
  } finally {
    session.close();
  }
}

/** As `go run`: either one package, or .go files up to the first word that is none. */
function splitTarget(command: string, words: readonly string[]) {
  if (words.length === 0) {
    throw new UserError(
      "no package given",
      `name one: gotrace ${command} ./cmd/x (or . for this directory)`,
      ExitCode.usage,
    );
  }
  if (words[0]!.startsWith("-")) {
    throw new UserError(`${words[0]} is no package`, "name one before the words of the program", ExitCode.usage);
  }
  let end = 0;
  while (end < words.length && words[end]!.endsWith(".go")) end++;
  if (end === 0) end = 1;
  return { patterns: words.slice(0, end), args: words.slice(end) };
}

async function runTarget(
  command: string,
  session: Session,
  flags: ParsedFlags,
  report: ReportRequest,
  { patterns, args }: ReturnType<typeof splitTarget>,
): Promise<number> {
  // Loaded while go works: reporting takes more modules than building.
  const tracing = session.goRuns.then(() => import("../traced.js"));
  const built = await buildProgram(command, session, flags, patterns);
  if (typeof built === "number") return built;
  const { summary, traced, program } = built;
  session.log(`run ${program} ${args.join(" ")}`);
  const { elsewhere, name } = report.format;
  const stdoutToStderr = name !== "tree" && !elsewhere && isStandardOutput(flags.string("o"));
  const { runTraced } = await tracing;
  return runTraced(session, flags, {
    program: { command: program, args, env: session.env, stdoutToStderr },
    remake: async () => void (await buildProgram(command, session, flags, patterns, true)),
    direct: true,
    notes: { run: { summary, titles: {}, command: [...patterns, ...args].join(" ") }, traced },
    report,
  });
}
