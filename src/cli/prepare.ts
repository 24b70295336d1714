/**
 * From a target to an instrumented build: list the packages, rewrite their files, join the runtime, write the overlay. */

import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import type { Withdrawn } from "../gotool/build.js";
import { digest, ensureDirectory, installRuntime, touch, writeIfChanged } from "../gotool/cache.js";
import type { CommandResult } from "../gotool/command.js";
import { type GoEnvironment, readGoEnvironment, splitFlags } from "../gotool/environment.js";
import { recordExecTrace } from "../gotool/exectrace.js";
import { listInlined, type Omissions } from "../gotool/inlining.js";
import { flagValue, joinRuntime, runtimeModule } from "../gotool/join.js";
import { ancestryOverlay, linkFlags } from "../gotool/linkname.js";
import { type GoPackage, listPackages } from "../gotool/packages.js";
import { asksForCoverage } from "../gotool/toolexec.js";
import type { InstrumentOptions } from "../instrument/index.js";
import { INSTRUMENT_VERSION } from "../instrument/version.js";
import type { ParsedFlags } from "./flags.js";
import { isDryRun } from "./goflags.js";
import { inlineBudget } from "./options.js";
import { type FileReport, type RewrittenFile, rewriteFiles } from "./rewrite.js";
import { type Scope, scopeOf } from "./scope.js";
import type { Session } from "./session.js";
import { isJudgeable, look, settledBefore, type Watched, watchedFor } from "./unchanged.js";
import { makeVariant, readMarked, type Variant, type VariantParts } from "./variant.js";

/** What to build. */
export interface BuildRequest {
  /** Package patterns or .go files, as the user wrote them. */
  readonly patterns: readonly string[];
  /** The user's flags for `go`. */
  readonly goFlags: readonly string[];
  readonly flags: ParsedFlags;
  readonly tests: boolean;
  /** Coverage is asked for by a flag that is not among `goFlags`. */
  readonly coverage?: boolean;
  /** Vet runs. */
  readonly vet?: boolean;
}

/** Files whose rewritten form is known not to compile: path of the file → that form, and why. */
export type KnownBad = Readonly<Record<string, { readonly rewritten: string; readonly reason: string }>>;

/** Kept between builds of one target. */
export interface BuildState {
  readonly overlay: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files to name before those that the user named. */
  readonly extra: readonly string[];
  readonly bad: KnownBad;
}

/** By what a build is recognised as unchanged (see unchanged.ts). */
export interface Watch {
  readonly watched: Watched;
  readonly fingerprint: string;
  /** {@link GoEnvironment.identity} of the build. */
  readonly environment: string;
}

/** A build that is ready to run. */
export interface PreparedBuild {
  readonly environment: GoEnvironment;
  readonly packages: readonly GoPackage[];
  /** Files with a rewritten form, by path; withdrawn ones are not among them. */
  readonly rewritten: ReadonlyMap<string, string>;
  readonly reports: ReadonlyMap<string, FileReport>;
  /** Directory that stays the same for the same target. */
  readonly directory: string;
  /** Flags for `go` that every variant begins with, the overlay not among them. */
  readonly flags: readonly string[];
  /** Environment for `go`, beyond the session's. */
  readonly joinEnv: Readonly<Record<string, string>>;
  /** The build with some of the rewritten files. */
  readonly variant: (files: ReadonlySet<string>) => Variant;
  /** Functions left out by --skip-inlined. */
  readonly omissions: Omissions;
  /** How to know whether anything changed; undefined where that cannot be told. */
  readonly watch: Watch | undefined;
  readonly scope: Scope;
  /** Files that are not rewritten because an earlier build showed that their rewritten form does not compile. */
  readonly withdrawn: readonly Withdrawn[];
}

const runtimeSource = fileURLToPath(new URL("../../runtime-go", import.meta.url));

/** The runtime module of this installation, at its place in the cache. */
export function runtimeDirectory(session: Session): string {
  return installRuntime(session.cache, runtimeSource);
}

/** A directory of the cache that belongs to this target, its flags and its environment. */
export function buildDirectory(session: Session, request: BuildRequest, verb: string): string {
  const env = Object.entries(session.env).filter(
    ([name]) => /^(GO|CGO_|CC$|CXX$)/.test(name) && name !== "GOTRACE_CACHE",
  );
  const { flags } = request;
  const choice = [
    flags.list("include"),
    flags.list("exclude"),
    flags.has("generated"),
    flags.has("exec-trace"),
    flags.string("skip-inlined"),
    request.vet,
  ];
  // The first word stands for the layout of the directory and of the state in it.
  const gotrace = ["7", INSTRUMENT_VERSION, basename(runtimeDirectory(session))];
  const key = digest(
    JSON.stringify([gotrace, session.cwd, verb, request.patterns, request.goFlags, choice, env.sort()]),
  );
  const directory = ensureDirectory(join(session.cache, "build", key.slice(0, 24)));
  touch(directory);
  return directory;
}

/** The state that the last build in this directory left. */
export function readState<T extends BuildState>(directory: string): T | undefined {
  try {
    const state = JSON.parse(readFileSync(join(directory, "state.json"), "utf8")) as T;
    return existsSync(state.overlay) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a build that worked. */
export function writeState(directory: string, state: BuildState): void {
  writeIfChanged(join(directory, "state.json"), JSON.stringify(state));
}

/**
 * Prepares a build.
 * @returns the build, or Go's own failure where it cannot even list the packages
 */
export async function prepareBuild(
  session: Session,
  request: BuildRequest,
  directory: string,
  bad: KnownBad,
): Promise<PreparedBuild | CommandResult> {
  const start = Date.now();
  const runtime = runtimeDirectory(session);
  const [environment, listed] = await Promise.all([
    readGoEnvironment(session.go),
    listPackages(session.go, request.goFlags, request.patterns, request.tests),
  ]);
  const files = request.patterns.some((pattern) => pattern.endsWith(".go"));
  if (!environment.goMod && !environment.goWork && !files) {
    throw new UserError(
      `no go.mod found in ${session.cwd} or any directory above`,
      "run gotrace inside a Go module (or make one with 'go mod init NAME')",
      ExitCode.noInput,
    );
  }
  if (!Array.isArray(listed)) return { code: 1, stdout: "", stderr: listed.stderr };
  const scope = scopeOf(listed, request.flags, environment, session.cwd);
  const { chosen } = scope;
  const goFlags = [...environment.flags, ...request.goFlags];
  if (isDryRun(goFlags)) {
    throw new UserError(
      "with -n go only prints what it would do, and nothing is built that could be traced",
      "leave out -n, in GOFLAGS too",
      ExitCode.usage,
    );
  }
  const userOverlay = readOverlay(flagValue(goFlags, "overlay"), session.cwd);
  // Taken before the files are read: a change while they are is seen the next time.
  const watched = watchedFor(environment, listed);
  const seen = look(watched);
  const recognisable = isJudgeable(request.patterns, goFlags) && settledBefore(seen, start);
  const budget = inlineBudget(request.flags);
  const omissions: Omissions = budget
    ? await listInlined(session.go, budget, {
        environmentFlags: environment.flags,
        flags: request.goFlags,
        patterns: request.patterns,
        tests: request.tests,
        packages: [...new Set(chosen.map((entry) => entry.importPath))],
      })
    : new Map();
  const rewriting = await rewriteFiles(session.cache, chosen, rewriteOptions(request.flags), userOverlay, omissions);
  session.log(
    `${chosen.length} packages, ${rewriting.files.length} files to trace (${rewriting.parsed} parsed, the rest unchanged)`,
  );
  const coverage = asksForCoverage([...goFlags, ...(request.coverage ? ["-cover"] : [])]);
  const markers = { ...rewriteOptions(request.flags), mode: "markers" } as const;
  const marked = coverage ? await rewriteFiles(session.cache, chosen, markers, userOverlay, omissions) : undefined;
  // In a workspace the runtime is a main module, which a plain -cover would count and slow down.
  const cover =
    coverage && environment.goWork && !request.tests && flagValue(goFlags, "coverpkg") === undefined
      ? [`-coverpkg=${listed.filter((entry) => entry.main).map((entry) => entry.importPath)}`]
      : [];
  const complete = !listed.some((entry) => entry.incomplete);
  const joined = joinRuntime(environment, directory, runtime, request.goFlags, complete);
  const rewritten = new Map(
    rewriting.files.flatMap((entry): [string, string][] =>
      entry.rewritten === undefined || isBad(entry, bad) ? [] : [[entry.file, entry.rewritten]],
    ),
  );
  const recorder = request.flags.has("exec-trace") ? recordExecTrace(environment, runtime).overlay : [];
  // Whom a goroutine descends from matters for tests, which own what they start.
  const beyond = [...recorder, ...(request.tests ? ancestryOverlay(runtime) : [])];
  const linking = beyond.length > 0 ? linkFlags(environment, request.goFlags) : [];
  const reports = new Map(rewriting.files.map((file) => [file.file, file.report]));
  const parts: VariantParts = {
    cache: session.cache,
    directory,
    runtime,
    packages: listed,
    open: scope.open,
    patterns: request.patterns,
    reports,
    rewritten,
    replaced: userOverlay,
    fixed: [...joined.overlay, ...beyond],
    marked: marked && readMarked(marked.files),
    vet: request.vet === true,
    through: splitFlags(flagValue(goFlags, "toolexec") ?? ""),
  };
  return {
    environment,
    packages: listed,
    rewritten,
    reports,
    directory,
    flags: [...request.goFlags, ...joined.flags, ...linking, ...cover],
    joinEnv: joined.env,
    watch: recognisable ? { watched, fingerprint: seen.fingerprint, environment: environment.identity } : undefined,
    omissions,
    scope,
    variant: (wanted) => makeVariant(parts, wanted),
    withdrawn: rewriting.files
      .filter((file) => isBad(file, bad))
      .map(({ file }) => ({ file, reason: bad[file]!.reason })),
  };
}

function isBad({ file, rewritten }: RewrittenFile, bad: KnownBad): boolean {
  return rewritten !== undefined && bad[file]?.rewritten === rewritten;
}

/** How files are rewritten under these flags. */
export function rewriteOptions(flags: ParsedFlags): Omit<InstrumentOptions, "name"> {
  return { runtimePath: runtimeModule, generated: flags.has("generated"), mode: "hooks" };
}

/** The user's own -overlay file; relative paths in it start from `cwd`, as for go. @throws UserError when it cannot be read */
function readOverlay(path: string | undefined, cwd: string): ReadonlyMap<string, string> {
  if (path === undefined) return new Map();
  try {
    const parsed = JSON.parse(readFileSync(resolve(cwd, path), "utf8")) as { Replace?: Record<string, string> };
    // An empty replacement hides the file.
    return new Map(
      Object.entries(parsed.Replace ?? {}).map(([from, to]) => [resolve(cwd, from), to === "" ? "" : resolve(cwd, to)]),
    );
  } catch (error) {
    throw new UserError(
      `-overlay: ${messageOf(error)}`,
      "name a JSON file as 'go help build' describes",
      ExitCode.noInput,
    );
  }
}
