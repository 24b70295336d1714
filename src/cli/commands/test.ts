/** `gotrace test`: `go test` itself, with rewritten files; its output is its own, a call tree for each test follows. */

import { asksForCoverage } from "../../gotool/cover.js";
import { buildFlagsNote, type Command, commandHelp } from "../command.js";
import { type CompileCommand, compile } from "../compile.js";
import { type ParsedFlags, parseFlags } from "../flags.js";
import { buildFlags, buildFlagsIn, testFlags } from "../goflags.js";
import { execTraceFlag, outputFlag, recordFlags, traceFlags, treeFlags, treeOptions } from "../options.js";
import { Session } from "../session.js";
import { describeBuild } from "../summary.js";
import { runTraced } from "../traced.js";

export const testCommand: Command = {
  name: "test",
  usage: "test [flags] <packages…> [flags of go test…]",
  description: `Runs tests as 'go test' does, with its patterns, flags, output and exit code, then shows one call tree for each
test, subtests beneath. A -v before the packages is meant for both gotrace and go test. Results are never taken from
the test cache. The tree goes to standard error when standard output is JSON (-json).`,
  flags: [...treeFlags, execTraceFlag, outputFlag, ...recordFlags, ...traceFlags, ...testFlags, ...buildFlags],
  goFlags: `${buildFlagsNote}\nFlags of 'go test' (-run, -v, -count, -bench, -short, -timeout, -args …) may stand before or after the packages.`,
  examples: [
    "gotrace test ./...",
    "gotrace test ./pkg/auth -run TestLogin -v",
    "gotrace test --depth 4 --min 1ms ./internal/...",
  ],
  run,
};

/** Compiles tests and all they need without linking or running them: shows which rewritten files do not compile. */
const compileTests: CompileCommand = {
  name: "test",
  verb: ["list", "-export", "-deps", "-test", "-f", "{{with .Incomplete}}{{end}}"],
  rest: () => [],
  partial: true,
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("test", testCommand.flags, words);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(testCommand));
    return 0;
  }
  const { packages, after } = splitPackages(flags.rest);
  // A bad value must not be found only after the program has run.
  treeOptions(flags);
  const session = new Session(flags);
  try {
    return await test(session, flags, packages, after);
  } finally {
    session.close();
  }
}

/** `go test` takes its packages together: the words up to the next flag. */
function splitPackages(words: readonly string[]): { packages: readonly string[]; after: readonly string[] } {
  const end = words.findIndex((word) => word.startsWith("-"));
  const packages = end < 0 ? words : words.slice(0, end);
  return { packages: packages.length > 0 ? packages : ["."], after: end < 0 ? [] : words.slice(end) };
}

async function test(
  session: Session,
  flags: ParsedFlags,
  packages: readonly string[],
  after: readonly string[],
): Promise<number> {
  const testNames = new Set(testFlags.map((flag) => flag.name));
  const isTestFlag = (flag: string) => testNames.has(/^-([^=]+)/.exec(flag)?.[1] ?? "");
  const request = {
    patterns: packages,
    goFlags: [...flags.go.filter((flag) => !isTestFlag(flag)), ...buildFlagsIn(after)],
    flags,
    tests: true,
    coverage: asksForCoverage([...flags.go, ...after]),
  };
  const compiled = await compile(session, request, {
    ...compileTests,
    rest: (_, extra) => ["--", ...extra, ...packages],
  });
  if ("code" in compiled) {
    process.stderr.write(compiled.stderr);
    return compiled.code;
  }
  const { state, summary, prepared } = compiled;
  describeBuild(session, summary);
  const own = [...flags.go.filter(isTestFlag), ...(flags.has("verbose") ? ["-v"] : [])];
  const given = (name: string) =>
    [...own, ...after].some((word) => new RegExp(`^--?(test\\.)?${name}(=|$)`).test(word));
  const args = [
    "test",
    ...(state ? state.flags : request.goFlags),
    ...own,
    ...(state ? [`-overlay=${state.overlay}`] : []),
    ...(given("vet") ? [] : ["-vet=off"]),
    ...(given("count") ? [] : ["-count=1"]),
    ...(state?.extra ?? []),
    ...packages,
    ...after,
  ];
  session.log(`go ${args.join(" ")}`);
  const hasTests = (prepared?.packages ?? []).some(({ files }) => files.some((file) => file.endsWith("_test.go")));
  // An external test package has the directory of the package that it tests, and comes after it.
  const titles: Record<string, string> = {};
  for (const entry of prepared?.packages ?? []) {
    if (!entry.name.endsWith("_test") || titles[entry.dir] === undefined) titles[entry.dir] = entry.importPath;
  }
  return runTraced(session, flags, {
    program: { command: "go", args, env: { ...session.env, ...state?.env }, ownGroup: true },
    direct: false,
    note: { summary, titles, command: `go test ${packages.join(" ")}` },
    report: { format: "tree", toStderr: given("json") },
    // Tests that were only compiled, printed or listed, or that do not exist, have run nothing that could be shown.
    mayBeEmpty: !hasTests || ["c", "n", "list"].some(given),
  });
}
