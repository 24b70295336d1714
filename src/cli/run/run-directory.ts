/** Recording a run: where the traced processes write, and what gotrace adds when they have ended. */

import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import type { BuildSummary } from "../../build/build-summary.js";
import type { TracedSet } from "../../build/traced-set.js";
import { endPatches, type Note, notePatches } from "../../calltrace/index.js";
import { ensureDirectory } from "../../gotool/cache.js";
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
import { tracedNotes } from "./traced-notes.js";
import { isWritten, processIdOf } from "./writing-process.js";

/** A run to be recorded. */
export interface RunDirectory {
  /** Where every traced process writes its own file. */
  readonly directory: string;
  /** Environment of the program, beyond the session's. */
  readonly env: Readonly<Record<string, string>>;
  /** Bytes that the traces of all processes together may have. */
  readonly total: number;
  /** Absolute path of `--save`. */
  readonly save: string | undefined;
  /** Where the trace is kept after the run. */
  readonly last: LastRun | undefined;
}

/** What gotrace knows of a run and the trace does not. */
export interface RunNote {
  readonly summary: BuildSummary;
  /** Title of a process by its working directory: import paths of tested packages. */
  readonly titles: Readonly<Record<string, string>>;
  readonly command: string;
  /** Tests that failed, by import path, where that is known. */
  failed?: Readonly<Record<string, readonly string[]>>;
}

/** The notes of a run. */
export interface RunNotes {
  readonly run: RunNote;
  readonly traced: TracedSet;
}

/** How the processes of a run ended, as far as gotrace saw it. */
export interface Endings {
  /** The program itself, where it is a child of gotrace. */
  readonly program?: ProgramExit;
  /** By process id: when it was last seen alive. */
  readonly alive: ReadonlyMap<number, Seen>;
}

/** Makes the place for a run's traces. @throws UserError when `--save` or `-o` cannot be written */
export function prepareRunDirectory(session: Session, options: RecordOptions): RunDirectory {
  const { maxTraceSize } = options;
  const absolute = (file: string | undefined) => (file === undefined ? undefined : resolve(session.cwd, file));
  const [save, output] = [absolute(options.save), absolute(options.output)];
  refuseSame({ "-o": output, "--save": save, "--exec-trace": execFile(session, options) });
  if (save !== undefined) {
    checkWritable(save, "--save");
    if (statSync(save, { throwIfNoEntry: false })?.isFIFO()) {
      throw new UserError(`--save: ${save} is a pipe`, "name a file: a trace is not written in order", ExitCode.usage);
    }
  }
  if (output !== undefined && !isStandardOutput(options.output)) checkWritable(output, "-o");
  const workspace = session.workspace();
  const last = options.keepsLast ? beginLastRun(session.cache, session.env) : undefined;
  if (options.keepsLast && !last && save === undefined) {
    session.warn(unkept(`cannot write ${lastRuns(session.cache)}`));
  }
  // With --keep-workspace the trace is looked for there.
  const inPlace = last && !options.keepWorkspace && (sharesFileSystem(last, workspace) || isInMemory(workspace));
  const directory = inPlace ? last.directory : ensureDirectory(join(workspace, "trace"));
  if (isInMemory(directory)) {
    session.warn(
      `the trace goes to memory, because ${directory} is in a memory file system; set ${inPlace ? "GOTRACE_CACHE" : "TMPDIR"} to a directory on disk`,
    );
  }
  return {
    directory,
    last,
    env: { GOTRACE_OUT: directory, ...(maxTraceSize ? { GOTRACE_MAX_SIZE: String(maxTraceSize) } : {}) },
    total: TOTAL_FACTOR * (maxTraceSize ?? SIZE_DEFAULT),
    save,
  };
}

/** @throws UserError when two flags name the same file: the later one would win. Devices may be named twice */
function refuseSame(files: Readonly<Record<string, string | undefined>>): void {
  const taken = new Map<string, string>();
  for (const [flag, path] of Object.entries(files)) {
    if (path === undefined || path.startsWith("/dev/")) continue;
    const other = taken.get(path);
    if (other) throw new UserError(`${other} and ${flag} both name ${path}`, "name two files", ExitCode.usage);
    taken.set(path, flag);
  }
}

/** Completes the traces of a run: when and how processes ended (nobody else watched), and what was not traced. */
export function completeTraces(recording: RunDirectory, { run, traced }: RunNotes, { program, alive }: Endings): void {
  const files = recordedFiles(recording);
  // After syscall.Exec one process has several traces: only the last one ended with it.
  const lastOf = new Map(files.map((file) => [processIdOf(file), file]));
  for (const [pid, file] of lastOf) {
    const seen = alive.get(pid);
    if (pid === program?.pid) {
      patchFile(file, 0, endPatches({ nano: program.endNano, exitStatus: program.code, cpu: ownTime(program, alive) }));
    } else if (seen !== undefined && !isWritten(file)) patchFile(file, 0, endPatches({ nano: seen.at, cpu: seen.cpu }));
  }
  // A child that outlives the program goes on writing: there is no place for a note in its trace.
  const ended = files.find((file) => !isWritten(file));
  const first = (program && lastOf.get(program.pid)) ?? ended;
  if (first !== undefined) addNotes(openFile(first), [{ run } as unknown as Note, ...tracedNotes(traced)]);
}

/** Processor time of the program alone: what it waited for has been counted with it. */
function ownTime({ pid, cpu }: ProgramExit, alive: Endings["alive"]): number | undefined {
  if (cpu === undefined) return undefined;
  let others = 0;
  for (const [other, seen] of alive) if (other !== pid) others += seen.cpu ?? 0;
  return Math.max(alive.get(pid)?.cpu ?? 0, cpu - others);
}

/** What to say of a run that commands without a file will not show. @param why it is not kept */
export function unkept(why: string): string {
  return `this run is not kept for 'gotrace report': ${why}; keep it with --save FILE`;
}

/**
 * What to say of processes that outlive the run: what they call from now on is in no report of it.
 * @param isKept the run's traces outlive their report
 */
export function survivorLines(recording: RunDirectory, isKept: boolean): string[] {
  const { last, directory } = recording;
  const later =
    isKept && last?.directory === directory
      ? "see its later calls with: gotrace report"
      : "its later calls are not kept";
  return recordedFiles(recording)
    .filter(isWritten)
    .map((file) => `process ${processIdOf(file)}, which the program started, is still running; ${later}`);
}

/** The traces of a run. The program may have removed them, and their directory. */
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
