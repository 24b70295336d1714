/** Running something traced from beginning to end: record, save, report. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExitCode, Interrupted, UserError } from "../base/errors.js";
import { type Program, runProgram } from "../gotool/process.js";
import { AliveWatch } from "./alive.js";
import { saveBundle } from "./bundle.js";
import { type ExecTrace, execTraces, prepareExecRecording, saveExecTrace } from "./exectrace.js";
import { type OpenFile, openFile } from "./files.js";
import type { ParsedFlags } from "./flags.js";
import { finishRecording, prepareRecording, type RunNote, recordedFiles } from "./record.js";
import { type ReportRequest, reportOpenTraces } from "./reporting.js";
import { sayError } from "./say.js";
import type { Session } from "./session.js";

/** What to run, and what to say of it. */
export interface TracedRun {
  readonly program: Omit<Program, "cwd">;
  /** The program itself is traced, not only what it starts. */
  readonly direct: boolean;
  readonly note: RunNote;
  readonly report: ReportRequest;
  /** Nothing need have been recorded: then there is no report. */
  readonly mayBeEmpty?: boolean;
}

/**
 * Runs and reports.
 * @returns the exit code of the program; of gotrace where saving the trace failed; 1 instead of 0 where an assertion does
 * not hold
 * @throws UserError when the program cannot be started or the report not be written; then the trace is kept
 */
export async function runTraced(session: Session, flags: ParsedFlags, run: TracedRun): Promise<number> {
  const recording = prepareRecording(session, flags);
  const { save } = recording;
  const execRecording = prepareExecRecording(session, flags);
  // Loaded only when needed: reading configurations and traces takes modules that would double the start.
  const findings = execRecording && (await import("./findings.js"));
  const settings = findings?.execSettings(session);
  const watch = new AliveWatch(recording.directory);
  const env = { ...run.program.env, ...recording.env, ...execRecording?.env };
  const exit = await session.standAside(() => runProgram({ ...run.program, env, cwd: session.cwd }));
  const alive = watch.stop();
  session.log(`the program ended with exit code ${exit.code}`);
  finishRecording(recording, run.note, { alive, ...(run.direct ? { program: exit } : {}) });
  const files = recordedFiles(recording).map(openFile);
  try {
    // A go test that failed before it ran anything has said so itself.
    if (files.length === 0 && (run.mayBeEmpty || (!run.direct && exit.code !== 0))) return exit.code;
    const traces = execRecording ? execTraces(execRecording) : [];
    const saved = [
      save === undefined ||
        attempt(
          () => saveBundle(save, "--save", files),
          () => rescue(session, files),
        ),
      ...traces.map((trace) =>
        attempt(
          () => saveExecTrace(trace),
          () => rescueExec(session, trace),
        ),
      ),
    ].every((worked) => worked);
    const sections = findings && settings ? [findings.execFindings(session, settings, traces)] : [];
    // The files stay readable while they are open; whatever ends gotrace from here on leaves nothing behind.
    if (process.platform !== "win32") session.close();
    try {
      const { failed } = await session.yieldTo(() => reportOpenTraces(session, flags, files, run.report, sections));
      if (saved && exit.code === 0 && failed) return 1;
    } catch (error) {
      // Who ends the page that shows the calls has seen them.
      const failed = !(error instanceof Interrupted);
      if (failed && (save === undefined || !saved)) rescue(session, files);
      throw error;
    }
    return saved ? exit.code : ExitCode.io;
  } finally {
    for (const file of files) file.close();
  }
}

/** Writes what the user asked for; where that fails it says so, and `keep` keeps it elsewhere. */
function attempt(write: () => void, keep: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    sayError(error);
    keep();
    return false;
  }
}

/** Keeps the trace of a run that cannot be repeated, when it could not go where it should. */
function rescue(session: Session, files: readonly OpenFile[]): void {
  keep(session, "trace.gotrace", (path) => {
    saveBundle(path, "TMPDIR", files);
    return `the trace is kept: gotrace report ${path}`;
  });
}

function rescueExec(session: Session, trace: ExecTrace): void {
  keep(session, "exec.trace", (path) => {
    saveExecTrace({ ...trace, save: path });
    return `the execution trace is kept: gotrace analyze ${path}`;
  });
}

/** Writes into a directory of its own, and says what `write` returns; leaves nothing where that fails too. */
function keep(session: Session, name: string, write: (path: string) => string): void {
  const directory = mkdtempSync(join(tmpdir(), "gotrace-kept-"));
  try {
    session.warn(write(join(directory, name)));
  } catch {
    rmSync(directory, { recursive: true, force: true });
  }
}
