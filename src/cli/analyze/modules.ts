/** Finds the Go modules of a repository by their go.mod files. */
import { readdirSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { readSmallFile } from "../config/small-file.js";

/** A Go module: the path that its go.mod declares, and its directory. */
export interface Module {
  /** From the `module` directive. */
  readonly path: string;
  readonly directory: string;
}

/** The search visits at most this many directories and levels; a larger repository is searched in part. */
const MAX = 20_000;
const DEPTH = 8;
/** A larger go.mod is ignored. */
const MAX_BYTES = 1 << 20;

/** All modules below a directory, outermost first. As go does, it skips testdata, vendor and hidden directories. */
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

/** The modules around a directory, innermost first, up to `root`; a module within testdata counts here. */
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

/** The module path that a go.mod declares; undefined if there is no such file or path. */
function declared(file: string): string | undefined {
  try {
    return /^\s*module\s+"?([^\s"]+)"?/m.exec(readSmallFile(file, MAX_BYTES))?.[1];
  } catch {
    return undefined;
  }
}

/** `path` relative to `root`, with forward slashes, as CI tools expect it. */
export function slashed(root: string, path: string): string {
  return relative(root, path).split(sep).join("/");
}
