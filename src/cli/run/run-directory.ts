/** The directory that a run's traces are written to: prepares it, and completes the traces when the processes have ended. */

import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import { parseSize } from "../../base/quantity.js";
import type { BuildSummary } from "../../build/build-summary.js";
import type { TracedSet } from "../../build/traced-set.js";
import { endPatches, isGivenBack, type Note, notePatches } from "../../calltrace/index.js";
import { ensureDirectory } from "../../gotool/cache.js";
import { statesVariable } from "../../gotool/exectrace.js";
import type { ProgramExit } from "../../gotool/process.js";
import type { RecordOptions } from "../options.js";
import { checkWritable, isStandardOutput } from "../output.js";
import type { Session } from "../session.js";
import { type OpenFile, openFile, patchFile, traceFiles } from "../trace-files.js";
import type { Seen } from "./alive.js";
import { processesOf } from "./bundle.js";
import { execFile } from "./exec-recording.js";
import { beginLastRun, type LastRun, lastRuns, sharesFileSystem } from "./last-run.js";
import { isInMemory, SIZE_DEFAULT, TOTAL_FACTOR } from "./limits.js";
import { refuseRing } from "./recorder.js";
import { type Dumps, dumpsOf } from "./snapshots.js";
import { tracedNotes } from "./traced-notes.js";
import { isWritten, processIdOf } from "./writing-process.js";

/** Where a run is recorded. */
export interface RunDirectory {
  /** Every traced process writes a file in this directory. */
  readonly directory: string;
  /** Environment for the program, in addition to the session's. */
  readonly env: Readonly<Record<string, string>>;
  /** Limit for the call trace of one process, and for its execution trace, in bytes. */
  readonly limit: number;
  /** Limit for the traces of all processes together, in bytes. */
  readonly total: number;
  /** Whether processes give back what gotrace has read while they run. */
  readonly givesBack: boolean;
  /** Where its processes write snapshots; undefined if they do not. */
  readonly dumps: Dumps | undefined;
  /** Absolute path of `--save`. */
  readonly save: string | undefined;
  /** The entry that keeps the trace as the last run; undefined if it is not kept. */
  readonly last: LastRun | undefined;
}

/** What gotrace knows about a run and the traced processes do not; stored as a note in the trace. */
export interface RunNote {
  readonly summary: BuildSummary;
  /** Titles of test processes by working directory: the import paths of their packages. */
  readonly titles: Readonly<Record<string, string>>;
  readonly command: string;
  /** Names of failed tests by import path; undefined if unknown. */
  failed?: Readonly<Record<string, readonly string[]>>;
}

/** All notes that gotrace adds to the traces of a run. */
export interface RunNotes {
  readonly run: RunNote;
  readonly traced: TracedSet;
}

/** What gotrace saw of the ends of a run's processes. */
export interface Endings {
  /** The program itself, if it is a child of gotrace. */
  readonly program?: ProgramExit;
  /** When each process was last seen alive, by process id. */
  readonly alive: ReadonlyMap<number, Seen>;
}

/**
 * Creates the directory for a run's traces.
 * @param report the file of the report (`-o`), as given
 * @param mayGiveBack processes may give back what gotrace has read of their traces
 * @throws UserError when `--save` or `-o` cannot be written
 */
export async function prepareRunDirectory(
  session: Session,
  options: RecordOptions,
  report: string | undefined,
  mayGiveBack: boolean,
): Promise<RunDirectory> {
  const { maxTraceSize = sizeIn(session.env), states, recorder } = options;
  if (options.execTrace !== undefined) {
    refuseRing((["GOTRACE_RING", "GOTRACE_DUMP_WHEN"] as const).find((name) => session.env[name]));
  }
  const absolute = (file: string | undefined) => (file === undefined ? undefined : resolve(session.cwd, file));
  const [save, output] = [absolute(options.save), absolute(report)];
  refuseSame({ "-o": output, "--save": save, "--exec-trace": execFile(session, options) });
  if (save !== undefined) {
    checkWritable(save, "--save");
    if (statSync(save, { throwIfNoEntry: false })?.isFIFO()) {
      throw new UserError(`--save: ${save} is a pipe`, "name a file: a trace is not written in order", ExitCode.usage);
    }
  }
  if (output !== undefined && !isStandardOutput(report)) checkWritable(output, "-o");
  const dumps = dumpsOf(session, options);
  const workspace = await session.workspace();
  const last = options.keepsLast ? beginLastRun(session.cache, session.env) : undefined;
  if (options.keepsLast && !last && save === undefined) {
    session.warn(unkept(`cannot write ${lastRuns(session.cache)}`));
  }
  // With --keep-workspace, users look for the trace in the workspace.
  const inPlace = last && !session.keepsWorkspace && (sharesFileSystem(last, workspace) || isInMemory(workspace));
  const directory = inPlace ? last.directory : ensureDirectory(join(workspace, "trace"));
  if (isInMemory(directory)) {
    session.warn(
      `the trace goes to memory, because ${directory} is in a memory file system; set ${inPlace ? "GOTRACE_CACHE" : "TMPDIR"} to a directory on disk`,
    );
  }
  const limit = maxTraceSize ?? SIZE_DEFAULT;
  const givesBack = mayGiveBack && save === undefined && !session.keepsWorkspace;
  return {
    directory,
    last,
    env: {
      GOTRACE_OUT: directory,
      ...(givesBack ? { GOTRACE_FOLLOW: "1" } : {}),
      ...(maxTraceSize ? { GOTRACE_MAX_SIZE: String(maxTraceSize) } : {}),
      [statesVariable]: states ? "1" : "0",
      ...recorder,
      ...dumps?.env,
    },
    dumps,
    limit,
    total: TOTAL_FACTOR * limit,
    givesBack,
    save,
  };
}

/**
 * The limit in the environment. Traced programs ignore one that is no size.
 * @throws UserError for that
 */
function sizeIn({ GOTRACE_MAX_SIZE: size }: NodeJS.ProcessEnv): number | undefined {
  if (!size || /^\d+$/.test(size)) return undefined;
  return parseSize(size, "GOTRACE_MAX_SIZE");
}

/** Refuses two flags that name the same file, which would be overwritten; devices are allowed. @throws UserError */
function refuseSame(files: Readonly<Record<string, string | undefined>>): void {
  const taken = new Map<string, string>();
  for (const [flag, path] of Object.entries(files)) {
    if (path === undefined || path.startsWith("/dev/")) continue;
    const other = taken.get(path);
    if (other) throw new UserError(`${other} and ${flag} both name ${path}`, "name two files", ExitCode.usage);
    taken.set(path, flag);
  }
}

/** Adds to the traces of a run what only gotrace knows: when and how processes ended, and what was not traced. */
export function completeTraces(recording: RunDirectory, { run, traced }: RunNotes, { program, alive }: Endings): void {
  const files = recordedFiles(recording);
  // After syscall.Exec one process has several traces: only the last one lasted until its end.
  const lastOf = new Map(files.map((file) => [processIdOf(file), file]));
  for (const [pid, file] of lastOf) {
    const seen = alive.get(pid);
    if (pid === program?.pid) {
      patchFile(file, 0, endPatches({ nano: program.endNano, exitStatus: program.code, cpu: ownTime(program, alive) }));
    } else if (seen !== undefined && !isWritten(file)) patchFile(file, 0, endPatches({ nano: seen.at, cpu: seen.cpu }));
  }
  // A child that outlives the program is still writing: no note can be added to its trace.
  const ended = files.find((file) => !isWritten(file));
  const first = (program && lastOf.get(program.pid)) ?? ended;
  if (first !== undefined) addNotes(openFile(first), [{ run } as unknown as Note, ...tracedNotes(traced)]);
}

/** Processor time of the program alone: the system's number includes the children that it waited for. */
function ownTime({ pid, cpu }: ProgramExit, alive: Endings["alive"]): number | undefined {
  if (cpu === undefined) return undefined;
  let others = 0;
  for (const [other, seen] of alive) if (other !== pid) others += seen.cpu ?? 0;
  return Math.max(alive.get(pid)?.cpu ?? 0, cpu - others);
}

/** The message for a run that is not kept as the last run. @param why it is not kept */
export function unkept(why: string): string {
  return `this run is not kept for 'gotrace report': ${why}; keep it with --save FILE`;
}

/**
 * Messages about processes that outlive the run, since the report lacks their later calls.
 * @param isKept the run's traces are kept after the report
 */
export function survivorLines(recording: RunDirectory, isKept: boolean): string[] {
  const { last, directory } = recording;
  const isThere = isKept && last?.directory === directory;
  return recordedFiles(recording)
    .filter(isWritten)
    .map((path) => {
      const isWhole = isThere && !givesBack(path);
      const later = isWhole ? "see its later calls with: gotrace report" : "its later calls are not kept";
      return `process ${processIdOf(path)}, which the program started, is still running; ${later}`;
    });
}

/** Whether a process has given back calls that gotrace has read. */
function givesBack(path: string): boolean {
  const file = openFile(path);
  try {
    return processesOf(file).some(isGivenBack);
  } finally {
    file.close();
  }
}

/** The traces of a run; the program may have removed them or their directory. */
export function recordedFiles({ directory }: RunDirectory): string[] {
  return existsSync(directory) ? traceFiles([directory]) : [];
}

function addNotes(file: OpenFile, notes: readonly Note[]): void {
  try {
    const process = processesOf(file)[0];
    if (process) patchFile(file.path, process.base, notePatches(process, notes));
  } finally {
    file.close();
  }
}
