/** Asks running processes for snapshots of their rings. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { changeRecorder, type Recorder, readRecorder } from "./recorder.js";

/**
 * Asks a process for a snapshot, and waits for it.
 * @param most milliseconds to wait
 * @returns its file or, where that cannot be known, its directory
 * @throws UserError if no snapshot comes
 */
export async function dumped(recorder: Recorder, most: number): Promise<string> {
  const { path, pid, control } = recorder;
  const refusal = (what: string, advice: string) =>
    new UserError(`process ${pid} ${what}`, advice, ExitCode.unavailable);
  if (control === undefined || control.mode === "plain") {
    throw refusal("has no ring of which to write a snapshot", "start it with GOTRACE_RING=256MiB, or --ring");
  }
  const directory = directoryOf(recorder);
  const { snapshots, failed } = control.numbers;
  const before = latestOf(pid, directory);
  changeRecorder(recorder, { asksForSnapshot: true });
  for (const until = Date.now() + most; ; await sleep(5)) {
    const now = readRecorder(path).control?.numbers;
    const latest = latestOf(pid, directory);
    // What was counted may be a candidate, which has another name until it is judged.
    const isWritten = now !== undefined && now.snapshots !== snapshots && (latest === undefined || latest !== before);
    if (isWritten && (hasStates(path, now.snapshots) || Date.now() >= until)) return latest ?? directory;
    if (now !== undefined && now.failed !== failed) {
      throw refusal(
        `could not write a snapshot to ${directory}`,
        "free some space there, or name another GOTRACE_DUMP_DIR",
      );
    }
    if (Date.now() >= until) {
      throw refusal("has not written a snapshot yet", "it does so when it next calls a traced function");
    }
  }
}

/** Whether the snapshots of a process have got their states, if it records any. @param snapshots how many there are */
function hasStates(path: string, snapshots: bigint): boolean {
  const { control } = readRecorder(path);
  return control?.states !== "on" || control.numbers.statesDone >= snapshots;
}

/** Milliseconds to wait for the snapshots of all processes. */
const ALL = 3000;

/** Asks processes for snapshots. @param paths their traces @returns what to say about it */
export async function dumpAll(paths: readonly string[]): Promise<string> {
  const results = await Promise.allSettled(paths.map(async (path) => dumped(readRecorder(path), ALL)));
  const files = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (files.length > 0) return `written: ${files.join(", ")}`;
  const failed = results.find((result) => result.status === "rejected");
  return failed === undefined ? "no process runs" : messageOf(failed.reason);
}

/** The latest snapshot of a process in a directory. */
function latestOf(pid: number, directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  const own = readdirSync(directory).filter((name) => new RegExp(`-${pid}-\\d+\\.gotrace$`).test(name));
  const latest = own.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  return latest && join(directory, latest);
}

/** Where a process writes snapshots, as far as its environment can be seen. */
function directoryOf({ path, pid, directory }: Recorder): string {
  const own = join(dirname(path), "snapshots");
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    const named = variables.findLast((text) => text.startsWith("GOTRACE_DUMP_DIR="))?.replace(/^[^=]*=/, "");
    return named ? resolve(directory, named) : own;
  } catch {
    return own;
  }
}
