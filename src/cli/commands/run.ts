/** `gotrace run`, `exec`, `flame` and `json`: build a program, run it, show what it did. */

import { basename, join } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import type { GoEnvironment } from "../../gotool/environment.js";
import { type Gate, gateOf, openGate } from "../assertions.js";
import { Binary } from "../binary.js";
import { reportFormat } from "../browse.js";
import { buildFlagsNote, type Command, commandHelp } from "../command.js";
import { type Compiled, compile } from "../compile.js";
import { type Flag, type ParsedFlags, parseFlags } from "../flags.js";
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
import type { ReportRequest } from "../reporting.js";
import { Session } from "../session.js";
import { describeBuild, type Target } from "../summary.js";
import { runTraced } from "../traced.js";

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
  const built = await build(command, session, flags, patterns);
  if (typeof built === "number") return built;
  const { summary, traced, program } = built;
  session.log(`run ${program} ${args.join(" ")}`);
  const { elsewhere, name } = report.format;
  const stdoutToStderr = name !== "tree" && !elsewhere && isStandardOutput(flags.string("o"));
  return runTraced(session, flags, {
    program: { command: program, args, env: session.env, stdoutToStderr },
    direct: true,
    notes: { run: { summary, titles: {}, command: [...patterns, ...args].join(" ") }, traced },
    report,
  });
}

/** Builds the program and puts it into the workspace; or go's exit code, where it has said why it does not build. */
async function build(
  command: string,
  session: Session,
  flags: ParsedFlags,
  patterns: readonly string[],
): Promise<(Pick<Compiled, "summary" | "traced"> & { readonly program: string }) | number> {
  const request = { patterns, goFlags: flags.go, flags, tests: false };
  let binary: Binary | undefined;
  const own = (directory: string) => {
    binary ??= new Binary(directory);
    return binary;
  };
  try {
    const compiled = await compile(session, request, {
      name: "run",
      verb: ["build"],
      builds: true,
      check: (targets, environment) => {
        checkProgram(command, targets, patterns);
        checkSystem(environment);
      },
      rest: (directory, extra) => ["-o", own(directory).path, ...extra, ...patterns],
    });
    if ("code" in compiled) {
      process.stderr.write(compiled.stderr + compiled.stdout);
      return compiled.code;
    }
    const { summary, traced } = compiled;
    describeBuild(session, summary);
    // Under its own name, so that os.Args[0] reads as a user expects.
    const program = own(compiled.directory).place(join(session.workspace(), "bin"), programName(compiled, patterns));
    return { summary, traced, program };
  } finally {
    binary?.close();
  }
}

/** @throws UserError when the program is built for another system: a shell might take it for a script */
function checkSystem({ os, arch }: GoEnvironment): void {
  const here = { os: process.platform === "win32" ? "windows" : process.platform, arch: goArch[process.arch] };
  if (os === here.os && (arch === here.arch || here.arch === undefined || (arch === "386" && here.arch === "amd64")))
    return;
  throw new UserError(
    `the program would be built for ${os}/${arch} and cannot run here`,
    "unset GOOS and GOARCH, or use 'gotrace build' and run it there",
    ExitCode.unavailable,
  );
}

/** Go's names of processors, by Node's. */
const goArch: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  ia32: "386",
  arm: "arm",
  riscv64: "riscv64",
};

/** @throws UserError when the packages are not one program; what go could not load is for go to report */
function checkProgram(command: string, targets: readonly Target[], patterns: readonly string[]): void {
  const words = patterns.join(" ");
  const programs = targets.filter((target) => target.name === "main").map((target) => target.importPath);
  if (targets.length > 1) {
    const some = `${programs.slice(0, 3).join(", ")}${programs.length > 3 ? ", …" : ""}`;
    throw new UserError(
      `${words} matches ${targets.length} packages, ${programs.length === 0 ? "none of them a program" : `${programs.length} of them programs: ${some}`}`,
      programs.length === 0
        ? "name a package with a main function, or use 'gotrace test' for tests"
        : `name exactly one: gotrace ${command} ${programs[0]}`,
      programs.length === 0 ? ExitCode.noInput : ExitCode.usage,
    );
  }
  if (targets.length === 0 && words.includes("...")) {
    throw new UserError(
      `${words} matches no package`,
      `name one with a main function: gotrace ${command} ./cmd/x`,
      ExitCode.noInput,
    );
  }
  const [target] = targets;
  if (target && target.name !== "main" && target.name !== "") {
    throw new UserError(
      `package ${target.importPath} is not a main package`,
      "name a package with a main function, or use 'gotrace test' for its tests",
      ExitCode.noInput,
    );
  }
}

/** The name that `go build` would give. */
function programName({ targets }: Compiled, patterns: readonly string[]): string {
  if (patterns[0]!.endsWith(".go")) return basename(patterns[0]!, ".go");
  const path = (targets[0]?.importPath ?? "program").split("/");
  const last = path.pop()!;
  return /^v\d+$/.test(last) && path.length > 0 ? path.pop()! : last;
}
