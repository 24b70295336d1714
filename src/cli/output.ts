/** Writing a report: to standard output (a terminal, a pipe, a file) or to the file of `-o`, in pieces. */

import { accessSync, closeSync, constants, mkdirSync, openSync, statSync, unlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { WriteStream } from "node:tty";
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import { writeFully } from "./trace-files.js";

/** A report in pieces. */
export type Pieces = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** A file of a report that is several. */
export interface NamedPieces {
  readonly name: string;
  readonly pieces: Pieces;
}

/** Where a report goes. */
export interface Output {
  /** Whether to use colours. */
  readonly colour: boolean;
  /** Columns of the terminal; undefined where nothing should be cut. */
  readonly width: number | undefined;
  /** Writes the pieces one after the other and closes the output. @throws UserError when that fails */
  readonly write: (pieces: Pieces) => Promise<void>;
}

/** Whether a report for this value of `-o` goes to standard output. */
export function isStandardOutput(file: string | undefined): boolean {
  return file === undefined || file === "-";
}

/**
 * The output of a report. A file is made, or emptied, when the first piece is there.
 * @param file the value of `-o`, relative to `cwd`; `-` is standard output
 * @param toStderr use standard error where no file is given
 */
export function openOutput(file: string | undefined, cwd: string, toStderr: boolean): Output {
  if (file !== undefined && !isStandardOutput(file)) {
    const path = resolve(cwd, file);
    return { colour: false, width: undefined, write: (pieces) => writeFile(path, "-o", pieces) };
  }
  const stream = (toStderr ? process.stderr : process.stdout) as WriteStream;
  const terminal = stream.isTTY === true;
  // Every write tells of its own error.
  stream.on("error", () => undefined);
  return {
    colour: wantsColour(stream, process.env),
    width: terminal ? stream.columns : undefined,
    write: async (pieces) => {
      for await (const piece of pieces) {
        const error = await new Promise<NodeJS.ErrnoException | null | undefined>((done) => stream.write(piece, done));
        // A reader that went away is no failure of the program: its exit code stays.
        if (error?.code === "EPIPE" || error?.code === "ERR_STREAM_DESTROYED") return;
        if (error) throw writeFailure(toStderr ? "standard error" : "standard output", error);
      }
    },
  };
}

/**
 * Refuses to write a report over what it is made of.
 * @param file the value of `-o`, relative to `cwd`
 * @param inputs relative to `cwd`
 * @throws UserError when the file is one of them, by whatever name
 */
export function refuseInput(file: string | undefined, cwd: string, inputs: readonly string[]): void {
  if (file === undefined || isStandardOutput(file)) return;
  const identity = (path: string) => {
    const found = statSync(resolve(cwd, path), { throwIfNoEntry: false });
    return found?.isFile() ? `${found.dev} ${found.ino}` : undefined;
  };
  const output = identity(file);
  if (output === undefined || !inputs.some((path) => identity(path) === output)) return;
  throw new UserError(`-o: ${file} is the trace to read`, "name another file for the report", ExitCode.usage);
}

/**
 * Writes a report that is several files.
 * @param directory the value of `-o`, relative to `cwd`; made if it does not exist
 * @throws UserError when that fails
 */
export async function writeFiles(directory: string, cwd: string, files: readonly NamedPieces[]): Promise<void> {
  const path = resolve(cwd, directory);
  try {
    mkdirSync(path, { recursive: true });
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

/** What fails while pieces are made is no failure to write. */
function write(descriptor: number, path: string, bytes: Uint8Array): void {
  try {
    writeFully(descriptor, bytes);
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** The error for output that could not be written to its end. */
export function writeFailure(path: string, error: unknown): UserError {
  return new UserError(
    `cannot write to ${path}: ${messageOf(error)}`,
    "free some space there, or write to another place",
    ExitCode.io,
  );
}

/** Creates or empties an output file. @throws UserError when that fails */
export function createFile(path: string, flag: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw cannotWrite(path, flag, error);
  }
}

/**
 * Checks that a file can be written, without changing it: better now than after a long run.
 * @param flag the flag that named it
 * @throws UserError when it cannot
 */
export function checkWritable(path: string, flag: string): void {
  try {
    const before = statSync(path, { throwIfNoEntry: false });
    if (before) {
      // Opening a pipe for a test would end it for its reader.
      if (before.isFile() || before.isDirectory()) closeSync(openSync(path, "a"));
      else accessSync(path, constants.W_OK);
    } else {
      closeSync(openSync(path, "a"));
      unlinkSync(path);
    }
  } catch (error) {
    throw cannotWrite(path, flag, error);
  }
}

function cannotWrite(path: string, flag: string, error: unknown): UserError {
  return new UserError(
    `${flag}: cannot write ${path}: ${messageOf(error)}`,
    "name a file in a directory that exists and can be written",
    ExitCode.cannotCreate,
  );
}

/**
 * Whether to colour what goes to a stream, as Node decides it: FORCE_COLOR decides alone where it is set; else it takes
 * a terminal, and NO_COLOR and TERM=dumb say no.
 */
export function wantsColour(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (env.FORCE_COLOR === undefined && stream.isTTY !== true) return false;
  // Node warns on standard error when both are set, and Node 20 takes an empty NO_COLOR for one (no-color.org does not).
  const { NO_COLOR, ...rest } = env;
  return WriteStream.prototype.getColorDepth(env.FORCE_COLOR === undefined && NO_COLOR ? env : rest) > 1;
}
