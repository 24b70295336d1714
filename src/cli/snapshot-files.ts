/** Snapshots among trace files: several of one process show the same calls, and must not be added up. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { ExitCode, UserError } from "../base/errors.js";
import { formatNumberOf } from "../base/units.js";
import { HEADER_SIZE, hasMagic, type RawHeader, readBytes, readHeader, STOP_SNAPSHOT } from "../calltrace/index.js";
import { type OpenFile, openNamed, traceFiles } from "./trace-files.js";

/** A file and its first header. */
interface Headed {
  readonly file: OpenFile;
  readonly numbers: RawHeader["numbers"];
}

/**
 * Opens trace files; of several snapshots of a process that are in one directory, only the latest.
 * @param paths the files and directories on the command line
 * @param say prints a line for the user
 * @throws UserError if files with the same calls are named, or one cannot be read
 */
export async function openTraceFiles(paths: readonly string[], say: (line: string) => void): Promise<OpenFile[]> {
  const files = await openNamed(traceFiles(paths));
  try {
    return latestSnapshots(files, paths, say);
  } catch (error) {
    for (const file of files) file.close();
    throw error;
  }
}

/** @param named files that must not be left out */
function latestSnapshots(
  files: readonly OpenFile[],
  named: readonly string[],
  say: (line: string) => void,
): OpenFile[] {
  const processes = new Map<string, Headed[]>();
  for (const file of files) {
    const numbers = numbersOf(file);
    if (numbers === undefined) continue;
    const key = `${numbers.pid} ${numbers.startWall} ${numbers.startNano}`;
    processes.set(key, [...(processes.get(key) ?? []), { file, numbers }]);
  }
  const dropped = new Set<OpenFile>();
  for (const group of processes.values()) {
    if (group.length === 1 || !group.some(isSnapshot)) continue;
    const [latest, ...older] = group.sort((a, b) => (endOf(a) < endOf(b) ? 1 : -1)).map(({ file }) => file);
    const shown = group.filter(({ file }) => named.includes(file.path));
    if (shown.length > 0) {
      const [first, second] = [latest, ...older].map(({ path }) => path);
      throw new UserError(
        `${second} and ${first} have calls of the same process in common`,
        "name one of them, or the directory of snapshots for the latest",
        ExitCode.usage,
      );
    }
    for (const file of older) {
      dropped.add(file);
      file.close();
    }
    say(
      `${formatNumberOf(group.length, "snapshot")} of process ${group[0].numbers.pid}; the latest is shown: ${basename(latest.path)}`,
    );
  }
  return files.filter((file) => !dropped.has(file));
}

/** What to do about paths without a trace: they may be directories with snapshots. */
export function snapshotAdvice(paths: readonly string[]): string | undefined {
  const directory = paths.map((path) => join(path, "snapshots")).find((path) => existsSync(path));
  return directory && `its snapshots are in ${directory}`;
}

function isSnapshot({ numbers }: Headed): boolean {
  return STOP_SNAPSHOT === numbers.stopReason;
}

/** A trace that is no snapshot goes on after all snapshots. */
function endOf({ numbers }: Headed): bigint {
  return numbers.stopReason === STOP_SNAPSHOT ? numbers.stopTicks : 1n << 64n;
}

/** Of the file's first process; undefined if it is no trace. */
function numbersOf({ source }: OpenFile): RawHeader["numbers"] | undefined {
  const bytes = readBytes(source, 0, HEADER_SIZE);
  if (!hasMagic(bytes)) return undefined;
  try {
    return readHeader(bytes, 0).numbers;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
