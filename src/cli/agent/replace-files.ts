/** Replaces files of a directory together: all are written beside their places before the first is put there. */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { attempt } from "../../base/errors.js";
import { makeDirectories } from "../../gotool/cache.js";
import { writeFailure } from "../output.js";
import { isAlive } from "../run/writing-process.js";
import { writeFully } from "../write-fully.js";

/** A file that is replaced, made or removed. */
interface Step {
  /** Its place. */
  readonly to: string;
  /** Beside it, the new one; undefined to remove it. */
  readonly from: string | undefined;
  /** Beside it, the old one, if there is one. */
  readonly old: string;
}

/**
 * Writes and removes files, one after another in the order given. If that fails (full disk, no permission), all are as before. A
 * symbolic link stays one: what it leads to is replaced.
 * @param directory made if it is missing; what earlier calls left there that were killed is removed
 * @param writes name → new text, a character for each byte; undefined removes the file
 * @throws UserError
 */
export function replaceFiles(directory: string, writes: ReadonlyMap<string, string | undefined>): void {
  const steps: Step[] = [];
  const done = new Set<Step>();
  let made: string | undefined;
  let at = directory;
  try {
    made = makeDirectories(directory);
    removeLeft(directory);
    for (const [name, text] of writes) {
      at = join(directory, name);
      const step = stepFor(at, text !== undefined);
      steps.push(step);
      if (text !== undefined) stage(step, text);
    }
    for (const step of steps) {
      at = step.to;
      if (step.from === undefined) renameSync(step.to, step.old);
      else renameSync(step.from, step.to);
      done.add(step);
    }
  } catch (error) {
    for (const step of done) {
      attempt(() => {
        undo(step);
        done.delete(step);
      });
    }
    // An old file that cannot be put back stays beside its place.
    for (const step of steps) if (!done.has(step)) discard(step);
    if (made !== undefined) attempt(() => rmSync(made!, { recursive: true, force: true }));
    throw writeFailure(at, error);
  }
  for (const step of steps) discard(step);
}

function undo({ to, old }: Step): void {
  if (existsSync(old)) renameSync(old, to);
  else rmSync(to);
}

/** Removes what is beside the place. */
function discard({ from, old }: Step): void {
  for (const path of [from, old]) if (path !== undefined) attempt(() => rmSync(path, { force: true }));
}

function stepFor(path: string, isWritten: boolean): Step {
  const to = isWritten && existsSync(path) ? realpathSync(path) : path;
  const beside = join(dirname(to), `.${basename(to)}.${process.pid}`);
  return { to, from: isWritten ? `${beside}.tmp` : undefined, old: `${beside}.old` };
}

/** Writes the new file, and copies the old one. */
function stage({ from, to, old }: Step, text: string): void {
  rmSync(from!, { force: true });
  const descriptor = openSync(from!, "wx");
  try {
    writeFully(descriptor, Buffer.from(text, "latin1"));
    // Some file systems only notice here that the disk is full.
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  const stat = statSync(to, { throwIfNoEntry: false });
  if (stat) chmodSync(from!, stat.mode & 0o7777);
  if (stat?.isFile()) copyFileSync(to, old);
}

/** Removes what processes that no longer run left beside the files. */
function removeLeft(directory: string): void {
  for (const name of readdirSync(directory)) {
    const [, pid] = /^\..+\.(\d+)\.(?:tmp|old)$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) attempt(() => rmSync(join(directory, name)));
  }
}
