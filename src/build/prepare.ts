/** Prepares an instrumented build: lists the packages, rewrites their files, links the runtime, writes the overlay. */

import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import { formatNumberOf } from "../base/units.js";
import type { Withdrawn } from "../gotool/build.js";
import { digest, ensureDirectory, installRuntime, touch, writeIfChanged } from "../gotool/cache.js";
import { type GoEnvironment, isDryRun, readGoEnvironment, splitFlags } from "../gotool/environment.js";
import { recordExecTrace } from "../gotool/exectrace.js";
import { listInlined, type Omissions } from "../gotool/inlining.js";
import { flagValue, linkRuntime, runtimeModule } from "../gotool/link-runtime.js";
import { ancestryOverlay, linkFlags } from "../gotool/linkname.js";
import { type GoPackage, listPackages } from "../gotool/packages.js";
import { both, type CommandResult } from "../gotool/run-go.js";
import { signalOverlay } from "../gotool/signals.js";
import { asksForCoverage } from "../gotool/toolexec.js";
import type { InstrumentOptions } from "../instrument/index.js";
import type { BuildContext, BuildOptions } from "./context.js";
import { ORIGIN } from "./origin.js";
import { type FileReport, type RewrittenFile, rewriteFiles } from "./rewrite-cache.js";
import { type Scope, scopeOf } from "./scope.js";
import { type BuildInputs, inputState, inputsOf, isRecognisable, isStable } from "./up-to-date.js";
import { makeVariant, readMarked, type Variant, type VariantParts } from "./variant.js";

/** What to build. */
export interface BuildRequest {
  /** Package patterns or .go files, as the user wrote them. */
  readonly patterns: readonly string[];
  /** The user's flags for `go`. */
  readonly goFlags: readonly string[];
  readonly options: BuildOptions;
  readonly tests: boolean;
  /** Whether a flag that is not in `goFlags` asks for coverage. */
  readonly coverage?: boolean;
  /** Whether vet runs. */
  readonly vet?: boolean;
}

/** Files whose rewritten form is known not to compile: path → path of that form, and the compiler's reason. */
export type KnownUncompilable = Readonly<Record<string, { readonly rewritten: string; readonly reason: string }>>;

/** What a build directory keeps from one build to the next. */
export interface BuildState {
  /** Path of the overlay file. */
  readonly overlay: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files to pass to go before those that the user named. */
  readonly extra: readonly string[];
  readonly uncompilable: KnownUncompilable;
}

/** Identifies the inputs of a build, to recognise it as unchanged (see up-to-date.ts). */
export interface BuildMark {
  readonly inputs: BuildInputs;
  readonly fingerprint: string;
  /** {@link GoEnvironment.identity} of the build. */
  readonly environment: string;
}

/** A build that is ready to be compiled. */
export interface PreparedBuild {
  readonly environment: GoEnvironment;
  readonly packages: readonly GoPackage[];
  /** Original file → its rewritten form; without the `withdrawn` files. */
  readonly rewritten: ReadonlyMap<string, string>;
  readonly reports: ReadonlyMap<string, FileReport>;
  /** The build's directory in the cache, see {@link buildDirectory}. */
  readonly directory: string;
  /** Flags for `go` that every variant begins with, without the overlay. */
  readonly flags: readonly string[];
  /** Variables for `go` in addition to the context's environment. */
  readonly joinEnv: Readonly<Record<string, string>>;
  /** Makes the build that replaces only these files. */
  readonly variant: (files: ReadonlySet<string>) => Variant;
  /** Functions left out by --skip-inlined. */
  readonly omissions: Omissions;
  /** Recognises the build as unchanged; undefined if that is impossible. */
  readonly mark: BuildMark | undefined;
  readonly scope: Scope;
  /** Files left as they are because their rewritten form did not compile in an earlier build. */
  readonly withdrawn: readonly Withdrawn[];
}

const runtimeSource = fileURLToPath(new URL("../../runtime-go", import.meta.url));

/** Installs this version's runtime module in the cache, and returns its directory. */
export function runtimeDirectory(context: BuildContext): string {
  return installRuntime(context.cache, runtimeSource);
}

/** The directory in the cache for builds of this target with these flags and this environment. */
export function buildDirectory(context: BuildContext, request: BuildRequest, verb: string): string {
  const env = Object.entries(context.env).filter(
    ([name]) => /^(GO|CGO_|CC$|CXX$)/.test(name) && name !== "GOTRACE_CACHE",
  );
  const { include, exclude, generated, execTrace, inlineBudget, dumpSignals } = request.options;
  const executes = execTrace !== undefined && [execTrace.ring !== undefined];
  const choice = [include, exclude, generated, executes, inlineBudget, request.vet, dumpSignals];
  const gotrace = [ORIGIN, basename(runtimeDirectory(context))];
  const key = digest(
    JSON.stringify([gotrace, context.cwd, verb, request.patterns, request.goFlags, choice, env.sort()]),
  );
  const directory = ensureDirectory(join(context.cache, "build", key.slice(0, 24)));
  touch(directory);
  return directory;
}

/** The state that the last build left in a directory; undefined if missing or unusable. */
export function readState<T extends BuildState>(directory: string): T | undefined {
  try {
    const state = JSON.parse(readFileSync(join(directory, "state.json"), "utf8")) as T;
    return existsSync(state.overlay) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Stores the state of a successful build. */
export function writeState(directory: string, state: BuildState): void {
  writeIfChanged(join(directory, "state.json"), JSON.stringify(state));
}

/**
 * Prepares a build.
 * @param known files not to rewrite, from earlier builds
 * @returns the build, or go's own result if it cannot list the packages
 * @throws UserError without a module, with `-n`, or if `--include` and `--exclude` leave no package
 */
export async function prepareBuild(
  context: BuildContext,
  request: BuildRequest,
  directory: string,
  known: KnownUncompilable,
): Promise<PreparedBuild | CommandResult> {
  const start = Date.now();
  const runtime = runtimeDirectory(context);
  const [environment, listed] = await both(
    readGoEnvironment(context.go),
    listPackages(context.go, request.goFlags, request.patterns, request.tests),
  );
  const files = request.patterns.some((pattern) => pattern.endsWith(".go"));
  if (!environment.goMod && !environment.goWork && !files) {
    throw new UserError(
      `no go.mod found in ${context.cwd} or any directory above`,
      "run gotrace inside a Go module (or make one with 'go mod init NAME')",
      ExitCode.noInput,
    );
  }
  if (!Array.isArray(listed)) return { code: 1, stdout: "", stderr: listed.stderr };
  const scope = scopeOf(listed, request.options, environment, context.cwd);
  const { chosen } = scope;
  const goFlags = [...environment.flags, ...request.goFlags];
  if (isDryRun(goFlags)) {
    throw new UserError(
      "with -n go only prints what it would do, and builds nothing that could be traced",
      "leave out -n, also in GOFLAGS",
      ExitCode.usage,
    );
  }
  const userOverlay = readOverlay(flagValue(goFlags, "overlay"), context.cwd);
  // Taken before the files are read, so that the next build notices changes made meanwhile.
  const inputs = inputsOf(environment, listed);
  const state = inputState(inputs);
  const recognisable = isRecognisable(request.patterns, goFlags) && isStable(state, start);
  const budget = request.options.inlineBudget;
  const omissions: Omissions = budget
    ? await listInlined(context.go, budget, {
        environmentFlags: environment.flags,
        flags: request.goFlags,
        patterns: request.patterns,
        tests: request.tests,
        packages: [...new Set(chosen.map((entry) => entry.importPath))],
      })
    : new Map();
  const rewriting = await rewriteFiles(context.cache, chosen, rewriteOptions(request.options), userOverlay, omissions);
  context.log(
    `${formatNumberOf(chosen.length, "package")}, ${formatNumberOf(rewriting.files.length, "file")} to trace (${rewriting.parsed} parsed, the rest unchanged)`,
  );
  const coverage = asksForCoverage([...goFlags, ...(request.coverage ? ["-cover"] : [])]);
  const markers = { ...rewriteOptions(request.options), mode: "markers" } as const;
  const marked = coverage ? await rewriteFiles(context.cache, chosen, markers, userOverlay, omissions) : undefined;
  // In a workspace the runtime is a main module. A plain -cover would count its code and slow it down.
  const cover =
    coverage && environment.goWork && !request.tests && flagValue(goFlags, "coverpkg") === undefined
      ? [`-coverpkg=${listed.filter((entry) => entry.main).map((entry) => entry.importPath)}`]
      : [];
  const complete = !listed.some((entry) => entry.incomplete);
  const linked = linkRuntime(environment, directory, runtime, request.goFlags, complete);
  const rewritten = new Map(
    rewriting.files.flatMap((entry): [string, string][] =>
      entry.rewritten === undefined || isUncompilable(entry, known) ? [] : [[entry.file, entry.rewritten]],
    ),
  );
  const { execTrace, dumpSignals } = request.options;
  const recorder = execTrace ? recordExecTrace(environment, runtime, execTrace, listed).overlay : [];
  const signals = dumpSignals ? signalOverlay(environment, runtime) : [];
  // Tests own the goroutines that they start, also through untraced code, so the runtime records those ancestors.
  const beyond = [...recorder, ...(request.tests ? ancestryOverlay(runtime) : [])];
  const linking = beyond.length > 0 ? linkFlags(environment, request.goFlags) : [];
  const reports = new Map(rewriting.files.map((file) => [file.file, file.report]));
  const parts: VariantParts = {
    cache: context.cache,
    directory,
    runtime,
    packages: listed,
    open: scope.open,
    patterns: request.patterns,
    reports,
    rewritten,
    replaced: userOverlay,
    fixed: [...linked.overlay, ...beyond, ...signals],
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
    flags: [...request.goFlags, ...linked.flags, ...linking, ...cover],
    joinEnv: linked.env,
    mark: recognisable ? { inputs, fingerprint: state.fingerprint, environment: environment.identity } : undefined,
    omissions,
    scope,
    variant: (wanted) => makeVariant(parts, wanted),
    withdrawn: rewriting.files
      .filter((file) => isUncompilable(file, known))
      .map(({ file }) => ({ file, reason: known[file].reason })),
  };
}

function isUncompilable({ file, rewritten }: RewrittenFile, known: KnownUncompilable): boolean {
  return rewritten !== undefined && known[file]?.rewritten === rewritten;
}

/** The options of the rewriter for a build. */
export function rewriteOptions({ generated }: Pick<BuildOptions, "generated">): Omit<InstrumentOptions, "name"> {
  return { runtimePath: runtimeModule, generated, mode: "hooks" };
}

/**
 * Reads the user's own -overlay file: path → path of its content, "" to hide the file. Relative paths start from `cwd`, as
 * in go. @throws UserError if it cannot be read
 */
function readOverlay(path: string | undefined, cwd: string): ReadonlyMap<string, string> {
  if (path === undefined) return new Map();
  try {
    const parsed = JSON.parse(readFileSync(resolve(cwd, path), "utf8")) as { Replace?: Record<string, string> };
    return new Map(
      Object.entries(parsed.Replace ?? {}).map(([from, to]) => [resolve(cwd, from), to === "" ? "" : resolve(cwd, to)]),
    );
  } catch (error) {
    throw new UserError(
      `-overlay: cannot read ${path}: ${messageOf(error)}`,
      "name a JSON file as 'go help build' describes",
      ExitCode.noInput,
    );
  }
}
