/**
 * Compiles a prepared build: the binary for `run` and similar commands, or the packages of `test` ahead of `go test`.
 * Remembers what it built, to skip preparation while nothing changes.
 */

import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type BuildResult, buildWithFallback, goBuild, type Withdrawn } from "../gotool/build.js";
import { markUsed } from "../gotool/cache.js";
import { type GoEnvironment, readGoEnvironment } from "../gotool/environment.js";
import { both, type CommandResult } from "../gotool/run-go.js";
import { type BuildSummary, type BuiltPackage, summarize } from "./build-summary.js";
import type { BuildContext } from "./context.js";
import { areIntact, type Sizes, sizesOf } from "./intact.js";
import {
  type BuildMark,
  type BuildRequest,
  type BuildState,
  buildDirectory,
  type KnownUncompilable,
  type PreparedBuild,
  prepareBuild,
  readState,
  writeState,
} from "./prepare.js";
import { refuseNothing } from "./scope.js";
import { packTraced, type TracedSet } from "./traced-set.js";
import { inputState } from "./up-to-date.js";

/** A build that succeeded. */
export interface Compiled {
  /** The build's directory in the cache. */
  readonly directory: string;
  /** The overlay, flags and environment used; undefined if there is nothing to trace. */
  readonly state: BuildState | undefined;
  /** The packages that the user asked to build. */
  readonly targets: readonly BuiltPackage[];
  readonly summary: BuildSummary;
  readonly traced: TracedSet;
  /** Files whose rewritten form did not compile; empty if the last build was reused. */
  readonly withdrawn: readonly Withdrawn[];
  /**
   * The files compiled in their rewritten form: not those withdrawn, nor those of packages whose original code does not
   * compile. Absent if the last build was reused.
   */
  readonly rewritten?: ReadonlySet<string>;
  /** Absent if the last build was reused. */
  readonly prepared?: PreparedBuild;
}

/** The result of a build, to be reused while nothing changes. */
interface Remembered {
  readonly mark: BuildMark;
  /** Milliseconds since 1970. After a day the build is prepared again in any case. */
  readonly time: number;
  readonly targets: readonly BuiltPackage[];
  readonly unmatched: readonly string[];
  readonly summary: BuildSummary;
  readonly traced: TracedSet;
  readonly sizes: Sizes;
}

const day = 24 * 3600 * 1000;

/** The go command that compiles. */
export interface CompileCommand {
  /** Part of the key of the build's cache directory. */
  readonly name: string;
  /** The words before the flags: `build`. */
  readonly verb: readonly string[];
  /** The words after the flags. @param extraFiles files that gotrace adds to those that the user named */
  readonly rest: (directory: string, extraFiles: readonly string[]) => readonly string[];
  /** Reads the command's output, if it says more than the exit code. */
  readonly read?: (result: CommandResult) => BuildResult;
  /** Continue with the other packages if some of the user's do not compile. */
  readonly partial?: boolean;
  /** Another go command follows and repeats this one's messages, so they are not printed. */
  readonly followed?: boolean;
  /** Checks the packages that the user asked for, before anything is built. @throws UserError to refuse them */
  readonly check?: (targets: readonly BuiltPackage[], environment: GoEnvironment) => void;
  /** The command rebuilds whatever changed, as `go build` does, so an unchanged build needs no preparation. */
  readonly builds?: boolean;
}

/**
 * Prepares and compiles. Files whose rewritten form does not compile stay untraced, with a warning.
 *
 * @returns the build, or Go's own result if the plain build fails as well
 * @throws UserError if `command.check` refuses the packages, or `--include` leaves nothing to trace
 */
export async function compile(
  context: BuildContext,
  request: BuildRequest,
  command: CompileCommand,
): Promise<Compiled | CommandResult> {
  context.checkTemporary();
  const directory = buildDirectory(context, request, command.name);
  const read = command.read ?? ((result: CommandResult): BuildResult => result);
  const plain = async () =>
    read(await goBuild(context.go, command.verb, request.goFlags, undefined, command.rest(directory, [])));
  const traced = async ({ overlay, flags, env, extra }: BuildState) => {
    markUsed(overlay);
    const go = { ...context.go, env: { ...context.env, ...env } };
    return read(await goBuild(go, command.verb, flags, overlay, command.rest(directory, extra)));
  };

  const last = readState<BuildState & { remembered?: Remembered }>(directory);
  if (last?.remembered && command.builds && isUntouched(last.remembered)) {
    // The answer is nearly always the old one. So go builds meanwhile; what it makes under another one is not used.
    const [result, { identity }] = await both(traced(last), readGoEnvironment(context.go));
    const isSame = identity === last.remembered.mark.environment;
    if (isSame) context.log("nothing changed since the last build");
    if (isSame && result.code === 0) {
      process.stderr.write(result.stderr);
      const { targets, unmatched, summary, traced: set } = last.remembered;
      warnOf(context, unmatched);
      return { directory, state: last, targets, summary, traced: set, withdrawn: [] };
    }
  }
  const prepared = await prepareBuild(context, request, directory, last?.uncompilable ?? {});
  if ("code" in prepared) {
    const result = await plain();
    return result.code === 0 ? prepared : result;
  }
  const targets = prepared.packages
    .filter((entry) => entry.target)
    .map(({ importPath, name }) => ({ importPath, name }));
  command.check?.(targets, prepared.environment);
  warnOf(context, prepared.scope.unmatched);
  refuseNothing(request.options, prepared.scope, summarize(prepared.reports, prepared.withdrawn, prepared.scope.left));
  const stateOf = (files: ReadonlySet<string>, uncompilable: KnownUncompilable): BuildState => {
    const { overlay, flags, extra } = prepared.variant(files);
    return { overlay, flags: [...prepared.flags, ...flags], env: prepared.joinEnv, extra, uncompilable };
  };
  const known: KnownUncompilable = last?.uncompilable ?? {};
  const outcome = await buildWithFallback({
    rewritten: prepared.rewritten,
    cwd: context.cwd,
    packageFiles: (file) => prepared.packages.find((entry) => entry.files.includes(file))?.files ?? [file],
    filesOf: (path) => prepared.packages.flatMap(({ importPath, files }) => (importPath === path ? files : [])),
    build: (files) => (files.size === 0 ? plain() : traced(stateOf(files, known))),
    partial: command.partial === true,
  });
  if (outcome.result.code !== 0 && !command.partial) return outcome.result;
  if (outcome.result.code === 0 && !command.followed) process.stderr.write(outcome.result.stderr);
  for (const { file, reason } of outcome.withdrawn) context.warn(`${file} is not traced: ${reason}`);
  const found = outcome.withdrawn.map(({ file, reason }) => [
    file,
    { rewritten: prepared.rewritten.get(file)!, reason },
  ]);
  const state = stateOf(outcome.rewritten, { ...known, ...Object.fromEntries(found) });
  removeOldOverlays(directory, state.overlay);
  const withdrawn = [...prepared.withdrawn, ...outcome.withdrawn];
  const summary = summarize(prepared.reports, withdrawn, prepared.scope.left);
  const namesOf = (file: string) => (outcome.rewritten.has(file) ? prepared.reports.get(file)?.names : undefined);
  const set = packTraced(prepared.packages, namesOf, request.tests);
  const {
    mark,
    scope: { unmatched },
  } = prepared;
  const remembered =
    mark &&
    ({
      mark,
      time: Date.now(),
      targets,
      unmatched,
      summary,
      traced: set,
      sizes: sizesOf(context.cache, state.overlay),
    } satisfies Remembered);
  if (outcome.rewritten.size > 0) writeState(directory, { ...state, ...(remembered ? { remembered } : {}) });
  const { rewritten } = outcome;
  const own = rewritten.size > 0 ? state : undefined;
  return { directory, prepared, targets, summary, traced: set, withdrawn, rewritten, state: own };
}

function warnOf(context: BuildContext, lines: readonly string[]): void {
  for (const line of lines) context.warn(line);
}

/** Whether all that gotrace itself looks at is as it was: go's environment is then what is left to compare. */
function isUntouched({ mark, time, sizes }: Remembered): boolean {
  return Date.now() - time < day && inputState(mark.inputs).fingerprint === mark.fingerprint && areIntact(sizes);
}

/** Removes overlays of earlier builds after an hour; younger ones may be in use by another gotrace. */
function removeOldOverlays(directory: string, current: string): void {
  const hourAgo = Date.now() - 3600_000;
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (!name.startsWith("overlay-") || path === current) continue;
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? hourAgo) < hourAgo) rmSync(path, { force: true });
  }
}
