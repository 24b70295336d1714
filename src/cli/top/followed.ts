/** The running traced processes that `gotrace top` follows: found by process id, by directory, or all of this machine. */
import { readdirSync, readFileSync } from "node:fs";
import { ExitCode, UserError } from "../../base/errors.js";
import { Follower } from "../../follow/index.js";
import { isWritten } from "../run/writing-process.js";
import { type OpenFile, openFile, traceFiles } from "../trace-files.js";

interface Followed {
  readonly file: OpenFile;
  readonly follower: Follower;
  hasEnded: boolean;
}

/** Follows the processes that write the traces of `find`, also those that start later. */
export class FollowedProcesses {
  private readonly followed = new Map<string, Followed>();

  /** @param find lists the traces; called again before each poll */
  constructor(private readonly find: () => readonly string[]) {}

  /** Reads what is new. @returns those that run, and those that have ended since the last poll */
  poll(): Follower[] {
    this.refresh();
    const followers: Follower[] = [];
    for (const one of this.followed.values()) {
      if (one.hasEnded) continue;
      // Asked before reading: what ended by now has written all of its trace.
      one.hasEnded = !isWritten(one.file.path);
      one.follower.poll(one.hasEnded ? undefined : process.hrtime.bigint());
      followers.push(one.follower);
      if (one.hasEnded) one.file.close();
    }
    return followers;
  }

  /** Whether a process still runs. */
  get isRunning(): boolean {
    return [...this.followed.values()].some(({ hasEnded }) => !hasEnded);
  }

  close(): void {
    for (const { file, hasEnded } of this.followed.values()) if (!hasEnded) file.close();
  }

  private refresh(): void {
    for (const path of this.find()) {
      if (this.followed.has(path) || !isWritten(path)) continue;
      const file = openFile(path);
      try {
        this.followed.set(path, { file, follower: new Follower(file.source), hasEnded: false });
      } catch (error) {
        file.close();
        // A process that has just begun has no header yet; the next poll looks again.
        if (!(error instanceof UserError)) throw error;
      }
    }
  }
}

/**
 * How to find the traces of a target.
 * @param target a process id, a trace, or a directory of `GOTRACE_OUT`; undefined for all traced processes that can be seen
 * @throws UserError where there is no such target, or none can be found on this system
 */
export function tracesOf(target: string | undefined): () => readonly string[] {
  if (target !== undefined && !/^\d+$/.test(target)) {
    traceFiles([target]);
    return () => traceFiles([target]);
  }
  if (process.platform !== "linux") {
    throw new UserError(
      "processes are found by number only on Linux",
      "name the directory that GOTRACE_OUT names for them",
      ExitCode.usage,
    );
  }
  const pids = () => (target === undefined ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [target]);
  return () => pids().flatMap(mappedTraces);
}

/** The traces that a process writes: they are among its mapped files. */
function mappedTraces(pid: string): string[] {
  try {
    const lines = readFileSync(`/proc/${pid}/maps`, "utf8").split("\n");
    const paths = lines.map((line) => line.split(/ +/).slice(5).join(" "));
    return [...new Set(paths.filter((path) => path.endsWith(`.gotrace`) && path.includes(`/${pid}-`)))];
  } catch {
    return [];
  }
}
