/**
 * Temporary directories. Their library removes them by itself only where Node ends by itself: after a signal that nothing
 * listens to they stay. So they are removed by those who made them, and a session listens to signals while it has one.
 */

import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { dirSync } from "tmp-promise";

/** A directory that only the user may enter. */
export interface TemporaryDirectory {
  readonly path: string;
  /** Removes it with all that is in it; does nothing the second time. */
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
