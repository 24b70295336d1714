/** `gotrace instrument`: writes a complete instrumented copy of the module, to read or to build elsewhere. */

import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { formatNumberOf } from "../../base/units.js";
import { describeBuild, summarize } from "../../build/build-summary.js";
import { type Compiled, compile } from "../../build/compile.js";
import type { BuildOptions } from "../../build/context.js";
import { type BuildRequest, type PreparedBuild, rewriteOptions, runtimeDirectory } from "../../build/prepare.js";
import { type FileReport, rewriteFiles } from "../../build/rewrite-cache.js";
import { tableFilesOnDisk, withOwnTable } from "../../build/site-tables.js";
import { compileList, firstReason, readCompileList } from "../../gotool/build.js";
import { makeDirectories, namesIn } from "../../gotool/cache.js";
import { copyModule, type ModuleCopy, usedModules } from "../../gotool/copy.js";
import { readGoEnvironment } from "../../gotool/environment.js";
import type { GoPackage } from "../../gotool/packages.js";
import { runGo } from "../../gotool/run-go.js";
import { untracedThere } from "../../gotool/targets.js";
import { type Command, commandHelp } from "../command.js";
import { buildFlags } from "../flags/go-flags.js";
import { parseFlags } from "../flags/parse.js";
import { buildOptions, sessionOptions } from "../flags/run.js";
import { traceFlags } from "../flags/tables.js";
import { Session } from "../session.js";

export const instrumentCommand: Command = {
  name: "instrument",
  usage: "instrument -o DIR [flags] [packages…]",
  description: `Writes a complete instrumented copy of the module (or of all modules of the workspace) into DIR, together with the
runtime, so that plain 'go build' and 'go test' work there. Instruments the named packages (default: all), including
tests and files for other systems. A program built from it writes a trace if GOTRACE_OUT=DIR is in its environment. A
program of another module that uses the copy through 'replace' must import _ "gotrace.internal/rt/sys" (see
docs/limits.md).`,
  flags: [
    { name: "o", value: "DIR", help: "where to write the copy: a new or empty directory (required)" },
    ...traceFlags.filter((flag) => flag.name !== "keep-workspace"),
    ...buildFlags,
  ],
  examples: ["gotrace instrument -o /tmp/copy", "cd /tmp/copy && go build ./... && diff -r ~/project /tmp/copy"],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("instrument", instrumentCommand.flags, words);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(instrumentCommand));
    return 0;
  }
  const output = flags.string("o");
  if (output === undefined) {
    throw new UserError(
      "instrument needs -o DIR",
      "name the directory to write: gotrace instrument -o DIR",
      ExitCode.usage,
    );
  }
  const asked = { patterns: flags.rest, goFlags: flags.go, options: buildOptions(flags) };
  const session = new Session(sessionOptions(flags));
  const { target, discard } = emptyDirectory(resolve(session.cwd, output));
  try {
    const code = await instrument(session, asked, target);
    if (code !== 0) discard();
    return code;
  } catch (error) {
    discard();
    throw error;
  }
}

/** What the command line asks for; no patterns mean all packages. */
type Asked = Pick<BuildRequest, "patterns" | "goFlags" | "options">;

async function instrument(session: Session, asked: Asked, target: string): Promise<number> {
  const patterns = asked.patterns.length > 0 ? asked.patterns : await allPackages(session);
  const request = { ...asked, patterns, tests: true };
  // A build in place shows which rewritten files do not compile: the copy gets the originals of those.
  const compiled = await compile(session, request, {
    name: "instrument",
    verb: compileList,
    read: readCompileList,
    rest: (_, extra) => ["--", ...extra, ...patterns],
    partial: true,
  });
  if ("code" in compiled) {
    process.stderr.write(compiled.stderr);
    return compiled.code;
  }
  const prepared = compiled.prepared!;
  if (prepared.rewritten.size === 0 || !(await allExist(session, request))) {
    throw await nothingToDo(session, request);
  }
  const copy = await copyModule(session.go, prepared.environment, runtimeDirectory(session), target);
  const reports = await rewriteCopy(session, asked.options, compiled, prepared, copy);
  describeBuild(session, summarize(reports, compiled.withdrawn));
  const untraced = untracedThere("what is built from the copy for this target", prepared.environment);
  if (untraced !== undefined) session.warn(untraced);
  process.stdout.write(`${target}\n`);
  return 0;
}

/** Patterns for all packages that the copy holds: those of the module, or of all modules of the workspace. */
async function allPackages(session: Session): Promise<string[]> {
  const { goWork } = await readGoEnvironment(session.go);
  if (goWork === "") return ["./..."];
  return (await usedModules(session.go, goWork)).map(({ path }) => join(path, "..."));
}

/** Whether go finds a directory for every named package. */
async function allExist(session: Session, { goFlags, patterns }: Asked): Promise<boolean> {
  const format = "{{if not .Dir}}{{.ImportPath}}{{end}}";
  const missing = await runGo(session.go, ["list", "-e", "-f", format, ...goFlags, "--", ...patterns]);
  return missing.stdout.trim() === "";
}

/** The error for packages without anything to instrument, with go's own reason if it has one. */
async function nothingToDo(session: Session, { goFlags, patterns }: Asked): Promise<UserError> {
  const listed = await runGo(session.go, ["list", ...goFlags, "--", ...patterns]);
  const reason =
    listed.code !== 0 || listed.stdout === "" ? firstReason(listed) : "none of their functions can be traced (see -v)";
  return new UserError(
    `cannot instrument ${patterns.join(" ")}: ${reason}`,
    "name packages of this module that have Go files, or none for all of them",
    ExitCode.noInput,
  );
}

/** Creates the copy's directory; `discard` removes what was created. @throws UserError if it is not empty */
function emptyDirectory(path: string): { target: string; discard: () => void } {
  try {
    const made = makeDirectories(path);
    const discard = () => {
      if (made !== undefined) rmSync(made, { recursive: true, force: true });
    };
    if (readdirSync(path).length === 0) return { target: path, discard };
  } catch (error) {
    throw new UserError(
      `cannot create ${path}: ${messageOf(error)}`,
      "name a directory that can be written",
      ExitCode.cannotCreate,
    );
  }
  throw new UserError(`${path} is not empty`, "name a new or empty directory", ExitCode.cannotCreate);
}

/** Rewrites, within the copy, all Go files of the traced packages' directories. @returns a report for each file */
async function rewriteCopy(
  session: Session,
  options: BuildOptions,
  { withdrawn, rewritten: compiled }: Compiled,
  prepared: PreparedBuild,
  copy: ModuleCopy,
): Promise<Map<string, FileReport>> {
  const traced = new Map<string, GoPackage>();
  const packageNames = new Map<string, string>();
  const outside = new Set<string>();
  for (const entry of prepared.packages) {
    if (!entry.files.some((file) => prepared.reports.has(file))) continue;
    if (copy.locate(entry.dir) === undefined) {
      outside.add(entry.importPath);
      continue;
    }
    const names = readdirSync(entry.dir).filter((name) => /^[^._].*\.go$/.test(name));
    traced.set(entry.dir, { ...entry, files: names.map((name) => join(entry.dir, name)) });
    // go lists an external test package after the package that it tests, if that exists.
    if (!packageNames.has(entry.dir)) packageNames.set(entry.dir, entry.name.replace(/_test$/, ""));
    if (!entry.importPath.endsWith("_test")) packageNames.set(entry.dir, entry.name);
  }
  tellOutside(session, [...outside], traced.size);
  const rewriting = await rewriteFiles(
    session.cache,
    [...traced.values()],
    rewriteOptions(options),
    new Map(),
    prepared.omissions,
  );
  const left = new Set(withdrawn.map((entry) => entry.file));
  const written = rewriting.files.flatMap(({ file, rewritten, report: { table, head } }) => {
    const place = copy.locate(file);
    if (rewritten === undefined || !table || !head || left.has(file) || place === undefined || !existsSync(place))
      return [];
    return [{ file, place, text: readFileSync(rewritten, "utf8"), table, head }];
  });
  // If a package does not compile even unchanged, each of its files may be a separate program.
  const alone = (file: string) => prepared.rewritten.has(file) && compiled?.has(file) !== true;
  const tabled = written.filter(({ file }) => !alone(file));
  const copied = prepared.packages.filter(({ dir, standard }) => !standard && copy.locate(dir));
  const { texts, declared } = tableFilesOnDisk(tabled, packageNames, copied, namesIn);
  for (const one of written) {
    const { file, place, text } = one;
    chmodSync(place, statSync(place).mode | 0o200);
    writeFileSync(place, declared.has(file) ? text : withOwnTable(one));
  }
  for (const [path, text] of texts) {
    const place = copy.locate(path)!;
    chmodSync(dirname(place), statSync(dirname(place)).mode | 0o200);
    writeFileSync(place, text);
  }
  return new Map(rewriting.files.map((entry) => [entry.file, entry.report]));
}

/** Names packages of dependencies that the copy does not contain. @throws UserError if no other package is to be traced */
function tellOutside(session: Session, outside: readonly string[], traced: number): void {
  if (outside.length === 0) return;
  const some = `${outside.slice(0, 3).join(", ")}${outside.length > 3 ? ", …" : ""}`;
  const message = `the copy holds the main module and its local replacements, not ${formatNumberOf(outside.length, "package")} of --include: ${some}`;
  if (traced > 0) session.warn(`${message}; untraced there`);
  else {
    const advice = "replace their modules with local directories (go mod edit -replace), or use 'gotrace build'";
    throw new UserError(message, advice, ExitCode.noInput);
  }
}
