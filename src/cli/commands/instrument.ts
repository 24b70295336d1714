/** `gotrace instrument`: a complete instrumented copy of the module, to read or to build elsewhere. */

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { copyModule, type ModuleCopy } from "../../gotool/copy.js";
import type { GoPackage } from "../../gotool/packages.js";
import { type Command, commandHelp } from "../command.js";
import { compile } from "../compile.js";
import { type ParsedFlags, parseFlags } from "../flags.js";
import { buildFlags } from "../goflags.js";
import { traceFlags } from "../options.js";
import { type PreparedBuild, rewriteOptions, runtimeDirectory } from "../prepare.js";
import { type FileReport, rewriteFiles } from "../rewrite.js";
import { Session } from "../session.js";
import { describeBuild, summarize } from "../summary.js";
import { tableLine } from "../tables.js";

export const instrumentCommand: Command = {
  name: "instrument",
  usage: "instrument -o DIR [flags] [packages…]",
  description: `Writes a complete copy of the module (or of all modules of the workspace) into DIR, instrumented, with the runtime
beside it: plain 'go build' and 'go test' accept it. Instruments the packages named (default ./...), files for other
systems and tests included. A program built from it traces when GOTRACE_OUT=DIR is in its environment.`,
  flags: [
    { name: "o", value: "DIR", help: "where to write the copy: a new or empty directory (required)" },
    ...traceFlags.filter((flag) => flag.name !== "keep"),
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
  const session = new Session(flags);
  const target = emptyDirectory(resolve(session.cwd, output));
  const patterns = flags.rest.length > 0 ? flags.rest : ["./..."];
  const request = { patterns, goFlags: flags.go, flags, tests: true };
  // Compiling in place first shows which rewritten files would not compile; these stay as they are in the copy.
  const compiled = await compile(session, request, {
    name: "instrument",
    verb: ["list", "-export", "-deps", "-test", "-f", "{{with .Incomplete}}{{end}}"],
    rest: (_, extra) => ["--", ...extra, ...patterns],
    partial: true,
  });
  if ("code" in compiled) {
    process.stderr.write(compiled.stderr);
    return compiled.code;
  }
  const prepared = compiled.prepared!;
  const copy = await copyModule(session.go, prepared.environment, runtimeDirectory(session), target);
  const reports = await rewriteCopy(
    session,
    flags,
    prepared,
    new Set(compiled.withdrawn.map((entry) => entry.file)),
    copy,
  );
  describeBuild(session, summarize(reports, compiled.withdrawn));
  process.stdout.write(`${target}\n`);
  return 0;
}

function emptyDirectory(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    if (readdirSync(path).length === 0) return path;
  } catch (error) {
    throw new UserError(
      `cannot create ${path}: ${messageOf(error)}`,
      "name a directory that can be written",
      ExitCode.cannotCreate,
    );
  }
  throw new UserError(`${path} is not empty`, "name a new or empty directory", ExitCode.cannotCreate);
}

/** Rewrites, in the copy, every Go file in the directories of the packages that are traced. */
async function rewriteCopy(
  session: Session,
  flags: ParsedFlags,
  prepared: PreparedBuild,
  withdrawn: ReadonlySet<string>,
  copy: ModuleCopy,
): Promise<Map<string, FileReport>> {
  const traced = new Map<string, GoPackage>();
  for (const entry of prepared.packages) {
    if (!entry.files.some((file) => prepared.reports.has(file)) || traced.has(entry.dir)) continue;
    const names = readdirSync(entry.dir).filter((name) => /^[^._].*\.go$/.test(name));
    traced.set(entry.dir, { ...entry, files: names.map((name) => join(entry.dir, name)) });
  }
  const rewriting = await rewriteFiles(session.cache, [...traced.values()], rewriteOptions(flags), new Map());
  for (const { file, rewritten, report } of rewriting.files) {
    const place = copy.locate(file);
    if (rewritten === undefined || withdrawn.has(file) || place === undefined || !existsSync(place)) continue;
    chmodSync(place, statSync(place).mode | 0o200);
    const table = report.table ? tableLine(report.table) : "";
    writeFileSync(place, `${readFileSync(rewritten, "utf8")}${table}`);
  }
  return new Map(rewriting.files.map((entry) => [entry.file, entry.report]));
}
