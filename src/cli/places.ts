/** Where the files that a trace names are in the repository that gotrace runs in. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Locate, Place } from "../base/locate.js";
import { isStandard } from "../base/packages.js";

/** The repository around a directory: the nearest one above it with `.git`, or the directory itself. */
export function repositoryRoot(directory: string): string {
  for (let at = resolve(directory); ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return resolve(directory);
  }
}

/**
 * Places relative to a root. A trace may come from another machine, or from a build with -trimpath: a file that is not
 * under the root is taken for the one in the repository whose path agrees with its end.
 * @param root the repository's root
 * @param module directory of the module, for paths that agree only from there on
 */
export function locator(root: string, module: string = root): Locate {
  const known = new Map<string, string | undefined>();
  return (frame): Place | undefined => {
    if (frame.line <= 0 || frame.file === "" || isStandard(frame)) return undefined;
    if (!known.has(frame.file)) known.set(frame.file, find(frame.file, root, module));
    const path = known.get(frame.file);
    return path === undefined ? undefined : { path, line: frame.line };
  };
}

function find(file: string, root: string, module: string): string | undefined {
  const slashed = file.replace(/\\/g, "/");
  // Files of the module cache are nobody's to change.
  if (/@v\d/.test(slashed)) return undefined;
  const inside = relative(root, file);
  if (inside !== "" && !inside.startsWith("..") && resolve(root, inside) === resolve(file) && isFile(file)) {
    return inside.split(sep).join("/");
  }
  const parts = slashed.split("/").filter((part) => part !== "" && part !== "..");
  for (const base of module === root ? [root] : [module, root]) {
    for (let start = 0; start < parts.length; start++) {
      const path = join(base, ...parts.slice(start));
      if (isFile(path)) return relative(root, path).split(sep).join("/");
    }
  }
  return undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The nearest go.mod within the repository, relative to its root. */
export function moduleFile(cwd: string, root: string): string | undefined {
  for (let at = cwd; ; at = dirname(at)) {
    const path = join(at, "go.mod");
    if (existsSync(path)) return relative(root, path).split(sep).join("/");
    if (at === root || dirname(at) === at) return undefined;
  }
}
