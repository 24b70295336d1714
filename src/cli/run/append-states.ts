/** `--states`: puts the execution trace of each process into its call trace, so that one file has both. */

import { truncateSync } from "node:fs";
import { formatBytes } from "../../base/units.js";
import { bundlePatches, executionPatches } from "../../calltrace/index.js";
import { openChunks } from "../analyze/read-chunks.js";
import { sayError } from "../say.js";
import type { Session } from "../session.js";
import { openFile, patchFile } from "../trace-files.js";
import { processesOf } from "./bundle.js";
import type { ExecTrace } from "./exec-recording.js";
import { type RunDirectory, recordedFiles } from "./run-directory.js";
import { isWritten, processIdOf } from "./writing-process.js";

/**
 * Appends execution traces to the call traces of their processes. A process that still runs gets none. Where that fails,
 * as on a full disk, the call trace stays as it was.
 */
export function appendStates(session: Session, recording: RunDirectory, traces: readonly ExecTrace[]): void {
  const callTraces = recordedFiles(recording);
  for (const { path, pid } of traces) {
    // After syscall.Exec a process has several traces of each kind, in the same order.
    const index = traces.filter((trace) => trace.pid === pid).findIndex((trace) => trace.path === path);
    const file = callTraces.filter((one) => processIdOf(one) === pid)[index];
    if (file === undefined || isWritten(file)) {
      session.log(`process ${pid}: no finished call trace for its execution trace`);
      continue;
    }
    append(session, file, path);
  }
}

function append(session: Session, file: string, execTrace: string): void {
  const { source, close } = openFile(file);
  const [process] = processesOf({ path: file, source, close });
  close();
  if (process === undefined) return;
  try {
    const { chunks, size: bytes } = openChunks(execTrace);
    for (const patch of executionPatches(process, chunks)) patchFile(file, process.base, [patch]);
    session.log(`process ${process.info.pid}: ${formatBytes(bytes)} of execution trace, for the states of its calls`);
  } catch (error) {
    truncateSync(file, process.base + process.length);
    patchFile(file, process.base, [...bundlePatches(process)]);
    sayError({
      message: `the states of process ${process.info.pid} are lost: ${error instanceof Error ? error.message : String(error)}`,
      advice: "free some space, or set TMPDIR and GOTRACE_CACHE to disks that have it",
    });
  }
}
