/**
 * Temporary directories. The code that creates one must remove it: the library's own cleanup runs only on a normal exit,
 * not when a signal ends Node. This is why a session listens to signals.
 */

import { accessSync, constants, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { ExitCode, isSystemError, messageOf, UserError } from "../base/errors.js";

/** A temporary directory that only the user may enter. */
export interface TemporaryDirectory {
  readonly path: string;
  /** Removes the directory and its contents; may be called again. */
  readonly remove: () => void;
}

/**
 * Creates a directory in the system's temporary directory.
 * @param prefix of the new directory's name
 * @param from directory that a relative TMPDIR is relative to
 * @throws UserError when it cannot be created
 */
export async function temporaryDirectory(prefix: string, from = process.cwd()): Promise<TemporaryDirectory> {
  const parent = temporaryRoot(from);
  try {
    const library = await loadLibrary(parent);
    // `keep` turns off the library's own cleanup.
    const { name } = library.dirSync({ prefix, tmpdir: parent, keep: true });
    return { path: name, remove: () => rmSync(name, { recursive: true, force: true }) };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw unusable(`cannot be written to: ${messageOf(error)}`, parent);
  }
}

/** Loads ahead of time what {@link temporaryDirectory} needs, and leaves errors to that. */
export async function expectTemporaryDirectory(from: string): Promise<void> {
  try {
    await loadLibrary(temporaryRoot(from));
  } catch {
    // The one who needs the directory hears of it.
  }
}

let library: Promise<typeof import("tmp-promise")> | undefined;

/** Loads the library, once: two at a time would each take the other's TMPDIR for the user's. */
function loadLibrary(root: string): Promise<typeof import("tmp-promise")> {
  library ??= importLibrary(root);
  return library;
}

/**
 * The library is loaded only when it is needed, because loading it looks up the system's temporary directory: that fails if
 * the directory does not exist, and resolves a relative TMPDIR against the current directory.
 */
async function importLibrary(root: string): Promise<typeof import("tmp-promise")> {
  const before = process.env.TMPDIR;
  if (before !== undefined) process.env.TMPDIR = root;
  try {
    return (await import("tmp-promise")).default;
  } finally {
    if (before !== undefined) process.env.TMPDIR = before;
  }
}

/**
 * The system's directory for temporary files, absolute.
 * @param from directory that a relative TMPDIR is relative to
 * @throws UserError when it is not a directory that can be written to
 */
export function temporaryRoot(from: string): string {
  const path = resolve(from, tmpdir());
  let isDirectory = false;
  try {
    isDirectory = statSync(path).isDirectory();
    if (isDirectory) accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw unusable(isMissing ? "does not exist" : `cannot be written to: ${messageOf(error)}`, path);
  }
  if (!isDirectory) throw unusable("is not a directory", path);
  return path;
}

/** @param what is wrong with the directory */
function unusable(what: string, path: string): UserError {
  // In the order in which Node looks for it.
  const name = ["TMPDIR", "TMP", "TEMP"].find((variable) => process.env[variable]);
  return new UserError(
    `${name ? `${name}=${process.env[name]}` : path} ${what}`,
    `set ${name ?? "TMPDIR"} to a directory with free space that gotrace may write to`,
    ExitCode.cannotCreate,
  );
}
