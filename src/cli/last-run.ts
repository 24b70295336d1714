/**
 * The trace of the last run, kept in gotrace's cache so that `gotrace report` and its kin need no file. Each run records into
 * an entry of its own, `last/<time>-<pid of gotrace>`; an entry lives until a newer one is complete.
 */

import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { saveBundle } from "./bundle.js";
import { type OpenFile, traceFiles } from "./files.js";
import { isAlive, isWritten } from "./writer.js";

/** Bytes on disk of the largest trace that outlives its report. */
export const LARGEST_KEPT = 1 << 30;

/** The entry of a run that is being recorded or reported. */
export interface LastRun {
  /** Where the traced processes write, or where their traces go at the end. */
  readonly directory: string;
}

/**
 * Makes the entry of a run.
 * @param cache root of the cache
 * @returns undefined where the entry cannot be made: a run does without
 */
export function beginLastRun(cache: string): LastRun | undefined {
  const root = join(cache, "last");
  const directory = join(root, `${Date.now().toString(36).padStart(9, "0")}-${process.pid}`);
  try {
    mkdirSync(root, { recursive: true });
    // Traces hold names of the user's code; the cache may lie where others can read.
    chmodSync(root, 0o700);
    mkdirSync(directory);
    return { directory };
  } catch {
    return undefined;
  }
}

/** Whether files can be recorded in the entry as well as in `other`: both are on one file system. */
export function sharesFileSystem({ directory }: LastRun, other: string): boolean {
  return statSync(directory).dev === statSync(other).dev;
}

/** Puts traces that were recorded elsewhere into the entry. @returns whether there was room, and they are small enough */
export function copyToLastRun({ directory }: LastRun, files: readonly OpenFile[]): boolean {
  if (diskBytes(files.map(({ path }) => path)) > LARGEST_KEPT) return false;
  try {
    saveBundle(join(directory, "1-1.gotrace"), "GOTRACE_CACHE", files);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ends the entry of a run: it replaces older ones, unless it is empty or too large.
 * @returns bytes on disk of a trace that was too large to keep
 */
export function endLastRun({ directory }: LastRun): number | undefined {
  const bytes = diskBytes(tracesIn(directory));
  if (bytes === 0 || bytes > LARGEST_KEPT) {
    rmSync(directory, { recursive: true, force: true });
    return bytes === 0 ? undefined : bytes;
  }
  for (const { path, owner } of entries(join(directory, ".."))) {
    const isUsed = isAlive(owner) || tracesIn(path).some(isWritten);
    if (path < directory && !isUsed) rmSync(path, { recursive: true, force: true });
  }
  return undefined;
}

/** The newest entry with a trace; undefined where there is none. */
export function findLastRun(cache: string): { readonly directory: string; readonly when: Date } | undefined {
  const found = entries(join(cache, "last"))
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
      return [{ path: join(root, name), owner: Number(match[2]), when: new Date(Number.parseInt(match[1]!, 36)) }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function tracesIn(directory: string): string[] {
  return existsSync(directory) ? traceFiles([directory]) : [];
}

/** Bytes on disk: trace files are sparse. */
function diskBytes(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512, 0);
}
