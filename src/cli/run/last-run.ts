/**
 * The trace of the last run, kept in gotrace's cache so that `gotrace report` and its kin need no file. Each run records into
 * an entry of its own, `last/<time>-<pid of gotrace>`; an entry lives until a newer one is complete.
 */

import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../base/errors.js";
import { formatBytes } from "../../base/units.js";
import { parseSize } from "../flags/values.js";
import { type OpenFile, traceFiles } from "../trace-files.js";
import { saveBundle } from "./bundle.js";
import { isAlive, isWritten } from "./writing-process.js";

/** Bytes on disk of the largest trace that outlives its report, by default. */
const LARGEST_KEPT = 1 << 30;

/** The entry of a run that is being recorded or reported. */
export interface LastRun {
  /** Where the traced processes write, or where their traces go at the end. */
  readonly directory: string;
  /** Bytes on disk of the largest trace that it keeps. */
  readonly largest: number;
}

/**
 * Makes the entry of a run.
 * @param cache root of the cache
 * @param env `GOTRACE_KEEP_SIZE` is the size of the largest trace that is kept
 * @returns undefined where the entry cannot be made: a run does without
 * @throws UserError when GOTRACE_KEEP_SIZE is not a size
 */
export function beginLastRun(cache: string, env: NodeJS.ProcessEnv): LastRun | undefined {
  const largest = env.GOTRACE_KEEP_SIZE ? parseSize(env.GOTRACE_KEEP_SIZE, "GOTRACE_KEEP_SIZE") : LARGEST_KEPT;
  const root = lastRuns(cache);
  const directory = join(root, `${Date.now().toString(36).padStart(9, "0")}-${process.pid}`);
  try {
    mkdirSync(root, { recursive: true });
    // Traces hold names of the user's code; the cache may lie where others can read.
    chmodSync(root, 0o700);
    mkdirSync(directory);
    return { directory, largest };
  } catch {
    return undefined;
  }
}

/** Where the entries of runs lie. */
export function lastRuns(cache: string): string {
  return join(cache, "last");
}

/** Whether files can be recorded in the entry as well as in `other`: both are on one file system. */
export function sharesFileSystem({ directory }: LastRun, other: string): boolean {
  return statSync(directory).dev === statSync(other).dev;
}

/**
 * Decides whether the entry keeps the traces of its run, and copies those into it that were recorded elsewhere.
 * @returns why it does not keep them; undefined where it does
 */
export function keepLastRun({ directory, largest }: LastRun, files: readonly OpenFile[]): string | undefined {
  const size = diskBytes(files.map(({ path }) => path));
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

/** Removes the entry of a run that is not kept. */
export function dropLastRun({ directory }: LastRun): void {
  rmSync(directory, { recursive: true, force: true });
}

/** Ends the entry of a run: it replaces older ones, unless it is empty. */
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

/** The newest entry with a trace; undefined where there is none. */
export function findLastRun(cache: string): { readonly directory: string; readonly when: Date } | undefined {
  const found = entries(lastRuns(cache))
    .reverse()
    .find(({ path }) => tracesIn(path).length > 0);
  return found && { directory: found.path, when: found.when };
}

/** Entries, the oldest first. */
function entries(root: string): { readonly path: string; readonly owner: number; readonly when: Date }[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .flatMap((name) => {
      const match = /^([0-9a-z]{9})-(\d+)$/.exec(name);
      if (!match) return [];
      return [{ path: join(root, name), owner: Number(match[2]), when: new Date(Number.parseInt(match[1], 36)) }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** None where another gotrace has just removed the entry. */
function tracesIn(directory: string): string[] {
  try {
    return existsSync(directory) ? traceFiles([directory]) : [];
  } catch (error) {
    if (existsSync(directory)) throw error;
    return [];
  }
}

/** Bytes on disk: trace files are sparse. */
function diskBytes(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512, 0);
}
