/** `gotrace test`: runs `go test` on instrumented files with its output unchanged, then shows a call tree for each test. */

import { ExitCode, UserError } from "../../base/errors.js";
import { describeBuild } from "../../build/build-summary.js";
import { type CompileCommand, compile } from "../../build/compile.js";
import type { BuildOptions } from "../../build/context.js";
import { compileList, readCompileList } from "../../gotool/build.js";
import { isDryRun } from "../../gotool/environment.js";
import { runProgram } from "../../gotool/process.js";
import { TestOutcomes } from "../../gotool/test-outcomes.js";
import { asksForCoverage } from "../../gotool/toolexec.js";
import { failLine } from "../../render/tree/fail-line.js";
import { buildFlagsNote, type Command, commandHelp } from "../command.js";
import { runFormat } from "../flags/format.js";
import { buildFlags, testFlags } from "../flags/go-flags.js";
import { type Flag, misplacedHint, parseFlags } from "../flags/parse.js";
import { reportOptions } from "../flags/report.js";
import { buildOptions, gateOptions, recordOptions, sessionOptions } from "../flags/run.js";
import {
  allFlag,
  assertFlag,
  assertUnknownFlag,
  execTraceFlag,
  namesFlag,
  outputFlag,
  pageFlags,
  recordFlags,
  traceFlags,
  treeFlags,
} from "../flags/tables.js";
import { splitTestWords, type TestLine } from "../flags/test-words.js";
import { gateOf, judgeNothing, openGate } from "../report/assertions.js";
import type { ReportRequest } from "../report/reporting.js";
import type { RunNote } from "../run/run-directory.js";
import { type RunOptions, runTraced } from "../run/run-traced.js";
import { Session } from "../session.js";

export const testCommand: Command = {
  name: "test",
  usage: "test [flags] [packages…] [flags of go test…]",
  description: `Runs tests as 'go test' does, with its patterns, flags, output and exit code, then shows one call tree for each
test, subtests beneath. A -v before the packages is meant for both gotrace and go test. Results never come from
the test cache. With -json, standard output has only what go writes; the tree goes to the file of -o, if that is given.`,
  flags: [
    ...treeFlags,
    allFlag,
    namesFlag,
    assertFlag,
    assertUnknownFlag,
    execTraceFlag,
    ...pageFlags,
    outputFlag,
    ...recordFlags,
    ...traceFlags,
    ...testFlags,
    ...buildFlags,
  ],
  goFlags: `${buildFlagsNote}\nFlags of 'go test' (-run, -v, -count, -bench, -short, -timeout, -args …) may go before or after the packages.`,
  examples: [
    "gotrace test ./...",
    "gotrace test ./pkg/auth -run TestLogin -v",
    "gotrace test --depth 4 --min 1ms ./internal/...",
    "gotrace test --assert 'TestLogin: db.Query.calls <= 3' ./pkg/auth",
  ],
  run,
};

/** At most this many failed tests are noted in the trace. */
const NOTED = 1000;

/** Compiles tests and their dependencies without linking or running them, to find rewritten files that do not compile. */
const compileTests: CompileCommand = {
  name: "test",
  verb: compileList,
  read: readCompileList,
  rest: () => [],
  partial: true,
  followed: true,
};

const ownFlags: readonly Flag[] = testCommand.flags.filter((flag) => !flag.go);

async function run(words: readonly string[]): Promise<number> {
  const line = splitTestWords(words, ownFlags);
  const flags = parseFlags("test", ownFlags, line.own);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(testCommand));
    return 0;
  }
  const options = { record: recordOptions(flags), report: reportOptions(flags), build: buildOptions(flags) };
  const format = await runFormat(flags, "tree");
  const gate = await gateOf(gateOptions(flags));
  const session = new Session(sessionOptions(flags));
  try {
    return await test(session, options, line, { format, gate });
  } finally {
    session.close();
  }
}

async function test(
  session: Session,
  options: RunOptions & { readonly build: BuildOptions },
  line: TestLine,
  report: Pick<ReportRequest, "format" | "gate">,
): Promise<number> {
  const given = (name: string) => line.flags.some((flag) => flag === `-${name}` || flag.startsWith(`-${name}=`));
  const plain = async () => {
    session.log(`go test ${line.plain.join(" ")}`);
    const whole = {
      command: "go",
      args: ["test", ...line.plain],
      cwd: session.cwd,
      ownGroup: "without-terminal" as const,
    };
    return (await session.delegateSignals(() => runProgram({ ...whole, env: session.env }))).code;
  };
  if (options.build.execTrace !== undefined && given("trace")) {
    throw new UserError(
      `${options.build.execTrace.flag} and -trace both record an execution trace`,
      "leave one of them out; --exec-trace=FILE saves the file and shows its findings",
      ExitCode.usage,
    );
  }
  const hint = misplacedHint(line.after, ownFlags, "go test");
  if (hint) session.warn(hint);
  // With -n nothing runs, so there is nothing to trace.
  if (isDryRun(line.flags)) return (await plain()) || judgeNothing(report.gate ?? openGate);
  const vet = line.flags.some((flag) => /^-vet(=(?!off$)|$)/.test(flag));
  const patterns = line.packages.length > 0 ? line.packages : ["."];
  const request = {
    ...{ patterns, goFlags: line.build, options: options.build, tests: true, vet },
    coverage: asksForCoverage(line.flags),
  };
  const compiled = await compile(session, request, {
    ...compileTests,
    rest: (_, extra) => ["--", ...extra, ...patterns],
  });
  // go could not load the packages: let plain `go test` report it.
  if ("code" in compiled) return (await plain()) || compiled.code;
  const { state, summary, traced, prepared } = compiled;
  describeBuild(session, summary);
  const args = [
    ...(state ? [...state.flags, `-overlay=${state.overlay}`] : request.goFlags),
    ...(given("vet") ? [] : ["-vet=off"]),
    ...(given("count") ? [] : ["-count=1"]),
    // With -c there is no report, so -o names the test binary.
    ...(given("c") && options.report.output !== undefined ? [`-o=${options.report.output}`] : []),
    ...line.before,
    ...(state?.extra ?? []),
    ...line.packages,
    ...line.after,
  ];
  session.log(`go test ${args.join(" ")}`);
  const hasTests = (prepared?.packages ?? []).some(({ files }) => files.some((file) => file.endsWith("_test.go")));
  // An external test package shares the directory of the package that it tests, and is listed after it.
  const titles: Record<string, string> = {};
  for (const entry of prepared?.packages ?? []) {
    if (!entry.name.endsWith("_test") || titles[entry.dir] === undefined) titles[entry.dir] = entry.importPath;
  }
  const outcomes = new TestOutcomes(given("json"));
  let code = 0;
  const note: RunNote = { summary, titles, command: ["go test", ...line.packages].join(" ") };
  return runTraced(session, options, {
    program: {
      ...{
        command: "go",
        args: ["test", ...args],
        env: { ...session.env, ...state?.env },
        ownGroup: "without-terminal" as const,
      },
      watch: (chunk) => outcomes.add(chunk),
    },
    ended: (exit) => {
      code = exit;
      outcomes.end();
      note.failed = outcomes.first(NOTED);
    },
    direct: false,
    notes: { run: note, traced },
    report: {
      ...{ ...report, toStderr: false, quiet: given("json") },
      closing: (colour) => (code === 0 ? undefined : failLine(outcomes, colour)),
    },
    // If tests were only compiled or listed, or there are none, no calls are expected.
    mayBeEmpty: !hasTests || ["c", "list"].some(given),
  });
}
