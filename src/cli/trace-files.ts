/** Trace files on disk: finding them, reading them piece by piece, changing their headers, writing bundles. */

import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import type { ByteSource, Patch } from "../calltrace/index.js";
import { isWritten } from "./run/writing-process.js";
import { temporaryDirectory } from "./workspace.js";

/** What names of call traces end with. */
const ENDING = ".gotrace";

/** A file that is open for reading; {@link close} it. */
export interface OpenFile {
  readonly path: string;
  readonly source: ByteSource;
  readonly close: () => void;
}

/** Opens a file as a byte source. @throws UserError when it cannot be read */
export function openFile(path: string): OpenFile {
  try {
    let descriptor = openSync(path, "r");
    if (!fstatSync(descriptor).isFile()) descriptor = spool(descriptor);
    return { path, source: fileSource(descriptor, isWritten(path)), close: () => closeSync(descriptor) };
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${messageOf(error)}`, "name a trace file that exists", ExitCode.noInput);
  }
}

/** @param live whether a process of this machine still writes the file; one in a container may, unknown to us */
function fileSource(descriptor: number, live: boolean): ByteSource {
  return {
    get size() {
      return fstatSync(descriptor).size;
    },
    read: (offset, into) => readSync(descriptor, into, 0, into.length, offset),
    ...(live ? { live: process.hrtime.bigint() } : {}),
  };
}

/** What a pipe or device gives, as a file without a name that can be read at any place. Closes the descriptor. */
function spool(from: number): number {
  const directory = temporaryDirectory("gotrace");
  try {
    const to = openSync(join(directory.path, "spooled"), "w+");
    const buffer = new Uint8Array(1 << 16);
    for (let got = readSync(from, buffer); got > 0; got = readSync(from, buffer)) {
      writeFully(to, buffer.subarray(0, got));
    }
    return to;
  } finally {
    closeSync(from);
    directory.remove();
  }
}

/**
 * The trace files that some paths name: files as they are, directories by their `*.gotrace` files.
 * @throws UserError when a path does not exist
 */
export function traceFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    let directory: boolean;
    try {
      directory = statSync(path).isDirectory();
    } catch (error) {
      throw new UserError(
        `cannot read ${path}: ${messageOf(error)}`,
        "name a file that --save wrote, or a directory that GOTRACE_OUT named",
        ExitCode.noInput,
      );
    }
    if (!directory) return [path];
    return tracesIn(path)
      .sort(byProcess)
      .map((name) => join(path, name));
  });
}

/** Whether a word names traces and not a program: a file that is no Go file, or a directory with traces in it. */
export function namesTraces(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return path.endsWith(ENDING);
  return stat.isDirectory() ? tracesIn(path).length > 0 : !path.endsWith(".go");
}

/** Names of the call traces in a directory. */
export function tracesIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => name.endsWith(ENDING));
}

/** `<pid>-<n>.gotrace` in the order of numbers. */
function byProcess(a: string, b: string): number {
  const numbers = (name: string) => [...name.matchAll(/\d+/g)].map((match) => Number(match[0]));
  const [left, right] = [numbers(a), numbers(b)];
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}

/** Writes patches at `base` of a file. */
export function patchFile(path: string, base: number, patches: readonly Patch[]): void {
  const descriptor = openSync(path, "r+");
  try {
    for (const { offset, bytes } of patches) writeFully(descriptor, bytes, base + offset);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes all of `bytes`, where one write may take only a part. */
export function writeFully(descriptor: number, bytes: Uint8Array, position: number | null = null): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, position === null ? null : position + done);
  }
}
