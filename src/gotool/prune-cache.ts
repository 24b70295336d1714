/** Removes what nobody has used for long from gotrace's cache on disk. */

import { existsSync, lstatSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../base/errors.js";
import { groups, namesIn } from "./cache.js";

const hour = 3600 * 1000;
const day = 24 * hour;
/** Entries unused for this long are removed. */
const keepFor = 10 * day;
/** Bytes that builds may take. */
const buildLimit = 5 * 2 ** 30;
/** A build that was last used so long ago may still be going on. */
const busyFor = 3 * hour;

/**
 * Removes entries, and old files in the directories of builds, that were not used for ten days. If more bytes of builds are left
 * than the limit, those go that were not used for longest. Acts at most once a day. Others may use the cache meanwhile.
 * @param limit bytes of all builds
 */
export function pruneCache(root: string, limit = buildLimit): void {
  const stamp = join(root, "pruned");
  const now = Date.now();
  const age = (path: string) => now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now);
  try {
    if (existsSync(stamp) && age(stamp) < day) return;
    writeFileSync(stamp, "");
    const builds: Build[] = [];
    for (const group of groups) {
      for (const name of namesIn(join(root, group))) {
        const path = join(root, group, name);
        const unused = age(path);
        if (unused > keepFor) rmSync(path, { recursive: true, force: true });
        // Another gotrace may be changing it.
        else if (group === "build")
          attempt(() => builds.push({ path, unused, bytes: prunedBuild(path, now - keepFor) }));
      }
    }
    let bytes = builds.reduce((sum, build) => sum + build.bytes, 0);
    for (const build of builds.sort((a, b) => b.unused - a.unused)) {
      if (bytes <= limit) break;
      // Another gotrace may have begun to use it.
      if (age(build.path) < busyFor) continue;
      rmSync(build.path, { recursive: true, force: true });
      bytes -= build.bytes;
    }
  } catch {
    // A cache that cannot be pruned still works.
  }
}

/** The directory of a build. */
interface Build {
  readonly path: string;
  /** Milliseconds since its last use. */
  readonly unused: number;
  readonly bytes: number;
}

/** Removes old files at any depth, and directories that are empty. @param since milliseconds since 1970 @returns bytes of the rest */
function prunedBuild(directory: string, since: number): number {
  let bytes = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }).reverse()) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) {
      if (namesIn(path).length === 0) rmSync(path, { recursive: true, force: true });
      continue;
    }
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (entry.isFile() && stat !== undefined && stat.mtimeMs < since) rmSync(path, { force: true });
    else bytes += stat?.size ?? 0;
  }
  return bytes;
}
