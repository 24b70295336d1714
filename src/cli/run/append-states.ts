/** `--states`: puts the execution trace of each process into its call trace, so that one file has both. */

import { existsSync, mkdirSync, renameSync, rmSync, truncateSync } from "node:fs";
import { basename, join } from "node:path";
import { messageOf } from "../../base/errors.js";
import { formatBytes } from "../../base/units.js";
import { executionPatches, notePatches } from "../../calltrace/index.js";
import { sayError } from "../say.js";
import type { Session } from "../session.js";
import { callTraceOf, openFile, patchFile, piecesOf } from "../trace-files.js";
import { processesOf } from "./bundle.js";
import type { ExecTrace } from "./exec-recording.js";
import type { RunDirectory } from "./run-directory.js";
import { isWritten } from "./writing-process.js";

/**
 * Appends execution traces to the call traces that they lie beside. That of a process that still runs stays where it is, and
 * readers find it there. Where appending fails, as on a full disk, both files stay as they were.
 *
 * @returns the traces, those that were appended at new paths: out of the way of readers, until {@link dropAppended}
 */
export function appendStates(session: Session, recording: RunDirectory, traces: readonly ExecTrace[]): ExecTrace[] {
  return traces.map((trace) => {
    const file = callTraceOf(trace.path);
    if (!existsSync(file) || isWritten(file)) {
      session.log(`process ${trace.pid}: no finished call trace for its execution trace ${trace.path}`);
      return trace;
    }
    if (!append(session, file, trace)) return trace;
    const directory = appendedIn(recording);
    mkdirSync(directory, { recursive: true });
    const path = join(directory, basename(trace.path));
    renameSync(trace.path, path);
    return { ...trace, path };
  });
}

/** Removes the files whose contents were appended. */
export function dropAppended(recording: RunDirectory): void {
  rmSync(appendedIn(recording), { recursive: true, force: true });
}

function appendedIn({ directory }: RunDirectory): string {
  return join(directory, "appended");
}

/** @returns whether all of it was appended */
function append(session: Session, file: string, { pid, path }: ExecTrace): boolean {
  const calls = openFile(file);
  const execution = openFile(path);
  try {
    const [process] = processesOf(calls);
    if (process === undefined) return false;
    try {
      patchFile(file, process.base, executionPatches(process, piecesOf(execution.source)));
    } catch (error) {
      truncateSync(file, process.base + process.length);
      patchFile(file, process.base, notePatches(process, []));
      sayError({
        message: `the execution trace of process ${pid} could not be added to its trace: ${messageOf(error)}`,
        advice: "free some space, or set TMPDIR and GOTRACE_CACHE to disks that have it",
      });
      return false;
    }
    session.log(
      `process ${pid}: ${formatBytes(execution.source.size)} of execution trace, for the states of its calls`,
    );
    return true;
  } finally {
    calls.close();
    execution.close();
  }
}
