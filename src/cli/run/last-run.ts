/**
 * Keeps the trace of the last run in gotrace's cache, so that `gotrace report`, `stats`, `calls` and `view` work without
 * naming a file. Each run records into a separate entry, `last/<time>-<pid of gotrace>`; an entry is removed when a newer
 * one is complete.
 */

import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../base/errors.js";
import { parseSize } from "../../base/quantity.js";
import { formatBytes } from "../../base/units.js";
import { type OpenFile, traceFiles } from "../trace-files.js";
import { saveBundle } from "./bundle.js";
import { isAlive, isWritten } from "./writing-process.js";

/** Default of GOTRACE_KEEP_SIZE: the largest trace that is kept, in bytes on disk. */
const LARGEST_KEPT = 1 << 30;

/** The entry of a run that is being recorded or reported. */
export interface LastRun {
  /** The entry's directory. Processes write here directly, or their traces are copied here at the end. */
  readonly directory: string;
  /** The largest trace that it keeps, in bytes on disk. */
  readonly largest: number;
}

/**
 * Creates the entry of a run.
 * @param cache root of the cache
 * @param env holds GOTRACE_KEEP_SIZE
 * @returns undefined if the entry cannot be created; the run continues without one
 * @throws UserError when GOTRACE_KEEP_SIZE is not a size
 */
export function beginLastRun(cache: string, env: NodeJS.ProcessEnv): LastRun | undefined {
  const largest = env.GOTRACE_KEEP_SIZE ? parseSize(env.GOTRACE_KEEP_SIZE, "GOTRACE_KEEP_SIZE") : LARGEST_KEPT;
  const root = lastRuns(cache);
  const directory = join(root, `${Date.now().toString(36).padStart(9, "0")}-${process.pid}`);
  try {
    mkdirSync(root, { recursive: true });
    // Traces contain names from the user's code, and others may be able to read the cache.
    chmodSync(root, 0o700);
    mkdirSync(directory);
    return { directory, largest };
  } catch {
    return undefined;
  }
}

/** The directory of the entries. */
export function lastRuns(cache: string): string {
  return join(cache, "last");
}

/** Whether the entry is on the same file system as `other`, so that a run can record into it directly. */
export function sharesFileSystem({ directory }: LastRun, other: string): boolean {
  return statSync(directory).dev === statSync(other).dev;
}

/**
 * Keeps the traces of a run in its entry if they are not too large, and copies those recorded elsewhere.
 * @returns the reason if they are not kept; undefined if they are
 */
export function keepLastRun({ directory, largest }: LastRun, files: readonly OpenFile[]): string | undefined {
  const size = diskBytes(files.flatMap(({ path, beside }) => (beside === undefined ? [path] : [path, beside])));
  if (size > largest) return `its trace of ${formatBytes(size)} is larger than ${formatBytes(largest)}`;
  if (files.every(({ path }) => dirname(path) === directory)) return undefined;
  const copy = join(directory, "1-1.gotrace");
  try {
    saveBundle(copy, "GOTRACE_CACHE", files);
    return undefined;
  } catch (error) {
    rmSync(copy, { force: true });
    return messageOf(error);
  }
}

/** Removes the entry of a run. */
export function dropLastRun({ directory }: LastRun): void {
  rmSync(directory, { recursive: true, force: true });
}

/** Completes the entry of a run: removes older entries, or this one if it is empty. */
export function endLastRun(last: LastRun): void {
  const { directory } = last;
  if (diskBytes(tracesIn(directory)) === 0) {
    dropLastRun(last);
    return;
  }
  for (const { path, owner } of entries(join(directory, ".."))) {
    const isUsed = isAlive(owner) || tracesIn(path).some(isWritten);
    if (path < directory && !isUsed) rmSync(path, { recursive: true, force: true });
  }
}

/** The newest entry that has a trace, if any. */
export function findLastRun(cache: string): { readonly directory: string; readonly when: Date } | undefined {
  const found = entries(lastRuns(cache))
    .reverse()
    .find(({ path }) => tracesIn(path).length > 0);
  return found && { directory: found.path, when: found.when };
}

/** All entries, oldest first. */
function entries(root: string): { readonly path: string; readonly owner: number; readonly when: Date }[] {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(root)
    .flatMap((name) => {
      const match = /^([0-9a-z]{9})-(\d+)$/.exec(name);
      if (!match) return [];
      return [{ path: join(root, name), owner: Number(match[2]), when: new Date(Number.parseInt(match[1], 36)) }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The traces of an entry; none if another gotrace has just removed it. */
function tracesIn(directory: string): string[] {
  try {
    return existsSync(directory) ? traceFiles([directory]) : [];
  } catch (error) {
    if (existsSync(directory)) throw error;
    return [];
  }
}

/** The bytes that files occupy on disk, which is less than their sizes because traces are sparse. */
function diskBytes(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512, 0);
}
