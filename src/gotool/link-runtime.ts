/**
 * Adds the runtime module to a build without touching the user's files: `-overlay` replaces the go.mod or go.work in force
 * by a version with added lines. If that is impossible (`-mod=mod` writes go.mod, Go before 1.23 does not read go.work
 * through an overlay, files outside a module), the build uses a copy in its directory instead.
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { writeByContent } from "./cache.js";
import type { GoEnvironment } from "./environment.js";
import { vendorReplacements } from "./vendor.js";

/** Import path of the runtime package, and path of its module. */
export const runtimeModule = "gotrace.internal/rt";

/** Import path of package sys, which programs and tests import on behalf of the runtime package. */
export const systemPackage = `${runtimeModule}/sys`;

/** What a build needs besides the user's own flags. */
export interface LinkedRuntime {
  /** Overlay entries: path as Go sees it → file on disk. */
  readonly overlay: ReadonlyMap<string, string>;
  /** Flags to put after the user's, which they override. */
  readonly flags: readonly string[];
  /** Variables for `go`, not for the program. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Adds the runtime module to a build.
 * @param directory absolute path where copies are written, named by their content; stable per build to keep caches warm
 * @param runtime directory of the runtime module
 * @param userFlags the user's build flags
 * @param complete whether go could load every package of the build
 */
export function linkRuntime(
  environment: GoEnvironment,
  directory: string,
  runtime: string,
  userFlags: readonly string[],
  complete: boolean,
): LinkedRuntime {
  const flags = [...environment.flags, ...userFlags];
  if (environment.goWork) return linkWorkspace(environment, directory, runtime, flags, complete);
  if (environment.goMod) return linkModule(environment, directory, runtime, flags, complete);
  const work = writeByContent(directory, ".work", `go 1.${environment.minor}\n\nuse ${quoted(runtime)}\n`);
  return { overlay: new Map(), flags: [], env: { GOWORK: work } };
}

function linkModule(
  env: GoEnvironment,
  directory: string,
  runtime: string,
  flags: readonly string[],
  complete: boolean,
): LinkedRuntime {
  const named = flagValue(flags, "modfile");
  const goMod = named ?? env.goMod;
  const root = dirname(env.goMod);
  const mod = flagValue(flags, "mod");
  const original = readFileSync(goMod, "utf8");
  const automatic = goLineAtLeast(original, 14);
  const place = { root, workspace: false, mod, automatic, toldApart: env.minor >= 22, complete };
  const vendor = vendorReplacements(place, join(directory, "vendor"));
  const lines = [`require ${runtimeModule} v0.0.0`, `replace ${runtimeModule} => ${quoted(runtime)}`, ...vendor.lines];
  const text = `${vendor.left ? withoutReplaces(original) : original}\n${lines.join("\n")}\n`;
  if (mod === "mod") {
    const sum = goMod.replace(/\.mod$/, ".sum");
    const copy = writeByContent(directory, ".mod", text, { ".sum": existsSync(sum) ? readFileSync(sum) : "" });
    return { overlay: new Map(), flags: [`-modfile=${copy}`], env: {} };
  }
  return {
    overlay: new Map([...vendor.overlay, [goMod, writeByContent(directory, ".mod", text)]]),
    flags: vendor.left ? ["-mod=readonly"] : [],
    env: {},
  };
}

function linkWorkspace(
  env: GoEnvironment,
  directory: string,
  runtime: string,
  flags: readonly string[],
  complete: boolean,
): LinkedRuntime {
  const root = dirname(env.goWork);
  const mod = flagValue(flags, "mod");
  const original = readFileSync(env.goWork, "utf8");
  const automatic = env.minor >= 22 && goLineAtLeast(original, 22);
  const place = { root, workspace: true, mod, automatic, toldApart: env.minor >= 22, complete };
  const vendor = vendorReplacements(place, join(directory, "vendor"));
  const kept = vendor.left ? withoutReplaces(original) : original;
  const text = `${kept}\nuse ${quoted(runtime)}\n${vendor.lines.join("\n")}\n`;
  const readonly = vendor.left ? ["-mod=readonly"] : [];
  if (env.minor >= 23) {
    const copy = writeByContent(directory, ".work", text);
    return { overlay: new Map([...vendor.overlay, [env.goWork, copy]]), flags: readonly, env: {} };
  }
  const sum = `${env.goWork}.sum`;
  const copy = writeByContent(
    directory,
    ".work",
    // Relative directories of a go.work are relative to the file itself.
    absoluteDirectories(text, root, directory),
    existsSync(sum) ? { ".work.sum": readFileSync(sum) } : {},
  );
  return { overlay: vendor.overlay, flags: readonly, env: { GOWORK: copy } };
}

/** The value of the last `-name=value` or `-name value` among Go flags; undefined without one. */
export function flagValue(flags: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (const [index, flag] of flags.entries()) {
    const match = /^--?([^=]+)(?:=(.*))?$/s.exec(flag);
    if (match?.[1] === name) value = match[2] ?? flags[index + 1];
  }
  return value;
}

/** Whether the `go 1.N` line of a go.mod or go.work is at least 1.`minor`. */
function goLineAtLeast(text: string, minor: number): boolean {
  const line = /^go[ \t]+1\.(\d+)/m.exec(text);
  return line !== null && Number(line[1]) >= minor;
}

/** Quotes a path for go.mod and go.work as a Go string, because it may contain spaces. */
function quoted(path: string): string {
  return JSON.stringify(path);
}

/** Removes all `replace` directives, single and in blocks: the vendor directory already contains their result. */
function withoutReplaces(text: string): string {
  return text.replace(/^[ \t]*replace[ \t]*\([^)]*\)/gm, "").replace(/^[ \t]*replace[ \t][^\n]*/gm, "");
}

/** Rewrites `./x`, `../x` and `.` in `use` and `replace` lines to mean the same when read from the directory `from`. */
function absoluteDirectories(text: string, root: string, from: string): string {
  const upwards = relative(from, root) || ".";
  return text.replace(
    /(^|[\s(])("?)(\.{1,2}(?:\/[^\s"]*)?)\2(?=\s|\)|$)/gm,
    (_, before: string, __: string, path: string) => {
      return `${before}${quoted(join(upwards, path).startsWith(".") ? join(upwards, path) : `./${join(upwards, path)}`)}`;
    },
  );
}
