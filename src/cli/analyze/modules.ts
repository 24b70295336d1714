/** The Go modules of a repository. */
import { readdirSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { readSmallFile } from "../config/small-file.js";

/** A go.mod and where it is. */
export interface Module {
  /** The import path that it declares. */
  readonly path: string;
  readonly directory: string;
}

/** Directories that are looked at, and how deep; a repository with more is searched in part. */
const MAX = 20_000;
const DEPTH = 8;
const MAX_BYTES = 1 << 20;

/** All modules below a directory, the outermost first. Test data, vendored code and hidden directories are left out, as by go. */
export function modulesBelow(root: string): Module[] {
  const found: Module[] = [];
  let level = [root];
  let left = MAX;
  for (let depth = 0; depth < DEPTH && level.length > 0; depth++) {
    const next: string[] = [];
    for (const directory of level) {
      if (left-- <= 0) return found;
      for (const entry of entriesOf(directory)) {
        if (entry.isDirectory()) {
          if (!/^([._].*|node_modules|vendor|testdata)$/.test(entry.name)) next.push(join(directory, entry.name));
        } else if (entry.name === "go.mod") {
          const path = declared(join(directory, "go.mod"));
          if (path !== undefined) found.push({ path, directory });
        }
      }
    }
    level = next;
  }
  return found;
}

/** The modules that a directory lies in, the innermost first, up to a root: those in test data too. */
export function modulesAround(directory: string, root: string): Module[] {
  const found: Module[] = [];
  for (let at = resolve(directory); ; at = dirname(at)) {
    const path = declared(join(at, "go.mod"));
    if (path !== undefined) found.push({ path, directory: at });
    if (at === root || dirname(at) === at) return found;
  }
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** The path in a go.mod; undefined when there is none to read. */
function declared(file: string): string | undefined {
  try {
    return /^\s*module\s+"?([^\s"]+)"?/m.exec(readSmallFile(file, MAX_BYTES))?.[1];
  } catch {
    return undefined;
  }
}

/** A path below a root as tools want it: relative, with slashes. */
export function slashed(root: string, path: string): string {
  return relative(root, path).split(sep).join("/");
}
