/** Compiling a prepared build: the binary of `run` and its kin, or the packages of `test` ahead of `go test`. */

import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type BuildResult, buildWithFallback, goBuild, type Withdrawn } from "../gotool/build.js";
import { markUsed } from "../gotool/cache.js";
import { type GoEnvironment, readGoEnvironment } from "../gotool/environment.js";
import type { CommandResult } from "../gotool/run-go.js";
import { type BuildSummary, summarize, type Target } from "./build-summary.js";
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

/** A build that worked. */
export interface Compiled {
  /** The build's directory in the cache. */
  readonly directory: string;
  /** Overlay, flags and environment in force; undefined where there is nothing to trace. */
  readonly state: BuildState | undefined;
  /** The packages that the user named. */
  readonly targets: readonly Target[];
  readonly summary: BuildSummary;
  readonly traced: TracedSet;
  /** Files whose rewritten form did not compile; empty where nothing had changed. */
  readonly withdrawn: readonly Withdrawn[];
  /**
   * The files that were compiled in their rewritten form: neither those withdrawn nor those of packages that do not compile
   * untouched. Absent where nothing had changed.
   */
  readonly rewritten?: ReadonlySet<string>;
  /** Absent where nothing had changed and `go build` alone was asked. */
  readonly prepared?: PreparedBuild;
}

/** What a build is remembered by where nothing has changed. */
interface Remembered {
  readonly mark: BuildMark;
  /** Milliseconds since 1970. After a day everything is looked at again. */
  readonly time: number;
  readonly targets: readonly Target[];
  readonly unmatched: readonly string[];
  readonly summary: BuildSummary;
  readonly traced: TracedSet;
  readonly sizes: Sizes;
}

const day = 24 * 3600 * 1000;

/** How to compile: the command before and after the flags. */
export interface CompileCommand {
  /** Part of the key of the build's cache directory. */
  readonly name: string;
  readonly verb: readonly string[];
  readonly rest: (directory: string, extraFiles: readonly string[]) => readonly string[];
  /** Reads its result, where that says more than its exit code. */
  readonly read?: (result: CommandResult) => BuildResult;
  /** Go on where packages of the user do not compile. */
  readonly partial?: boolean;
  /** Another command of go follows, which says all that this one said. */
  readonly followed?: boolean;
  /** Refuses packages that the user named, before anything is built. @throws UserError */
  readonly check?: (targets: readonly Target[], environment: GoEnvironment) => void;
  /** The command itself decides what to build anew: where nothing changed it needs no preparation. */
  readonly builds?: boolean;
}

/**
 * Prepares and compiles. Go's own failure comes back as its result, exactly as the plain build gave it.
 */
export async function compile(
  context: BuildContext,
  request: BuildRequest,
  command: CompileCommand,
): Promise<Compiled | CommandResult> {
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
  if (last?.remembered && command.builds && (await isUnchanged(context, last.remembered))) {
    context.log("nothing changed since the last build");
    const result = await traced(last);
    if (result.code === 0) {
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
  const all = new Set(prepared.rewritten.keys());
  const stateOf = (files: ReadonlySet<string>, uncompilable: KnownUncompilable): BuildState => {
    const { overlay, flags, extra } = prepared.variant(files);
    return { overlay, flags: [...prepared.flags, ...flags], env: prepared.joinEnv, extra, uncompilable };
  };
  const known: KnownUncompilable = last?.uncompilable ?? {};
  const outcome = await buildWithFallback({
    rewritten: all,
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

async function isUnchanged(context: BuildContext, { mark, time, sizes }: Remembered): Promise<boolean> {
  if (Date.now() - time >= day || inputState(mark.inputs).fingerprint !== mark.fingerprint) return false;
  if (!areIntact(sizes)) return false;
  return (await readGoEnvironment(context.go)).identity === mark.environment;
}

/** Overlays of earlier states; young ones may be in use by another gotrace. */
function removeOldOverlays(directory: string, current: string): void {
  const hourAgo = Date.now() - 3600_000;
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (!name.startsWith("overlay-") || path === current) continue;
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? hourAgo) < hourAgo) rmSync(path, { force: true });
  }
}
