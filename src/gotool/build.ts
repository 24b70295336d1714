/**
 * Builds with rewritten files. The user's build must never fail because of gotrace: if a rewritten file does not compile
 * but the original does, the file is taken out of the overlay and the build is tried again.
 */

import { resolve } from "node:path";
import { parseConcatenated } from "./packages.js";
import { type CommandResult, type GoContext, runGo } from "./run-go.js";

/** A compile error that names a file. */
export interface CompileError {
  /** Absolute path as Go prints it: the user's own file, not the rewritten copy. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Parses the compile errors in Go's output. @param cwd directory of the build; paths in the output are relative to it */
export function parseCompileErrors(output: string, cwd: string): CompileError[] {
  const errors: CompileError[] = [];
  for (const line of output.split(/\r?\n/)) {
    const match = /^(?:vet: )?(\S.*?\.(?:go|s|c|h)):(\d+)(?::\d+)?: (.*)$/.exec(line);
    if (match) errors.push({ file: resolve(cwd, match[1]), line: Number(match[2]), message: match[3] });
  }
  return errors;
}

/** A file left untraced because its rewritten form did not compile. */
export interface Withdrawn {
  readonly file: string;
  readonly reason: string;
}

/** The result of a build. */
export interface BuildResult extends CommandResult {
  /** Import paths of the packages that did not compile, if the command reports them (see {@link compileList}). */
  readonly failed?: ReadonlySet<string>;
}

/** Outcome of {@link buildWithFallback}. */
export interface BuildOutcome {
  /** The last build. If it failed, it is the build of the original files, so its output is Go's own. */
  readonly result: BuildResult;
  readonly withdrawn: readonly Withdrawn[];
  /** The files whose rewritten form the last build used. */
  readonly rewritten: ReadonlySet<string>;
}

/** The argument of {@link buildWithFallback}. */
export interface BuildAttempt {
  /** Builds with these original files replaced by their rewritten form; an empty set means the plain build. */
  readonly build: (rewritten: ReadonlySet<string>) => Promise<BuildResult>;
  /** Original files that have a rewritten form, and that form: errors may name either. */
  readonly rewritten: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** Files of a file's package, the file itself included. */
  readonly packageFiles: (file: string) => readonly string[];
  /** Files of the packages with this import path, including test variants. */
  readonly filesOf: (importPath: string) => readonly string[];
  /** If the plain build fails as well, build the packages that compile and leave the others to Go. */
  readonly partial: boolean;
}

const rounds = 8;

/**
 * Builds. If that fails but the plain build succeeds, withdraws the files that the errors name and tries again; after some
 * rounds it withdraws whole packages, finally everything.
 */
export async function buildWithFallback(attempt: BuildAttempt): Promise<BuildOutcome> {
  const withdrawn = new Map<string, Withdrawn>();
  let files: ReadonlySet<string> = new Set(attempt.rewritten.keys());
  let result = await attempt.build(files);
  if (result.code === 0 || files.size === 0) return { result, withdrawn: [], rewritten: files };
  const plain = await attempt.build(new Set());
  if (plain.code !== 0) {
    if (!attempt.partial) return { result: plain, withdrawn: [], rewritten: new Set() };
    const left = new Map([...(plain.failed ?? [])].flatMap(attempt.filesOf).map((file) => [file, true]));
    if ([...files].some((file) => left.has(file))) {
      files = without(files, left);
      result = await attempt.build(files);
    }
  }
  const failsAnew = () => result.code !== 0 && [...(result.failed ?? [""])].some((path) => !plain.failed?.has(path));
  for (let round = 0; files.size > 0 && failsAnew(); round++) {
    const named = blame(result, files, attempt, round >= rounds / 2);
    // The error may be in a file that was not rewritten, caused by a rewritten one of the same package.
    const blamed = named.size > 0 ? named : blame(result, files, attempt, true);
    const reason = firstReason(result);
    const leaving = blamed.size > 0 && round < rounds ? [...blamed.keys()] : [...files];
    for (const file of leaving) withdrawn.set(file, { file, reason: blamed.get(file) ?? reason });
    files = without(files, withdrawn);
    result = await attempt.build(files);
  }
  return { result, withdrawn: [...withdrawn.values()], rewritten: files };
}

function without(files: ReadonlySet<string>, leaving: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  return new Set([...files].filter((file) => !leaving.has(file)));
}

function blame(result: CommandResult, files: ReadonlySet<string>, attempt: BuildAttempt, wholePackages: boolean) {
  const blamed = new Map<string, string>();
  const originals = new Map([...files].map((file) => [attempt.rewritten.get(file), file]));
  for (const error of parseCompileErrors(result.stderr + result.stdout, attempt.cwd)) {
    const named = originals.get(error.file) ?? error.file;
    const candidates = wholePackages ? attempt.packageFiles(named) : [named];
    for (const file of candidates) {
      if (files.has(file) && !blamed.has(file)) blamed.set(file, `line ${error.line}: ${error.message}`);
    }
  }
  return blamed;
}

/** The first error in the output of a failed go command, as one line; a continuation on the next line is appended. */
export function firstReason(result: CommandResult): string {
  const lines = (result.stderr + result.stdout).split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
  const [first, second] = lines;
  if (first === undefined) return `go exited with ${result.code}`;
  return second !== undefined && (first.endsWith(":") || /^\s/.test(second)) ? `${first} ${second.trim()}` : first;
}

/**
 * The command that compiles packages and their dependencies without linking. Unlike `go build`, `go list -e` continues after
 * a package that does not compile and reports its errors as JSON.
 */
export const compileList = ["list", "-e", "-export", "-deps", "-test", "-json=ImportPath,Error"] as const;

/** Turns the output of {@link compileList} into that of a build: exit code 1 and the errors as text if a package failed. */
export function readCompileList(result: CommandResult): BuildResult {
  if (result.code !== 0) return result;
  const listed = parseConcatenated<{ ImportPath: string; Error?: { Err: string } }>(result.stdout);
  const failures = listed.filter(({ Error: error }) => error !== undefined);
  const failed = new Set(failures.map(({ ImportPath }) => ImportPath.replace(/ \[.*\]$/, "")));
  const text = failures.map(({ Error: error }) => `${error!.Err.trimEnd()}\n`).join("");
  return { code: failed.size > 0 ? 1 : 0, stdout: "", stderr: result.stderr + text, failed };
}

/** Runs a command like `go build`. @param overlay path of the overlay file; undefined for the plain build */
export function goBuild(
  context: GoContext,
  verb: readonly string[],
  flags: readonly string[],
  overlay: string | undefined,
  rest: readonly string[],
): Promise<CommandResult> {
  const overlayFlag = overlay === undefined ? [] : [`-overlay=${overlay}`];
  return runGo(context, [...verb, ...flags, ...overlayFlag, ...rest]);
}
