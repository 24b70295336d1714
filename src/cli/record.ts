/** Recording a run: where the traced processes write, and what gotrace adds when they have ended. */

import { closeSync, mkdirSync, openSync, unlinkSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import { endPatches, lengthPatch, type Note, notePatches, openTrace, type ProcessTrace } from "../calltrace/index.js";
import type { ProgramExit } from "../gotool/process.js";
import { openFile, patchFile, traceFiles, writeFully } from "./files.js";
import type { ParsedFlags } from "./flags.js";
import { parseSize } from "./options.js";
import type { Session } from "./session.js";
import type { BuildSummary } from "./summary.js";

/** A run to be recorded. */
export interface Recording {
  /** Where every traced process writes its own file. */
  readonly directory: string;
  /** Environment of the program, beyond the session's. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of `--save`. */
  readonly save: string | undefined;
}

/** What gotrace knows of a run and the trace does not. */
export interface RunNote {
  readonly summary: BuildSummary;
  /** Title of a process by its working directory: import paths of tested packages. */
  readonly titles: Readonly<Record<string, string>>;
  readonly command: string;
}

/** Makes the place for a run's traces. @throws UserError when `--save` cannot be written */
export function prepareRecording(session: Session, flags: ParsedFlags): Recording {
  const directory = join(session.workspace(), "trace");
  mkdirSync(directory);
  const limit = flags.string("max-trace-size");
  const saveName = flags.string("save");
  const save = saveName === undefined ? undefined : resolve(session.cwd, saveName);
  // Better now than after a long run.
  if (save !== undefined) closeSync(createFile(save, "--save"));
  return {
    directory,
    env: { GOTRACE_OUT: directory, ...(limit ? { GOTRACE_MAX_SIZE: String(parseSize(limit)) } : {}) },
    save,
  };
}

/** Creates or empties an output file. @throws UserError when that fails */
export function createFile(path: string, flag: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw new UserError(
      `${flag}: cannot write ${path}: ${messageOf(error)}`,
      "name a file in a directory that exists and can be written",
      ExitCode.cannotCreate,
    );
  }
}

/**
 * Completes the traces of a run: when and how the program ended (its children nobody watched), and what was not traced.
 * Then saves them if asked to.
 */
export function finishRecording(recording: Recording, note: RunNote, exit?: ProgramExit): void {
  const files = traceFiles([recording.directory]);
  // After syscall.Exec one process has several traces: only the last one ended with it.
  const last = exit && files.filter((file) => basename(file).startsWith(`${exit.pid}-`)).at(-1);
  if (last && exit) patchFile(last, 0, endPatches(exit.endNano, exit.code));
  const first = last ?? files[0];
  if (first !== undefined) {
    withProcesses(first, ([process]) => {
      if (process) patchFile(first, process.base, notePatches(process, [{ run: note } as unknown as Note]));
    });
  }
  if (recording.save !== undefined) saveBundle(recording.save, files);
}

/** Runs `use` over the processes of a file; a file that is no trace (cut before its header) has none. */
function withProcesses(path: string, use: (processes: readonly ProcessTrace[]) => void): void {
  const file = openFile(path);
  try {
    let processes: readonly ProcessTrace[] = [];
    try {
      processes = openTrace(file.source).processes;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
    use(processes);
  } finally {
    file.close();
  }
}

/** Writes the used part of every trace into one file. @throws the write's error; the partial file is removed */
function saveBundle(path: string, files: readonly string[]): void {
  const descriptor = createFile(path, "--save");
  try {
    let position = 0;
    for (const file of files) {
      withProcesses(file, (processes) => {
        for (const process of processes) position = copyProcess(descriptor, position, process);
      });
    }
  } catch (error) {
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function copyProcess(descriptor: number, position: number, process: ProcessTrace): number {
  const buffer = new Uint8Array(1 << 20);
  for (let offset = 0; offset < process.length; ) {
    const want = Math.min(buffer.length, process.length - offset);
    const got = process.source.read(offset, buffer.subarray(0, want));
    if (got <= 0) break;
    writeFully(descriptor, buffer.subarray(0, got), position + offset);
    offset += got;
  }
  const { offset, bytes } = lengthPatch(process);
  writeFully(descriptor, bytes, position + offset);
  return position + process.length;
}
