/**
 * Temporary directories. The code that creates one must remove it: the library's own cleanup runs only on a normal exit,
 * not when a signal ends Node. This is why a session listens to signals.
 */

import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { dirSync } from "tmp-promise";

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
 * @throws Error when it cannot be created
 */
export function temporaryDirectory(prefix: string, from = process.cwd()): TemporaryDirectory {
  // `keep` turns off the library's own cleanup.
  const { name } = dirSync({ prefix, tmpdir: resolve(from, tmpdir()), keep: true });
  return { path: name, remove: () => rmSync(name, { recursive: true, force: true }) };
}
