/** Where the files that a trace names are in the repository that gotrace runs in. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Locate, Place } from "../../base/locate.js";
import { isStandard } from "../../base/packages.js";
import { type Module, modulesAround, modulesBelow, slashed } from "./modules.js";

/** The repository around a directory: the nearest one above it with `.git`, or the directory itself. */
export function repositoryRoot(directory: string): string {
  for (let at = resolve(directory); ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return resolve(directory);
  }
}

/**
 * Places relative to a root. A trace may come from another machine, or from a build with -trimpath: a file that is not
 * under the root is taken for the one of the repository's module whose path it begins with, or else for the one in the
 * repository whose path agrees with its end.
 * @param root the repository's root
 * @param module directory of the module, for paths that agree only from there on
 */
export function locator(root: string, module: string = root): Locate {
  const known = new Map<string, string | undefined>();
  let modules: readonly Module[] | undefined;
  const search = (file: string) => {
    const path = slashes(file);
    // Users do not change files of the module cache.
    if (/@v\d/.test(path)) return undefined;
    const inside = relative(root, file);
    if (inside !== "" && !inside.startsWith("..") && resolve(root, inside) === resolve(file) && isFile(file))
      return file;
    modules ??= [...modulesAround(module, root), ...modulesBelow(root)];
    const own = ofModule(path, modules);
    // With -trimpath the path says whose it is: another module's file only looks like one here by its name.
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
 * The file of the repository that stands for what has no place in it: the nearest go.mod above a directory, or the first
 * one below the root. Code scanning refuses results without a location, so that there is always one, relative to the root.
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

/** Whether a path begins with a host's name, as those of modules do. */
function isImportPath(path: string): boolean {
  return /^[^/:]+\.[^/:]+\//.test(path);
}

/** A file as -trimpath writes it, with the module's path in front. */
function ofModule(path: string, modules: readonly Module[]): string | undefined {
  const owners = modules.filter((module) => path.startsWith(`${module.path}/`));
  owners.sort((a, b) => b.path.length - a.path.length);
  return owners.map((module) => join(module.directory, path.slice(module.path.length + 1))).find(isFile);
}

/** The file below one of some directories that agrees with most of the end of a path. */
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

/** The same in the repository's modules, if only one has such a file. */
function inAnyModule(path: string, modules: readonly Module[]): string | undefined {
  const found = new Set(modules.flatMap((module) => byEnd(path, [module.directory]) ?? []));
  return found.size === 1 ? [...found][0] : undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
