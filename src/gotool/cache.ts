/**
 * gotrace's cache on disk: the runtime module at a stable path (so that the Go build cache stays warm), rewritten files
 * named by content, and a directory per build with its last overlay. All of it may be deleted at any time.
 */

import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve, sep } from "node:path";
import { ExitCode, messageOf, UserError } from "../base/errors.js";

const hour = 3600 * 1000;
/** Directories of the cache: runtime modules, builds, and texts named by content. */
export const groups = ["rt", "build", "src"] as const;

/** The cache directory: GOTRACE_CACHE, by default `gotrace` in the platform's cache directory. May be relative. */
export function cacheRoot(env: NodeJS.ProcessEnv): string {
  if (env.GOTRACE_CACHE) return env.GOTRACE_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "gotrace");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "gotrace");
  if (process.platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "gotrace");
  return join(homedir(), ".cache", "gotrace");
}

/** Hex SHA-256 of the parts, each followed by a zero byte so that ("ab","c") and ("a","bc") differ. */
export function digest(...parts: (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}

/** Writes a file so that readers see the old content or the new, never a mixture. */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

/** Like {@link writeAtomically}, but leaves the file alone if it already has this content. */
export function writeIfChanged(path: string, content: string | Uint8Array): void {
  if (holds(path, content)) return;
  writeAtomically(path, content);
}

/**
 * Writes a file named by its content, so that concurrent processes with different content do not overwrite each other's.
 * @param suffix end of the name, such as `.mod`
 * @param beside suffix → content of further files with the same stem; they count as content too
 * @returns its path
 */
export function writeByContent(
  directory: string,
  suffix: string,
  content: string,
  beside: Readonly<Record<string, string | Uint8Array>> = {},
): string {
  const others = Object.entries(beside);
  const stem = join(directory, digest(content, ...others.flat()).slice(0, 24));
  // The file itself comes last: if it exists, so do the others.
  for (const [end, text] of [...others, [suffix, content] as const]) {
    writeOnce(stem + end, text);
  }
  return stem + suffix;
}

/** Writes a file whose path is derived from its content. If it exists undamaged, it is only marked as used. */
export function writeOnce(path: string, content: string | Uint8Array): void {
  if (holds(path, content)) touch(path);
  else writeAtomically(path, content);
}

/** Whether a file exists with this content; a full disk or a loss of power may have truncated it. */
function holds(path: string, content: string | Uint8Array): boolean {
  const bytes = Buffer.from(content as string);
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.size === bytes.length && readFileSync(path).equals(bytes);
}

/**
 * Finds the cache directory and creates it if needed.
 * @param from directory that relative paths in the environment start from
 * @returns its absolute path
 * @throws UserError if it cannot be found, created or written
 */
export function openCache(env: NodeJS.ProcessEnv, from: string): string {
  let path = "";
  try {
    path = resolve(from, cacheRoot(env));
    for (const group of groups) {
      makeDirectories(join(path, group));
      accessSync(join(path, group), constants.W_OK);
    }
    return path;
  } catch (error) {
    throw new UserError(
      `cannot use the cache directory ${path}: ${messageOf(error)}`,
      "set GOTRACE_CACHE to a directory that gotrace may write to",
      ExitCode.cannotCreate,
    );
  }
}

/** Creates a directory and its parents if needed, and returns its path. */
export function ensureDirectory(path: string): string {
  makeDirectories(path);
  return path;
}

/**
 * Creates a directory and its parents if needed. Node's `recursive` option is not used: it loops forever if a file system
 * refuses new entries with ENOENT, as /proc does.
 * @returns the topmost directory that was created; undefined if all existed
 */
export function makeDirectories(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const parent = dirname(path);
  const above = parent === path ? undefined : makeDirectories(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return above;
    throw error;
  }
  return above ?? path;
}

/**
 * Marks an entry as used, with at most one write an hour, as go does in its own cache.
 * @throws UserError if it belongs to another user, who could have put anything there
 */
export function touch(path: string): void {
  const stat = statSync(path);
  refuseForeign(path, stat.uid);
  if (Date.now() - stat.mtimeMs > hour) markUsed(path);
}

/** @throws UserError if `owner`, the user ID of an entry's owner, is not the current user */
export function refuseForeign(path: string, owner: number, user = process.getuid?.()): void {
  if (user === undefined || owner === user) return;
  throw new UserError(
    `${path} in gotrace's cache belongs to another user`,
    "remove it, or set GOTRACE_CACHE to a directory of your own",
    ExitCode.cannotCreate,
  );
}

/** Marks an entry as used now. */
export function markUsed(path: string): void {
  const seconds = Date.now() / 1000;
  utimesSync(path, seconds, seconds);
}

/**
 * Installs the runtime module in the cache, at a path named by its content, and returns that path. Damaged files are
 * written again.
 * @param source the directory `runtime-go` of this installation
 */
export function installRuntime(root: string, source: string): string {
  const inside = (directory: string) =>
    readdirSync(join(source, directory))
      .filter((name) => /\.(go|s)$/.test(name) && !name.endsWith("_test.go"))
      .map((name) => join(directory, name));
  const files = ["go.mod", ...[...inside("."), ...inside("sys")].sort()];
  const contents = files.map((name) => readFileSync(join(source, name)));
  const key = digest(...files.flatMap((name, index) => [name, contents[index]])).slice(0, 16);
  const target = join(root, "rt", key);
  if (existsSync(join(target, "go.mod"))) {
    touch(target);
    // Untouched files stay old: go keeps an index of a directory only if no file in it changed within two seconds.
    for (const [index, name] of files.entries()) {
      const path = join(target, name);
      if (!holds(path, contents[index])) writeAtomically(path, contents[index]);
    }
    return target;
  }
  ensureDirectory(dirname(target));
  const staging = mkdtempSync(join(dirname(target), "staging-"));
  mkdirSync(join(staging, "sys"));
  for (const [index, name] of files.entries()) writeFileSync(join(staging, name), contents[index]);
  try {
    renameSync(staging, target);
  } catch {
    // Another gotrace was faster, and its copy has the same content.
    if (!existsSync(join(target, "go.mod"))) cpSync(staging, target, { recursive: true });
    rmSync(staging, { recursive: true, force: true });
  }
  return target;
}

/** Names of the entries in a directory; empty if it does not exist. */
export function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

/** Stores a text in the cache, at a path named by its content, and returns the path. @param name readable part of the name */
export function storeText(root: string, name: string, text: string): string {
  const path = join(ensureDirectory(join(root, "src")), cachedName(digest(text), name));
  writeOnce(path, text);
  return path;
}

/** Whether an absolute path is inside the cache. */
export function inCache(root: string, path: string): boolean {
  return path.startsWith(root + sep);
}

/** The name of a cache entry: part of the key, then the base name of `path`, for people. */
export function cachedName(key: string, path: string): string {
  return `${key.slice(0, 32)}-${basename(path)}`;
}
