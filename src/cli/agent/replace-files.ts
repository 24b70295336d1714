/** Replaces files of a directory together: all are written beside their places before the first is put there. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { attempt } from "../../base/errors.js";
import { makeDirectories } from "../../gotool/cache.js";
import { writeFailure } from "../output.js";
import { writeFully } from "../write-fully.js";

/**
 * Writes and removes files. If one cannot be written (full disk, no permission), none is changed. A symbolic link stays one:
 * what it leads to is replaced.
 * @param directory made if it is missing
 * @param writes name → new text, a character for each byte; undefined removes the file
 * @throws UserError
 */
export function replaceFiles(directory: string, writes: ReadonlyMap<string, string | undefined>): void {
  const staged: { readonly from: string; readonly to: string }[] = [];
  let made: string | undefined;
  let at = directory;
  try {
    made = makeDirectories(directory);
    for (const [name, text] of writes) {
      if (text === undefined) continue;
      at = join(directory, name);
      const to = existsSync(at) ? realpathSync(at) : at;
      const from = join(dirname(to), `.${basename(to)}.${process.pid}.tmp`);
      staged.push({ from, to });
      stage(from, to, text);
    }
  } catch (error) {
    for (const { from } of staged) attempt(() => rmSync(from, { force: true }));
    if (made !== undefined) attempt(() => rmSync(made!, { recursive: true, force: true }));
    throw writeFailure(at, error);
  }
  for (const { from, to } of staged) put(from, to, staged);
  for (const [name, text] of writes) if (text === undefined) rmSync(join(directory, name), { force: true });
}

function stage(from: string, to: string, text: string): void {
  rmSync(from, { force: true });
  const descriptor = openSync(from, "wx");
  try {
    writeFully(descriptor, Buffer.from(text, "latin1"));
    // Some file systems only notice here that the disk is full.
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  const old = statSync(to, { throwIfNoEntry: false });
  if (old) chmodSync(from, old.mode & 0o7777);
}

function put(from: string, to: string, all: readonly { readonly from: string }[]): void {
  try {
    renameSync(from, to);
  } catch (error) {
    for (const { from } of all) attempt(() => rmSync(from, { force: true }));
    throw writeFailure(to, error);
  }
}
