/** Finds, in the repository around the working directory, the source files that a trace names. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Locate, Place } from "../../base/locate.js";
import { isStandard } from "../../base/packages.js";
import { type Module, modulesAround, modulesBelow, slashed } from "./modules.js";

/** The root of the repository around a directory: the nearest directory upwards with `.git`, or the directory itself. */
export function repositoryRoot(directory: string): string {
  for (let at = resolve(directory); ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return resolve(directory);
  }
}

/**
 * Makes a function that finds the place of a stack frame in the repository. A trace may come from another machine or
 * from a build with -trimpath, so a file outside the root is looked up by its module's import path, or else by the end
 * of its path.
 * @param root the repository's root; places are relative to it
 * @param module a directory of the repository that is searched first
 */
export function locator(root: string, module: string = root): Locate {
  const known = new Map<string, string | undefined>();
  let modules: readonly Module[] | undefined;
  const search = (file: string) => {
    const path = slashes(file);
    // Users do not edit files of the module cache.
    if (/@v\d/.test(path)) return undefined;
    const inside = relative(root, file);
    if (inside !== "" && !inside.startsWith("..") && resolve(root, inside) === resolve(file) && isFile(file))
      return file;
    modules ??= [...modulesAround(module, root), ...modulesBelow(root)];
    const own = ofModule(path, modules);
    // A -trimpath path begins with its module: a file here that matches only by its end would be another module's.
    if (own !== undefined || (modules.length > 0 && isImportPath(path))) return own;
    return byEnd(path, module === root ? [root] : [module, root]) ?? inAnyModule(path, modules);
  };
  return (frame): Place | undefined => {
    if (frame.line <= 0 || frame.file === "" || isStandard(frame)) return undefined;
    if (!known.has(frame.file)) {
      const found = search(frame.file);
      known.set(frame.file, found === undefined ? undefined : slashed(root, found));
    }
    const path = known.get(frame.file);
    return path === undefined ? undefined : { path, line: frame.line };
  };
}

/**
 * The file to name for findings without a place in the repository, since code scanning rejects results without a
 * location: the nearest go.mod upwards from `cwd`, or else the first one below the root.
 * @returns a path relative to the root; `go.mod` even if there is no such file
 */
export function fallbackFile(cwd: string, root: string): string {
  for (let at = resolve(cwd); ; at = dirname(at)) {
    if (isFile(join(at, "go.mod"))) return slashed(root, join(at, "go.mod"));
    if (at === root || dirname(at) === at) break;
  }
  const [module] = modulesBelow(root);
  return module ? slashed(root, join(module.directory, "go.mod")) : "go.mod";
}

function slashes(file: string): string {
  return file.replace(/\\/g, "/");
}

/** Whether a path begins with a host name, as import paths of published modules do. */
function isImportPath(path: string): boolean {
  return /^[^/:]+\.[^/:]+\//.test(path);
}

/** The file that a -trimpath path names: it begins with the path of one of the modules. */
function ofModule(path: string, modules: readonly Module[]): string | undefined {
  const owners = modules.filter((module) => path.startsWith(`${module.path}/`));
  owners.sort((a, b) => b.path.length - a.path.length);
  return owners.map((module) => join(module.directory, path.slice(module.path.length + 1))).find(isFile);
}

/** The file below the first of the directories that has one with the same end of the path; the longest end wins. */
function byEnd(path: string, directories: readonly string[]): string | undefined {
  const parts = path.split("/").filter((part) => part !== "" && part !== "..");
  for (const base of directories) {
    for (let start = 0; start < parts.length; start++) {
      const candidate = join(base, ...parts.slice(start));
      if (isFile(candidate)) return candidate;
    }
  }
  return undefined;
}

/** Like {@link byEnd}, in all modules; undefined unless exactly one of them has such a file. */
function inAnyModule(path: string, modules: readonly Module[]): string | undefined {
  const found = new Set(modules.flatMap((module) => byEnd(path, [module.directory]) ?? []));
  return found.size === 1 ? [...found][0] : undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
