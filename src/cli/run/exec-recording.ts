/** `--exec-trace` and `--states`: where the traced processes write execution traces, and how they are saved. */

import { closeSync, existsSync, mkdirSync, statSync } from "node:fs";
import { join, parse, resolve } from "node:path";
import { UserError } from "../../base/errors.js";
import { execTraceVariable } from "../../gotool/exectrace.js";
import { openChunks } from "../analyze/read-chunks.js";
import type { RecordOptions } from "../options.js";
import { checkWritable, createFile, writeFailure } from "../output.js";
import type { Session } from "../session.js";
import { executionsIn } from "../trace-files.js";
import { writeFully } from "../write-fully.js";
import { processIdOf } from "./writing-process.js";

/** Where a run records its execution traces. */
export interface ExecRecording {
  /** The processes write here. */
  readonly directory: string;
  /** The file of `--exec-trace=FILE`, absolute. */
  readonly save: string | undefined;
  /** Environment that makes the program record. */
  readonly env: Readonly<Record<string, string>>;
}

/** The file of `--exec-trace=FILE`, absolute. */
export function execFile(session: Session, { execTrace }: RecordOptions): string | undefined {
  return execTrace?.file === undefined ? undefined : resolve(session.cwd, execTrace.file);
}

/**
 * Prepares the directory for execution traces, if they are wanted. With `--states` it is that of the call traces, which
 * they belong to; else they are only needed for the report.
 * @param traces the directory of the call traces
 * @throws UserError when the named file is not writable
 */
export async function prepareExecRecording(
  session: Session,
  options: RecordOptions,
  traces: string,
): Promise<ExecRecording | undefined> {
  const save = execFile(session, options);
  if (save !== undefined) checkWritable(save, "--exec-trace");
  if (options.states) return { directory: traces, save, env: {} };
  if (options.execTrace === undefined) return undefined;
  const directory = join(await session.workspace(), "exec-trace");
  mkdirSync(directory);
  return { directory, save, env: { [execTraceVariable]: directory } };
}

/**
 * Lists the execution traces of a run that has ended, in the order in which the processes started.
 */
export function execTraces({ directory, save }: ExecRecording): ExecTrace[] {
  if (!existsSync(directory)) return [];
  return executionsIn(directory)
    .map((name) => ({ path: join(directory, name), pid: processIdOf(name) }))
    .map((trace) => ({ ...trace, made: statSync(trace.path).birthtimeMs }))
    .sort((a, b) => a.made - b.made)
    .map(({ path, pid }, index) => ({ path, pid, save: save === undefined ? undefined : numbered(save, index) }));
}

/** The execution trace of one process. */
export interface ExecTrace {
  readonly path: string;
  readonly pid: number;
  /** Where to save it: the first in FILE of `--exec-trace=FILE`, others with `-2`, `-3` … before its extension. */
  readonly save: string | undefined;
}

function numbered(file: string, index: number): string {
  const { dir, name, ext } = parse(file);
  return index === 0 ? file : join(dir, `${name}-${index + 1}${ext}`);
}

/** Copies a trace to where it is to be saved. @throws UserError when that fails, which leaves a partial file */
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
