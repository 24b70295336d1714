/** Runs an instrumented program from beginning to end: records it, saves its traces, and reports. */

import { join } from "node:path";
import { ExitCode, Interrupted, UserError } from "../../base/errors.js";
import { quoteWord } from "../../base/words.js";
import { whyNothing } from "../../build/scope.js";
import type { Program } from "../../gotool/process.js";
import type { RecordOptions, ReportOptions } from "../options.js";
import { hasAssertions } from "../report/assertions.js";
import type { ReportRequest } from "../report/reporting.js";
import { sayError } from "../say.js";
import type { Session } from "../session.js";
import { type OpenFile, openFile } from "../trace-files.js";
import { type TemporaryDirectory, temporaryDirectory } from "../workspace.js";
import { AliveWatch } from "./alive.js";
import { appendStates, dropAppended } from "./append-states.js";
import { saveBundle } from "./bundle.js";
import { type ExecTrace, execTraces, prepareExecRecording, saveExecTrace } from "./exec-recording.js";
import { FollowedRun } from "./follow-run.js";
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
import { type RunView, runShown } from "./run-shown.js";
import { SnapshotWatch } from "./snapshots.js";
import { storeTrees } from "./store-trees.js";

/** Options from the command line. */
export interface RunOptions {
  readonly record: RecordOptions;
  readonly report: ReportOptions;
}

/** The program to run, and how to report on it. */
export interface TracedRun {
  readonly program: Omit<Program, "cwd">;
  /** Builds the program again if it cannot be started; tried once. */
  readonly remake?: () => Promise<void>;
  /** The program itself is traced, and not only the processes that it starts. */
  readonly direct: boolean;
  readonly notes: RunNotes;
  readonly report: Omit<ReportRequest, "traces">;
  /** Shows the program while it runs. */
  readonly view?: RunView;
  /** Called with the program's exit code as soon as it has ended. */
  readonly ended?: (code: number) => void;
  /** It may be that nothing is recorded; then there is no report unless there are assertions. */
  readonly mayBeEmpty?: boolean;
}

/**
 * Runs the program and reports.
 * @returns the program's exit code; gotrace's own if the trace could not be saved; instead of 0, the exit code of
 * assertions that fail
 * @throws UserError when the program cannot be started, or the report cannot be written; then the trace is kept
 */
export async function runTraced(session: Session, options: RunOptions, run: TracedRun): Promise<number> {
  const recording = await prepareRunDirectory(session, options.record, options.report.output, showsTrees(options, run));
  const { last } = recording;
  try {
    return await recordAndReport(session, options, run, recording);
  } finally {
    if (last) endLastRun(last);
  }
}

/** Whether nothing is asked for but trees of all calls: they can be counted while the program runs, and the calls forgotten. */
function showsTrees({ record, report }: RunOptions, { report: { format, gate } }: TracedRun): boolean {
  const isWhole = Object.values(report.selectWithoutLimits).every((choice) => choice === undefined);
  const joins = record.states || record.execTrace !== undefined;
  return (
    format.fromTrees === true && !report.unmerged && isWhole && !joins && (gate === undefined || !hasAssertions(gate))
  );
}

async function recordAndReport(
  session: Session,
  options: RunOptions,
  run: TracedRun,
  recording: RunDirectory,
): Promise<number> {
  const { save } = recording;
  const named = options.record.save;
  const execRecording = await prepareExecRecording(session, options.record, recording.directory);
  // Loaded only when needed: the modules for configurations and execution traces would double the startup time.
  const findings = options.record.execTrace && (await import("../analyze/findings.js"));
  const settings = findings?.execSettings(session);
  const warn = run.view?.warn ?? ((line: string) => session.warn(line));
  const { dumps } = recording;
  const snapshots = dumps && new SnapshotWatch(session, dumps, recording.directory, warn);
  const following = new FollowedRun(recording, run.report.format, (line) => session.log(line));
  const limits = new LimitWatch(recording, execRecording?.directory, warn, following.readOf);
  const watch = new AliveWatch(recording.directory, () => {
    limits.look();
    snapshots?.look();
    following.look(limits.written);
  });
  const env = { ...run.program.env, ...recording.env, ...execRecording?.env };
  const running = runShown(session, { ...run, program: { ...run.program, env } }, recording);
  // Now, so that it delays neither the program's start nor, unless the program is short, the report.
  const reporting = import("../report/reporting.js");
  reporting.catch(() => undefined);
  const exit = await running;
  following.ended();
  run.ended?.(exit.code);
  const alive = watch.stop();
  session.log(`the program ended with exit code ${exit.code}`);
  const recorded = execRecording ? execTraces(execRecording) : [];
  const appended = options.record.states ? appendStates(session, recording, recorded) : recorded;
  // Those of --states alone are for the page, which shows findings as well.
  const traces = findings || run.report.format.findings ? appended : [];
  if (traces.length === 0) dropAppended(recording);
  completeTraces(recording, run.notes, { alive, ...(run.direct ? { program: exit } : {}) });
  await snapshots?.end(recordedFiles(recording));
  const files = await following.attach(recordedFiles(recording).map(openFile));
  storeTrees(files);
  try {
    // If go test failed before it ran anything, it has printed why.
    const gated = run.report.gate !== undefined && hasAssertions(run.report.gate);
    if (files.length === 0 && ((run.mayBeEmpty && !gated) || (!run.direct && exit.code !== 0))) return exit.code;
    // Reports of a ring say by themselves why it does not have states.
    if (execRecording && recorded.length === 0 && dumps === undefined) {
      session.warn("no execution trace was recorded: no traced package was linked, or it could not be written");
    }
    const place = settle(recording, files);
    const rescueCalls = () => rescue(session, files);
    let saved = save === undefined || (await writeOr(() => saveBundle(save, "--save", files), rescueCalls));
    for (const trace of traces) {
      const rescueIt = () => rescueExec(session, trace);
      saved = (await writeOr(() => saveExecTrace(trace), rescueIt)) && saved;
    }
    const { format } = run.report;
    const sections = findings && settings && !format.findings ? [findings.execFindings(session, settings, traces)] : [];
    const beside = format.findings ? traces.map(({ path }) => path) : [];
    // Open files stay readable after their removal; removing the workspace now leaves nothing behind if gotrace is killed.
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
      const { gate } = await session.withDefaultSignals(async () =>
        (await reporting).reportOpenTraces(session, options.report, files, report, sections),
      );
      if (saved && exit.code === 0 && gate !== 0) return gate;
    } catch (error) {
      // Closing the viewer is a normal end: there is nothing to rescue.
      if (!(error instanceof Interrupted)) {
        if (save === undefined || !saved) await rescueCalls();
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
    following.close();
    for (const file of files) file.close();
    dropAppended(recording);
  }
}

/** Traces from this size on, in bytes, get a {@link guard}: smaller ones are read before anybody could interrupt that. */
const GUARDED = 4 << 20;

/** Where the trace of a finished run is kept. */
interface Place {
  /** The workspace is not needed any more. */
  readonly leavesWorkspace: boolean;
  /** The message if gotrace ends before the report is complete. */
  readonly interrupted: string;
  /** The words that name the traces to later commands: none for the last run; undefined if the trace is not kept. */
  readonly words?: readonly string[];
  /** Why the trace is removed after the report although it was to be kept. */
  readonly whyUnkept?: string;
}

/** Decides where the trace stays, and copies it there if necessary. */
function settle({ directory, last }: RunDirectory, files: readonly OpenFile[]): Place {
  const what = "ended before the report was complete";
  if (last === undefined) return { leavesWorkspace: true, interrupted: `${what}; the trace was not kept` };
  const inPlace = last.directory === directory;
  const whyUnkept = keepLastRun(last, files);
  const kept = `${what}; the trace is kept: gotrace report`;
  if (whyUnkept === undefined) return { leavesWorkspace: true, interrupted: kept, words: [] };
  // Keep the trace until the report is complete: a user who interrupts it may want another report.
  return { leavesWorkspace: inPlace, interrupted: inPlace ? kept : `${kept} ${quoteWord(directory)}`, whyUnkept };
}

/** Writes a file that the user asked for. If that fails, prints the error and calls `keep`. @returns whether it worked */
async function writeOr(write: () => void, keep: () => Promise<void>): Promise<boolean> {
  try {
    write();
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    sayError(error);
    await keep();
    return false;
  }
}

/** Saves the trace in a new temporary directory when it could not be saved as asked: the run may not be repeatable. */
function rescue(session: Session, files: readonly OpenFile[]): Promise<void> {
  return keep(session, "trace.gotrace", (path) => {
    saveBundle(path, "TMPDIR", files);
    return `the trace is kept: gotrace report ${path}`;
  });
}

function rescueExec(session: Session, trace: ExecTrace): Promise<void> {
  return keep(session, "exec.trace", (path) => {
    saveExecTrace({ ...trace, save: path });
    return `the execution trace is kept: gotrace analyze ${path}`;
  });
}

/** Lets `write` write a file in a new temporary directory and prints what it returns; removes the directory on failure. */
async function keep(session: Session, name: string, write: (path: string) => string): Promise<void> {
  let directory: TemporaryDirectory | undefined;
  try {
    directory = await temporaryDirectory("gotrace-kept");
    session.warn(write(join(directory.path, name)));
  } catch {
    directory?.remove();
  }
}
