/**
 * Call trace files on disk: finds them, opens them for reading, and patches them. A process may have written its execution
 * trace beside its call trace: `<pid>-<n>.trace` beside `<pid>-<n>.gotrace`. It is opened with it.
 */

import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import { type ByteSource, copyRing, type Patch, usesSpaceAgain } from "../calltrace/index.js";
import type { FollowedProcess } from "../calltree/index.js";
import { RegularFile } from "./open-files.js";
import { isWritten } from "./run/writing-process.js";
import { type TemporaryDirectory, temporaryDirectory } from "./workspace.js";
import { writeFully } from "./write-fully.js";

/** Extension of call traces. */
const ENDING = ".gotrace";
/** Extension of the execution traces that traced processes write. */
const EXECUTION_ENDING = ".trace";

/** A file that is open for reading. The caller must call {@link close}. */
export interface OpenFile {
  readonly path: string;
  readonly source: ByteSource;
  /** The file with the execution trace that the process wrote beside this one. */
  readonly beside?: string;
  /** What was counted while the process wrote it. */
  readonly followed?: FollowedProcess | undefined;
  readonly close: () => void;
}

/** Opens a regular file as a byte source. @throws UserError when it cannot be read */
export function openFile(path: string): OpenFile {
  return opened(path, open(path));
}

/** Opens files, pipes and devices as byte sources; copies pipes and devices, and rings that are being written. @throws UserError when one cannot be read */
export async function openNamed(paths: readonly string[]): Promise<OpenFile[]> {
  const files: OpenFile[] = [];
  try {
    for (const path of paths) {
      const descriptor = open(path);
      const isFile = fstatSync(descriptor).isFile();
      files.push(await standing(opened(path, isFile ? descriptor : await spool(descriptor, path), isFile)));
    }
    return files;
  } catch (error) {
    for (const file of files) file.close();
    throw error;
  }
}

/** Whether the trace has any content: a process that was killed while creating it leaves an empty file, or zeros. */
export function hasBegun({ source }: Pick<OpenFile, "source">): boolean {
  const start = new Uint8Array(8);
  return source.read(0, start) > 0 && start.some((byte) => byte !== 0);
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** @param mayClose the descriptor may be closed while other files are read, because the path leads to the file */
function opened(path: string, descriptor: number, mayClose = false): OpenFile {
  const handleOf = (path: string, descriptor: number) =>
    mayClose ? new RegularFile(path, descriptor) : { descriptor, close: () => closeSync(descriptor) };
  const calls = handleOf(path, descriptor);
  const source = new FileSource(path, calls, isWritten(path));
  const beside = besideOf(path);
  if (beside === undefined) return { path, source, close: () => calls.close() };
  // Opened now: a directory may be removed while its files are read.
  const execution = handleOf(beside, open(beside));
  const pieces = piecesOf(new FileSource(beside, execution, false));
  return {
    path,
    source: withExecution(source, ({ base }, held) => held ?? (base === 0 ? pieces : undefined)),
    beside,
    close: () => {
      calls.close();
      execution.close();
    },
  };
}

/** A ring that is being written turns while it is read several times: then a copy of it. */
async function standing(file: OpenFile): Promise<OpenFile> {
  const { source, path } = file;
  if (source.live === undefined || !usesSpaceAgain(source)) return file;
  const descriptor = await unnamedFile();
  copyRing(source, (offset, bytes) => writeFully(descriptor, bytes, offset));
  const copy = new FileSource(path, { descriptor }, true);
  const { execution } = source;
  return {
    ...file,
    source: execution === undefined ? copy : withExecution(copy, (process, held) => execution(process, held)),
    close: () => {
      closeSync(descriptor);
      file.close();
    },
  };
}

/** The execution trace that the process wrote beside its call trace, if there is one. */
function besideOf(path: string): string | undefined {
  const beside = executionBeside(path);
  return beside !== undefined && existsSync(beside) ? beside : undefined;
}

/** Where a process writes its execution trace, if it writes one beside this call trace. */
export function executionBeside(path: string): string | undefined {
  if (!/^\d+-\d+\.gotrace$/.test(basename(path))) return undefined;
  return path.slice(0, -ENDING.length) + EXECUTION_ENDING;
}

/** The same bytes, with another answer to where the execution traces of the processes are. */
export function withExecution(source: ByteSource, execution: NonNullable<ByteSource["execution"]>): ByteSource {
  return {
    get size() {
      return source.size;
    },
    get file() {
      return source.file;
    },
    read: (offset, into) => source.read(offset, into),
    ...(source.live === undefined ? {} : { live: source.live }),
    execution,
  };
}

/** Bytes of a piece. */
const PIECE = 256 << 10;

/** The bytes of a source in pieces; each iteration reads them again, up to where they end by then. */
export function piecesOf(source: ByteSource): Iterable<Uint8Array> {
  return {
    *[Symbol.iterator]() {
      for (let offset = 0; ; ) {
        const piece = new Uint8Array(PIECE);
        const got = source.read(offset, piece);
        if (got <= 0) return;
        yield piece.subarray(0, got);
        offset += got;
      }
    },
  };
}

function cannotRead(path: string, error: unknown, code: ExitCode = ExitCode.noInput): UserError {
  return new UserError(`cannot read ${path || '""'}: ${messageOf(error)}`, "name a trace file that exists", code);
}

/** A file as a byte source. A class, so that thousands of them share their shape. */
class FileSource implements ByteSource {
  readonly live: bigint | undefined;

  /** @param live whether a process of this machine still writes the file; a process in a container is not seen */
  constructor(
    private readonly path: string,
    private readonly opened: { readonly descriptor: number },
    live: boolean,
  ) {
    this.live = live ? process.hrtime.bigint() : undefined;
  }

  get size(): number {
    return fstatSync(this.opened.descriptor).size;
  }

  get file(): NonNullable<ByteSource["file"]> {
    return { descriptor: this.opened.descriptor, start: 0 };
  }

  read(offset: number, into: Uint8Array): number {
    try {
      return readSync(this.opened.descriptor, into, 0, into.length, offset);
    } catch (error) {
      throw cannotRead(this.path, error, ExitCode.io);
    }
  }
}

/** Copies a pipe or device to an unnamed temporary file, which can be read at any offset. Closes `from`. */
async function spool(from: number, path: string): Promise<number> {
  try {
    const to = await unnamedFile();
    const buffer = new Uint8Array(1 << 16);
    for (let got = readSync(from, buffer); got > 0; got = readSync(from, buffer)) {
      writeFully(to, buffer.subarray(0, got));
    }
    return to;
  } catch (error) {
    throw error instanceof UserError ? error : cannotRead(path, error);
  } finally {
    closeSync(from);
  }
}

/** Opens a new temporary file that has no name and vanishes when it is closed. */
async function unnamedFile(): Promise<number> {
  let directory: TemporaryDirectory | undefined;
  try {
    directory = await temporaryDirectory("gotrace");
    return openSync(join(directory.path, "spooled"), "w+");
  } finally {
    directory?.remove();
  }
}

/**
 * Lists trace files: each path that is a file, and the `*.gotrace` files of each directory, in the order of processes.
 * @throws UserError when a path does not exist
 */
export function traceFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    try {
      if (!statSync(path).isDirectory()) return [path];
      return tracesIn(path)
        .sort(byProcess)
        .map((name) => join(path, name));
    } catch (error) {
      throw new UserError(
        `cannot read ${path || '""'}: ${messageOf(error)}`,
        "name a file that --save wrote, or a directory that GOTRACE_OUT named",
        ExitCode.noInput,
      );
    }
  });
}

/** Whether a word names traces rather than a program: a file without `.go`, or a directory that holds traces. */
export function namesTraces(path: string): boolean {
  try {
    return statSync(path).isDirectory() ? tracesIn(path).length > 0 : !path.endsWith(".go");
  } catch {
    return path.endsWith(ENDING);
  }
}

/** Names of the call traces in a directory. */
export function tracesIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => name.endsWith(ENDING));
}

/** The call trace beside which a process writes this execution trace. */
export function callTraceOf(execution: string): string {
  return execution.slice(0, -EXECUTION_ENDING.length) + ENDING;
}

/** Names of the execution traces in a directory that traced processes wrote. */
export function executionsIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => name.endsWith(EXECUTION_ENDING));
}

/** Orders `<pid>-<n>.gotrace` by its numbers. */
function byProcess(a: string, b: string): number {
  const numbers = (name: string) => [...name.matchAll(/\d+/g)].map((match) => Number(match[0]));
  const [left, right] = [numbers(a), numbers(b)];
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}

/** Overwrites bytes of a file. @param base what the patches' offsets are relative to */
export function patchFile(path: string, base: number, patches: Iterable<Patch>): void {
  const descriptor = openSync(path, "r+");
  try {
    for (const { offset, bytes } of patches) writeFully(descriptor, bytes, base + offset);
  } finally {
    closeSync(descriptor);
  }
}
