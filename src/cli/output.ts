/** Writes reports piece by piece: to standard output, to the file of `-o`, or to several files of a directory. */

import { accessSync, closeSync, constants, openSync, rmSync, statSync, unlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { WriteStream } from "node:tty";
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import { makeDirectories } from "../gotool/cache.js";
import { writeFully } from "./write-fully.js";

/** A report in pieces. */
export type Pieces = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** One file of a report that consists of several. */
export interface NamedPieces {
  readonly name: string;
  readonly pieces: Pieces;
}

/** Where a report goes. */
export interface Output {
  /** Whether to use colours. */
  readonly colour: boolean;
  /** Columns of the terminal; undefined if lines should not be cut. */
  readonly width: number | undefined;
  /** Writes the pieces in order and closes the output. @throws UserError when that fails */
  readonly write: (pieces: Pieces) => Promise<void>;
}

/** Whether a report for this value of `-o` goes to standard output. */
export function isStandardOutput(file: string | undefined): boolean {
  return file === undefined || file === "-";
}

/**
 * Opens the output of a report. A file is created or emptied only when writing begins.
 * @param file the value of `-o`, relative to `cwd`; `-` is standard output
 * @param toStderr use standard error if no file is given
 * @param flag the flag that named the file
 */
export function openOutput(file: string | undefined, cwd: string, toStderr: boolean, flag = "-o"): Output {
  if (file !== undefined && !isStandardOutput(file)) {
    const path = resolve(cwd, file);
    return { colour: false, width: undefined, write: (pieces) => writeFile(path, flag, pieces) };
  }
  const stream = (toStderr ? process.stderr : process.stdout) as WriteStream;
  const terminal = stream.isTTY === true;
  // Every write reports its own error to its callback.
  stream.on("error", () => undefined);
  return {
    colour: wantsColour(stream, process.env),
    width: terminal ? stream.columns : undefined,
    write: async (pieces) => {
      for await (const piece of pieces) {
        const error = await new Promise<NodeJS.ErrnoException | null | undefined>((done) => stream.write(piece, done));
        // The reader has gone, as with `| head`: that is not an error, and the exit code stays the program's.
        if (error?.code === "EPIPE" || error?.code === "ERR_STREAM_DESTROYED") return;
        if (error) throw writeFailure(toStderr ? "standard error" : "standard output", error);
      }
    },
  };
}

/**
 * Refuses to overwrite a trace with the report about it.
 * @param file the value of `-o`, relative to `cwd`
 * @param inputs the traces, relative to `cwd`
 * @throws UserError when the file is one of them, even under another name
 */
export function refuseInput(file: string | undefined, cwd: string, inputs: readonly string[]): void {
  if (file === undefined || isStandardOutput(file)) return;
  const identity = (path: string) => {
    try {
      const found = statSync(resolve(cwd, path));
      return found.isFile() ? `${found.dev} ${found.ino}` : undefined;
    } catch {
      return undefined;
    }
  };
  const output = identity(file);
  if (output === undefined || !inputs.some((path) => identity(path) === output)) return;
  throw new UserError(`-o: ${file} is the trace to read`, "name another file for the report", ExitCode.usage);
}

/**
 * Writes a report that consists of several files.
 * @param directory the value of `-o`, relative to `cwd`; created if it does not exist
 * @throws UserError when that fails
 */
export async function writeFiles(directory: string, cwd: string, files: readonly NamedPieces[]): Promise<void> {
  const path = resolve(cwd, directory);
  try {
    makeDirectories(path);
  } catch (error) {
    throw cannotWrite(path, "-o", error);
  }
  for (const { name, pieces } of files) await writeFile(join(path, name), "-o", pieces);
}

async function writeFile(path: string, flag: string, pieces: Pieces): Promise<void> {
  const descriptor = createFile(path, flag);
  try {
    for await (const piece of pieces) write(descriptor, path, typeof piece === "string" ? Buffer.from(piece) : piece);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes one piece. Separate, so that errors while a piece is made are not reported as failures to write. */
function write(descriptor: number, path: string, bytes: Uint8Array): void {
  try {
    writeFully(descriptor, bytes);
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** The error for an output that could not be written completely. */
export function writeFailure(path: string, error: unknown): UserError {
  return new UserError(
    `cannot write to ${path}: ${messageOf(error)}`,
    "free some space there, or write to another place",
    ExitCode.io,
  );
}

/**
 * Creates or empties an output file; missing directories are created, as `go build -o` does.
 * @param flag the flag that named it
 * @returns its descriptor
 * @throws UserError
 */
export function createFile(path: string, flag: string): number {
  try {
    makeDirectories(dirname(path));
    return openSync(path, "w");
  } catch (error) {
    throw cannotWrite(path, flag, error);
  }
}

/**
 * Checks that a file can be written, without changing it, so that the error comes before a long run and not after it.
 * @param flag the flag that named it
 * @throws UserError when the file cannot be written
 */
export function checkWritable(path: string, flag: string): void {
  try {
    const before = statSync(path, { throwIfNoEntry: false });
    if (before) {
      // Opening and closing a pipe would signal its end to the reader.
      if (before.isFile() || before.isDirectory()) closeSync(openSync(path, "a"));
      else accessSync(path, constants.W_OK);
    } else {
      const made = makeDirectories(dirname(path));
      try {
        closeSync(openSync(path, "a"));
        unlinkSync(path);
      } finally {
        if (made !== undefined) rmSync(made, { recursive: true });
      }
    }
  } catch (error) {
    throw cannotWrite(path, flag, error);
  }
}

function cannotWrite(path: string, flag: string, error: unknown): UserError {
  return new UserError(
    `${flag}: cannot write ${path}: ${messageOf(error)}`,
    "name a file in a directory that can be written",
    ExitCode.cannotCreate,
  );
}

/**
 * Whether to use colours on a stream, by Node's rules: FORCE_COLOR alone decides if it is set; otherwise the stream must
 * be a terminal, and neither NO_COLOR nor TERM=dumb may be set.
 */
export function wantsColour(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (env.FORCE_COLOR === undefined && stream.isTTY !== true) return false;
  // Node prints a warning when both are set, and Node 20 honours an empty NO_COLOR, against no-color.org.
  const { NO_COLOR, ...rest } = env;
  return WriteStream.prototype.getColorDepth(env.FORCE_COLOR === undefined && NO_COLOR ? env : rest) > 1;
}
