/** The settings of a running process: reads them from its trace, and changes them there. */
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import {
  type Control,
  GATES,
  HEADER_SIZE,
  headerClock,
  namedLeftOut,
  readBytes,
  readControl,
  readDefinitions,
  readHeader,
  readHowRecorded,
  type SettingsChange,
  settingsPatches,
} from "../../calltrace/index.js";
import { openFile, patchFile } from "../trace-files.js";

/** What a running process says about itself in its trace. */
export interface Recorder {
  readonly path: string;
  readonly pid: number;
  readonly executable: string;
  /** Where it was started. */
  readonly directory: string;
  /** Undefined if it cannot be changed: an older gotrace built the program. */
  readonly control: Control | undefined;
  /** Of the control chunk. */
  readonly offset: number;
}

/** Reads the settings of a process. @throws UserError if its trace cannot be read */
export function readRecorder(path: string): Recorder {
  const file = openFile(path);
  try {
    const { numbers, strings } = readHeader(readBytes(file.source, 0, HEADER_SIZE), 0);
    const offset = Number(numbers.control);
    const control = readControl(file.source, offset);
    const { executable, directory } = strings;
    return { path, pid: Number(numbers.pid), executable, directory, control, offset };
  } finally {
    file.close();
  }
}

/** Changes the settings of a process that can be changed. @throws UserError if that is not possible now, or its trace cannot be written */
export function changeRecorder({ path, pid, control, offset }: Recorder, change: SettingsChange): void {
  if (control === undefined) return;
  if ((change.minimum ?? 0) > 0 && control.numbers.giveAsked > 0n) {
    throw new UserError(
      `process ${pid} gives back its calls as gotrace reads them: short ones cannot be left out any more`,
      "leave functions out instead: --off REGEXP; or start the run with --record-min",
      ExitCode.unavailable,
    );
  }
  try {
    patchFile(path, 0, settingsPatches(control, offset, change, process.hrtime.bigint()));
  } catch (error) {
    throw new UserError(
      `cannot change how process ${pid} records: ${messageOf(error)}`,
      `its trace must be writable: ${path}`,
      ExitCode.io,
    );
  }
}

/** Whether a process has its present settings in force. */
function isApplied({ control }: Recorder): boolean {
  return control !== undefined && control.numbers.applied === control.numbers.generation;
}

/** Whether a change waits for the process to notice it. While it is paused it applies nothing: that comes with the end of the pause. */
export function isPending(recorder: Recorder): boolean {
  return !isApplied(recorder) && recorder.control?.numbers.gate === GATES.open;
}

/** By function, the calls that a process has not kept because they were short, the most first. Times are NaN in its first moments. */
export function leftOutOf({
  path,
}: Recorder): { readonly name: string; readonly calls: number; readonly time: number }[] {
  const file = openFile(path);
  try {
    const header = readHeader(readBytes(file.source, 0, HEADER_SIZE), 0);
    const { leftOut } = readHowRecorded(file.source, header, headerClock(header).slope);
    if (leftOut.size === 0) return [];
    const definitions = readDefinitions(file.source, [], Number(header.numbers.defsHead));
    return namedLeftOut(leftOut, definitions);
  } finally {
    file.close();
  }
}

/** Waits until a process has its settings in force, for at most some milliseconds. @returns what it then says */
export async function settledRecorder(path: string, most: number): Promise<Recorder> {
  const until = Date.now() + most;
  for (;;) {
    const recorder = readRecorder(path);
    if (isApplied(recorder) || Date.now() >= until) return recorder;
    await sleep(5);
  }
}
