/** Makes a report from call traces: opens them, reads them, renders one format, and prints notices and assertions. */

import { basename } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import { formatNumberOf } from "../../base/units.js";
import { type ByteSource, HEADER_SIZE, readBytes, readHeader } from "../../calltrace/index.js";
import { partName, type Recording, type RecordingOptions, readRecording } from "../../calltree/index.js";
import type { Section } from "../analyze/findings.js";
import type { ReportOptions } from "../options.js";
import { isStandardOutput, type Output, openOutput, type Pieces, refuseInput, writeFiles } from "../output.js";
import { withProgress } from "../progress.js";
import { readerThreads } from "../reader-threads.js";
import { findLastRun } from "../run/last-run.js";
import type { Session } from "../session.js";
import { openTraceFiles, snapshotAdvice } from "../snapshot-files.js";
import { hasBegun, type OpenFile, traceFiles } from "../trace-files.js";
import { traceKind } from "../trace-kind.js";
import { type Gate, hasAssertions, judgeGate, openGate, tellJudged } from "./assertions.js";
import { conditionRemarks } from "./condition-remarks.js";
import type { Format, FormatContext } from "./format.js";
import { callCommand, nextCommands, nextLine } from "./next-line.js";
import { requireStates } from "./require-states.js";
import type { StateDetail } from "./states.js";
import { contextOf } from "./text-formats.js";

/** What to report, and how. */
export interface ReportRequest {
  readonly format: Format;
  /** Write to standard error, because standard output belongs to the program. */
  readonly toStderr: boolean;
  /** The message for a run without any recorded call. */
  readonly whyNothing?: string;
  /** Assertions; they are checked against all calls, whatever the report shows. */
  readonly gate?: Gate;
  /** Files with execution traces that were recorded apart from the calls, as given: `FILE` or `PID=FILE`. */
  readonly apart?: readonly string[];
  /** Execution traces for formats that show findings. */
  readonly execTraces?: readonly string[];
  /** Write no tree unless `-o` names a file: a program reads the output. */
  readonly quiet?: boolean;
  /** The last line of a report on standard output. */
  readonly closing?: (colour: boolean) => string | undefined;
  /** The words that name these traces to another command: none for the last run; undefined if they cannot be named. */
  readonly traces?: readonly string[] | undefined;
}

/** The outcome of a report. */
export interface Reported {
  /** A part of a trace could not be read; the report has the rest. */
  readonly damaged: boolean;
  /** The exit code of the assertions: 0 if all hold. */
  readonly gate: number;
}

/**
 * Renders saved traces.
 * @param words files, or directories of files, including execution traces if the format shows findings; empty for the
 * last run
 * @throws UserError when there is no trace, or one cannot be read
 */
export async function reportTraces(
  session: Session,
  options: ReportOptions,
  words: readonly string[],
  request: ReportRequest,
): Promise<Reported> {
  const paths = words.length > 0 ? words : [lastRun(session)];
  refuseInput(options.output, session.cwd, traceFiles(paths));
  const files = await openTraceFiles(paths, (line) => session.warn(line));
  try {
    const isExec = ({ source }: OpenFile) =>
      request.format.findings === true && traceKind((into) => source.read(0, into)) === "execution";
    const calls = files.filter((file) => !isExec(file));
    const execTraces = files.filter(isExec).map(({ path }) => path);
    if (calls.length === 0 && execTraces.length > 0) {
      throw new UserError(
        `no call trace in ${paths.join(", ")}`,
        `for findings alone: gotrace analyze --format ${request.format.name} ${execTraces.join(" ")}`,
        ExitCode.noInput,
      );
    }
    assertTraces(calls, paths);
    const render = (opened: readonly OpenFile[]) =>
      reportOpenTraces(session, options, opened, { traces: words, ...request, execTraces });
    const { apart = [] } = request;
    if (apart.length === 0) return await render(calls);
    const { ExecTraces } = await import("./exec-traces.js");
    const joined = await ExecTraces.assign(apart, calls, (line) => session.log(line));
    try {
      return await render(calls.map((file) => joined.joinTo(file)));
    } finally {
      joined.close();
    }
  } finally {
    for (const file of files) file.close();
  }
}

/** The directory with the trace of the last run. @throws UserError if no run was kept */
function lastRun(session: Session): string {
  const found = findLastRun(session.cachePath);
  if (found === undefined) {
    throw new UserError(
      "no trace given, and there is no last run",
      "name a file that --save wrote, or trace something first: gotrace run .",
      ExitCode.usage,
    );
  }
  session.warn(`the last run, ${found.when.toLocaleString("sv-SE")}: ${found.directory}`);
  return found.directory;
}

/**
 * Renders open traces.
 * @param sections follow the report
 * @throws UserError when a trace cannot be read or the report cannot be written
 */
export async function reportOpenTraces(
  session: Session,
  options: ReportOptions,
  opened: readonly OpenFile[],
  request: ReportRequest,
  sections: readonly Section[] = [],
): Promise<Reported> {
  const quiet = request.quiet === true && isStandardOutput(options.output);
  const files = opened.filter(hasBegun);
  for (const { path, source } of files) session.log(`trace ${path}, ${source.size} bytes`);
  if (files.length === 0 && !quiet) {
    session.warn(request.whyNothing ?? "no call was recorded");
  }
  const { format, gate = openGate, closing } = request;
  const check = async (recording: Recording) => {
    if (!hasAssertions(gate)) return 0;
    const judged = await judgeGate(gate, await whole(session, files, recording));
    await tellJudged(judged);
    return judged.code;
  };
  if (files.length === 0 && format.forPeople && sections.length === 0) {
    return { damaged: false, gate: await check(readRecording([])) };
  }
  if (quiet) {
    if (process.stderr.isTTY && request.traces) session.warn(nextLine(["report"], request.traces).trimEnd());
    return {
      damaged: false,
      gate: await check(files.length === 0 ? readRecording([]) : await record(session, files, options, format)),
    };
  }
  const output = openOutput(options.output, session.cwd, request.toStderr);
  if (format.binary) refuseTerminal(output, format);
  const recording = files.length === 0 ? readRecording([]) : await record(session, files, options, format);
  if (options.by !== undefined) requireStates(recording, `--by ${partName(options.by)}`);
  const { forest } = recording;
  // Before the report: damage may be the reason why it is empty.
  const problems = [
    ...(forest.problem ? [forest.problem] : []),
    ...forest.processes.flatMap(({ problem, source }) => (problem ? [{ ...problem, source }] : [])),
  ];
  for (const { source, offset, message } of problems) {
    session.warn(`${files[source]?.path}: damaged at offset ${offset}: ${message}; what could be read was used`);
  }
  const { execTraces = [], traces, apart } = request;
  const commands = callCommand(traces, apart);
  const about = await conditionRemarks(recording, () => whole(session, files, recording));
  const context = contextOf(recording, about, { session, options, output, execTraces, callCommand: commands });
  if (format.checks) {
    const judged = await judgeGate(gate, await whole(session, files, recording));
    const { judgedChecks, renderChecks } = await import("./checks.js");
    const time = forest.processes.reduce((sum, { total }) => sum + total, 0);
    await output.write(renderChecks(format.checks, judgedChecks(judged), { name: nameOf(files), time }, session.cwd));
    return { damaged: problems.length > 0, gate: judged.code };
  }
  const following = await Promise.all(sections.map((section) => section(output)));
  if (format.files && options.table === undefined) {
    await writeFiles(options.output!, session.cwd, await format.files(recording, context));
  } else {
    const report = files.length === 0 && format.forPeople ? [] : await format.render(recording, context);
    const next = files.length > 0 ? nextCommands(format, recording, request.traces) : [];
    const last = isStandardOutput(options.output) ? closing?.(output.colour) : undefined;
    await output.write(chain([report, ...following, next, last === undefined ? [] : [last]]));
  }
  if (!format.carriesNotices) printNotices(session, context);
  return { damaged: problems.length > 0, gate: await check(recording) };
}

/** The name of what was checked: the first trace, and how many more. */
function nameOf(files: readonly OpenFile[]): string {
  const [first, ...more] = files.map(({ path }) => basename(path));
  return more.length === 0 ? (first ?? "gotrace") : `${first} and ${formatNumberOf(more.length, "more trace")}`;
}

async function* chain(parts: readonly Pieces[]): AsyncGenerator<string | Uint8Array> {
  for (const part of parts) yield* part;
}

/** Reads the traces, filtered as the options say and the format requires. */
async function record(
  session: Session,
  files: readonly OpenFile[],
  options: ReportOptions,
  format: Format,
): Promise<Recording> {
  const select = format.handlesLimits ? options.selectWithoutLimits : options.select;
  return readFiles(
    session,
    files,
    {
      select,
      each: format.eachTree?.(),
      build: {
        ...(format.unmerged && options.unmerged ? { noMerge: true, minimum: select.minimum ?? 0 } : {}),
        ...(format.collectsDurations ? { collectsDurations: true } : {}),
      },
    },
    { blames: format.showsBlame === true, inTrees: format.singleCalls !== true },
  );
}

/** The recording with all calls: reads the traces again if it is filtered. */
async function whole(session: Session, files: readonly OpenFile[], recording: Recording): Promise<Recording> {
  return files.length === 0 || recording.isWhole ? recording : readFiles(session, files, {});
}

async function readFiles(
  session: Session,
  files: readonly OpenFile[],
  options: RecordingOptions,
  detail?: StateDetail,
): Promise<Recording> {
  const sources = files.map(({ source }) => source);
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  const from = { followed: files.map(({ followed }) => followed), threads: readerThreads() };
  const recording = withProgress(
    "reading the trace",
    (progress) => readRecording(sources, { ...options, progress, ...from }),
    size,
  );
  return withStates(recording, (text) => session.warn(text), detail);
}

/** The recording with the states of its calls, if it has an execution trace; see `joined`. */
export async function withStates(
  recording: Recording,
  warn: (text: string) => void,
  detail?: StateDetail,
): Promise<Recording> {
  if (!recording.isJoinable) return recording;
  // Loaded only here: it needs the reader of execution traces.
  const { joined } = await import("./states.js");
  return joined(recording, warn, detail);
}

/** Refuses to write a binary format to a terminal. @throws UserError */
export function refuseTerminal(output: Output, { name }: Format): void {
  if (output.width === undefined) return;
  throw new UserError(
    `${name} is not text for a terminal`,
    `write it to a file: --format ${name} -o FILE`,
    ExitCode.usage,
  );
}

/** Prints the notices of a report on standard error: all of them on a terminal, otherwise only the serious ones. */
function printNotices(session: Session, context: FormatContext): void {
  for (const { text, serious } of context.notices) {
    if (serious || process.stderr.isTTY) session.warn(text);
    else session.log(text);
  }
}

/**
 * Checks that the files are call traces, and drops those that are still empty.
 * @param paths the names of the files on the command line
 * @throws UserError when no file is left, or one is not a trace
 */
export function assertTraces(files: readonly OpenFile[], paths: readonly string[]): OpenFile[] {
  const begun = files.filter(hasBegun);
  if (begun.length === 0) {
    const advice = snapshotAdvice(paths) ?? "name a file that --save wrote";
    throw new UserError(`no trace in ${paths.join(", ")}`, advice, ExitCode.noInput);
  }
  for (const { path, source } of begun) assertTrace(path, source);
  return begun;
}

/** Checks the header of a file. @throws UserError that names the file if it is not a trace */
function assertTrace(path: string, source: ByteSource): void {
  try {
    readHeader(readBytes(source, 0, HEADER_SIZE), 0);
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${path}: ${error.message}`, error.advice, error.code);
    throw error;
  }
}
