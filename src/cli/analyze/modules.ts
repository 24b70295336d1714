/** Finds the Go modules of a repository by their go.mod files. */
import { readdirSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { readSmallFile } from "../config/small-file.js";

/** A Go module: what its go.mod declares, and its directory. */
export interface Module {
  /** From the `module` directive. */
  readonly path: string;
  readonly directory: string;
  /** From the `go` directive: `1.21`, `1.24.3`, `1.26rc1`. */
  readonly go: string | undefined;
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
          const module = moduleIn(directory);
          if (module) found.push(module);
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
    const module = moduleIn(at);
    if (module) found.push(module);
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

/** The module whose go.mod is in a directory; undefined if there is no such file, or no path in it. */
function moduleIn(directory: string): Module | undefined {
  try {
    const text = readSmallFile(join(directory, "go.mod"), MAX_BYTES);
    const path = /^\s*module\s+"?([^\s"]+)"?/m.exec(text)?.[1];
    return path === undefined ? undefined : { path, directory, go: /^\s*go\s+(\S+)/m.exec(text)?.[1] };
  } catch {
    return undefined;
  }
}

/** `path` relative to `root`, with forward slashes, as CI tools expect it. */
export function slashed(root: string, path: string): string {
  return relative(root, path).split(sep).join("/");
}
