/** `--exec-trace`: where the traced processes write their execution traces, and where these go. */

import { closeSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join, parse, resolve } from "node:path";
import { UserError } from "../../base/errors.js";
import { execTraceVariable } from "../../gotool/exectrace.js";
import { openChunks } from "../analyze/read-chunks.js";
import type { RecordOptions } from "../options.js";
import { checkWritable, createFile, writeFailure } from "../output.js";
import type { Session } from "../session.js";
import { writeFully } from "../trace-files.js";
import { processIdOf } from "./writing-process.js";

/** Execution traces of a run. */
export interface ExecRecording {
  readonly directory: string;
  /** Absolute path that the user named. */
  readonly save: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** The file of `--exec-trace=FILE`, absolute. */
export function execFile(session: Session, { execTrace }: RecordOptions): string | undefined {
  return execTrace?.file === undefined ? undefined : resolve(session.cwd, execTrace.file);
}

/** Makes the place for execution traces, if they are asked for. @throws UserError when the named file cannot be written */
export function prepareExecRecording(session: Session, options: RecordOptions): ExecRecording | undefined {
  if (options.execTrace === undefined) return undefined;
  const directory = join(session.workspace(), "exec-trace");
  mkdirSync(directory);
  const save = execFile(session, options);
  if (save !== undefined) checkWritable(save, "--exec-trace");
  return { directory, save, env: { [execTraceVariable]: directory } };
}

/**
 * The execution traces of a run that has ended, in the order in which the processes started: the paths where they lie
 * and the names to call them by.
 */
export function execTraces({ directory, save }: ExecRecording): ExecTrace[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .map((name) => ({ path: join(directory, name), pid: processIdOf(name) }))
    .map((trace) => ({ ...trace, made: statSync(trace.path).birthtimeMs }))
    .sort((a, b) => a.made - b.made)
    .map(({ path, pid }, index) => ({ path, pid, save: save === undefined ? undefined : numbered(save, index) }));
}

/** One of them. */
export interface ExecTrace {
  readonly path: string;
  readonly pid: number;
  /** Where the user wants it: with `--exec-trace=FILE` the first in FILE, others with `-2`, `-3` … before its extension. */
  readonly save: string | undefined;
}

function numbered(file: string, index: number): string {
  const { dir, name, ext } = parse(file);
  return index === 0 ? file : join(dir, `${name}-${index + 1}${ext}`);
}

/** Copies a trace to where the user wants it. @throws UserError when that fails; a partial file is left */
export function saveExecTrace({ path, save }: ExecTrace): void {
  if (save === undefined) return;
  const to = createFile(save, "--exec-trace");
  try {
    for (const chunk of openChunks(path).chunks) writeFully(to, chunk);
  } catch (error) {
    throw error instanceof UserError ? error : writeFailure(save, error);
  } finally {
    closeSync(to);
  }
}
