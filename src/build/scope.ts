/** Decides which packages of a build are traced, and explains why others are not. */

import { isAbsolute, relative } from "node:path";
import { ExitCode, UserError } from "../base/errors.js";
import { formatNumberOf } from "../base/units.js";
import type { GoEnvironment } from "../gotool/environment.js";
import type { GoPackage } from "../gotool/packages.js";
import type { BuildSummary, LeftPackage } from "./build-summary.js";
import type { BuildOptions } from "./context.js";
import { packageFilter } from "./package-patterns.js";

/** The packages of a build, sorted out. */
export interface Scope {
  /** The packages to trace. */
  readonly chosen: readonly GoPackage[];
  /** The packages whose files a build can replace, `chosen` included. */
  readonly open: readonly GoPackage[];
  readonly left: readonly LeftPackage[];
  /** Messages for patterns that match no package in `open`. */
  readonly unmatched: readonly string[];
}

/**
 * Chooses the packages of the main modules, and those of modules replaced by directories if `--include` names them.
 * @throws UserError if `--include` and `--exclude` leave none, unless go could not load a package and will report that
 */
export function scopeOf(
  listed: readonly GoPackage[],
  { include, exclude }: Pick<BuildOptions, "include" | "exclude">,
  env: GoEnvironment,
  cwd: string,
): Scope {
  const filter = packageFilter(include, exclude, cwd);
  const open = listed.filter((entry) => closedBy(entry, env) === undefined);
  const chosen = open.filter((entry) => (entry.main || filter.named(entry)) && filter.accepts(entry));
  const left = new Map<string, string>();
  for (const entry of listed) {
    const reason = closedBy(entry, env);
    if (reason !== undefined && (entry.main || filter.named(entry))) left.set(entry.importPath, reason);
  }
  const unmatched = filter.unmatched(open).map(({ word, matches }) => {
    const only = listed.find((entry) => matches(entry));
    const reason = only && closedBy(only, env);
    return reason === undefined
      ? `${word} matches no package of this build that could be traced`
      : `${word} matches nothing that can be traced: ${only?.importPath} is ${reason}`;
  });
  const complete = listed.length > 0 && !listed.some(({ incomplete }) => incomplete);
  if (chosen.length === 0 && complete && include.length + exclude.length > 0) {
    const some = [...new Set(open.map((entry) => entry.importPath))];
    throw new UserError(
      include.length > 0 && unmatched.length > 0 ? unmatched[0] : "--include and --exclude leave no package to trace",
      `packages that can be traced: ${some.slice(0, 5).join(", ")}${some.length > 5 ? ", …" : ""}`,
      ExitCode.noInput,
    );
  }
  return { chosen, open, left: [...left].map(([importPath, reason]) => ({ importPath, reason })), unmatched };
}

/** Why the files of a package cannot be replaced; undefined if they can. */
function closedBy({ standard, main, localReplace, dir }: GoPackage, { modCache, minor }: GoEnvironment) {
  if (standard) return "in the standard library";
  if (!main && !localReplace) return "in a module that neither go.work nor a replace directive makes local";
  const way = modCache === "" ? ".." : relative(modCache, dir);
  const cached = way !== ".." && !way.startsWith("../") && !way.startsWith("..\\") && !isAbsolute(way);
  return cached && minor >= 25 ? "in the module cache, where Go 1.25 and newer replace no files" : undefined;
}

/**
 * Stops a run whose trace would be empty.
 * @throws UserError if `--include` names packages and none of their functions can be traced
 */
export function refuseNothing({ include }: BuildOptions, { chosen }: Scope, summary: BuildSummary): void {
  if (include.length === 0 || summary.functions > 0) return;
  throw new UserError(
    `--include leaves nothing to trace in ${formatNumberOf(new Set(chosen.map((entry) => entry.importPath)).size, "package")}${reasons(summary)}`,
    "name packages whose functions can be traced (see -v)",
    ExitCode.noInput,
  );
}

/** A message that says why no call was recorded, as far as the build shows. */
export function whyNothing(summary: BuildSummary): string {
  return summary.functions === 0
    ? `no call was recorded: no function of this build is traced${reasons(summary)}`
    : `no call was recorded: none of ${formatNumberOf(summary.functions, "traced function")} ran, or the process could not write its trace`;
}

function reasons({ leftOut }: BuildSummary): string {
  if (leftOut.length === 0) return "";
  const listed = leftOut.slice(0, 3).map(({ count, what, reason }) => `${formatNumberOf(count, what)} ${reason}`);
  return ` (${listed.join("; ")}${leftOut.length > 3 ? "; more with -v" : ""})`;
}
