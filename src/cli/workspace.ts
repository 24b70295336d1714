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
 * Makes a directory in that of the system.
 * @param prefix of its name
 * @param from what a relative TMPDIR is relative to
 * @throws Error where there is no place for it
 */
export function temporaryDirectory(prefix: string, from = process.cwd()): TemporaryDirectory {
  // `keep`: what the library forgets about, it does not remove behind our back.
  const { name } = dirSync({ prefix, tmpdir: resolve(from, tmpdir()), keep: true });
  return { path: name, remove: () => rmSync(name, { recursive: true, force: true }) };
}
