/** Running something traced from beginning to end: record, save, report. */

import { join } from "node:path";
import { ExitCode, Interrupted, UserError } from "../../base/errors.js";
import { quoteWord } from "../../base/words.js";
import { whyNothing } from "../../build/scope.js";
import { CannotStart, type Program, runProgram } from "../../gotool/process.js";
import type { RecordOptions, ReportOptions } from "../options.js";
import { hasAssertions } from "../report/assertions.js";
import { type ReportRequest, reportOpenTraces } from "../report/reporting.js";
import { sayError } from "../say.js";
import type { Session } from "../session.js";
import { type OpenFile, openFile } from "../trace-files.js";
import { temporaryDirectory } from "../workspace.js";
import { AliveWatch } from "./alive.js";
import { saveBundle } from "./bundle.js";
import { type ExecTrace, execTraces, prepareExecRecording, saveExecTrace } from "./exec-recording.js";
import { guard } from "./guard.js";
import { dropLastRun, endLastRun, keepLastRun } from "./last-run.js";
import { LimitWatch } from "./limits.js";
import {
  completeTraces,
  prepareRunDirectory,
  type RunDirectory,
  type RunNotes,
  recordedFiles,
  survivorLines,
  unkept,
} from "./run-directory.js";

/** What the command line asked for. */
export interface RunOptions {
  readonly record: RecordOptions;
  readonly report: ReportOptions;
}

/** What to run, and what to say of it. */
export interface TracedRun {
  readonly program: Omit<Program, "cwd">;
  /** Makes the program anew, for once, when it cannot be started. */
  readonly remake?: () => Promise<void>;
  /** The program itself is traced, not only what it starts. */
  readonly direct: boolean;
  readonly notes: RunNotes;
  readonly report: Omit<ReportRequest, "traces">;
  /** Told of the program's exit code before anything is made of it. */
  readonly ended?: (code: number) => void;
  /** Nothing need have been recorded: then there is no report, unless something is asserted. */
  readonly mayBeEmpty?: boolean;
}

/**
 * Runs and reports.
 * @returns the exit code of the program; of gotrace where saving the trace failed; 1 instead of 0 where an assertion does
 * not hold
 * @throws UserError when the program cannot be started or the report not be written; then the trace is kept
 */
export async function runTraced(session: Session, options: RunOptions, run: TracedRun): Promise<number> {
  const recording = prepareRunDirectory(session, options.record);
  const { last } = recording;
  try {
    return await recordAndReport(session, options, run, recording);
  } finally {
    if (last) endLastRun(last);
  }
}

async function recordAndReport(
  session: Session,
  options: RunOptions,
  run: TracedRun,
  recording: RunDirectory,
): Promise<number> {
  const { save } = recording;
  const named = options.record.save;
  const execRecording = prepareExecRecording(session, options.record);
  // Loaded only when needed: reading configurations and traces takes modules that would double the start.
  const findings = execRecording && (await import("../analyze/findings.js"));
  const settings = findings?.execSettings(session);
  const limits = new LimitWatch(recording.directory, recording.total, (line) => session.warn(line));
  const watch = new AliveWatch(recording.directory, () => limits.look());
  const env = { ...run.program.env, ...recording.env, ...execRecording?.env };
  const start = () => session.delegateSignals(() => runProgram({ ...run.program, env, cwd: session.cwd }));
  const exit = await start().catch(async (error: unknown) => {
    if (!(error instanceof CannotStart) || !run.remake) throw error;
    session.log(`${error.message}: building it again`);
    await run.remake();
    return start();
  });
  run.ended?.(exit.code);
  const alive = watch.stop();
  session.log(`the program ended with exit code ${exit.code}`);
  completeTraces(recording, run.notes, { alive, ...(run.direct ? { program: exit } : {}) });
  const files = recordedFiles(recording).map(openFile);
  try {
    // A go test that failed before it ran anything has said so itself.
    const gated = run.report.gate !== undefined && hasAssertions(run.report.gate);
    if (files.length === 0 && ((run.mayBeEmpty && !gated) || (!run.direct && exit.code !== 0))) return exit.code;
    const place = settle(recording, files);
    const traces = execRecording ? execTraces(execRecording) : [];
    const saved = [
      save === undefined ||
        writeOr(
          () => saveBundle(save, "--save", files),
          () => rescue(session, files),
        ),
      ...traces.map((trace) =>
        writeOr(
          () => saveExecTrace(trace),
          () => rescueExec(session, trace),
        ),
      ),
    ].every((worked) => worked);
    const { format } = run.report;
    const sections = findings && settings && !format.findings ? [findings.execFindings(session, settings, traces)] : [];
    const beside = format.findings ? traces.map(({ path }) => path) : [];
    // The files stay readable while they are open; whatever ends gotrace from here on leaves nothing else behind.
    if (process.platform !== "win32" && place.leavesWorkspace && beside.length === 0) session.close();
    const whyNoCall = whyNothing(run.notes.run.summary);
    const report = {
      ...run.report,
      whyNothing: whyNoCall,
      execTraces: beside,
      traces: named !== undefined && saved ? [named] : place.words,
    };
    const isLarge = files.some(({ source }) => source.size > GUARDED);
    const lift = isLarge && !format.interactive ? guard(`gotrace: ${place.interrupted}`) : () => undefined;
    for (const line of survivorLines(recording, place.words !== undefined)) session.warn(line);
    let isLeft = false;
    try {
      const { gate } = await session.withDefaultSignals(() =>
        reportOpenTraces(session, options.report, files, report, sections),
      );
      if (saved && exit.code === 0 && gate !== 0) return gate;
    } catch (error) {
      // Who ends the page that shows the calls has seen them.
      if (!(error instanceof Interrupted)) {
        if (save === undefined || !saved) rescue(session, files);
      } else if (!format.interactive) {
        session.warn(place.interrupted);
        isLeft = true;
      }
      throw error;
    } finally {
      lift();
      if (place.whyUnkept !== undefined && !isLeft) {
        dropLastRun(recording.last!);
        if (save === undefined) session.warn(unkept(place.whyUnkept));
      }
    }
    return saved ? exit.code : ExitCode.io;
  } finally {
    for (const file of files) file.close();
  }
}

/** Traces below this size are read before anybody could interrupt it. */
const GUARDED = 4 << 20;

/** Where the trace of a run that has ended stays. */
interface Place {
  /** The workspace can go. */
  readonly leavesWorkspace: boolean;
  /** What to say when gotrace ends before it has reported. */
  readonly interrupted: string;
  /** The words that name the traces to later commands: none for the last run; undefined where it is not kept. */
  readonly words?: readonly string[];
  /** Why the trace goes with the report, although it was to be kept. */
  readonly whyUnkept?: string;
}

function settle({ directory, last }: RunDirectory, files: readonly OpenFile[]): Place {
  const what = "ended before the report was complete";
  if (last === undefined) return { leavesWorkspace: true, interrupted: `${what}; the trace was not kept` };
  const inPlace = last.directory === directory;
  const whyUnkept = keepLastRun(last, files);
  const kept = `${what}; the trace is kept: gotrace report`;
  if (whyUnkept === undefined) return { leavesWorkspace: true, interrupted: kept, words: [] };
  // Until the report is complete the trace stays where it is: who interrupts it may want to see it another way.
  return { leavesWorkspace: inPlace, interrupted: inPlace ? kept : `${kept} ${quoteWord(directory)}`, whyUnkept };
}

/** Writes what the user asked for; where that fails it says so, and `keep` keeps it elsewhere. */
function writeOr(write: () => void, keep: () => void): boolean {
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
  const directory = temporaryDirectory("gotrace-kept");
  try {
    session.warn(write(join(directory.path, name)));
  } catch {
    directory.remove();
  }
}
