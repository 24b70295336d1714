/** The running traced processes that `gotrace top` follows: found by process id, by directory, or all of this machine. */
import { readdirSync, readFileSync } from "node:fs";
import { ExitCode, UserError } from "../../base/errors.js";
import { Follower } from "../../follow/index.js";
import { isWritten } from "../run/writing-process.js";
import { type OpenFile, openFile, traceFiles } from "../trace-files.js";
import { ExecutionTail } from "./execution-tail.js";

interface Followed {
  readonly file: OpenFile;
  readonly follower: Follower;
  readonly execution: ExecutionTail;
  hasEnded: boolean;
  isClosed: boolean;
}

function close(one: Followed): void {
  if (!one.isClosed) {
    one.file.close();
    one.execution.close();
  }
  one.isClosed = true;
}

/** Follows the processes that write the traces of `find`, also those that start later. */
export class FollowedProcesses {
  private readonly followed = new Map<string, Followed>();

  /**
   * @param find lists the traces; called again before each poll
   * @param includesEnded whether a process counts that has ended before it was seen
   */
  constructor(
    private readonly find: () => readonly string[],
    private readonly includesEnded = false,
  ) {}

  /**
   * Reads what is new.
   * @param now the time on the monotonic clock
   * @returns those that run, and those that have ended since the last poll
   */
  poll(now: bigint): Follower[] {
    this.refresh();
    const followers: Follower[] = [];
    for (const one of this.followed.values()) {
      if (one.hasEnded) {
        // Not earlier: who has the follower may still ask for names.
        close(one);
        continue;
      }
      // Asked before reading: what ended by now has written all of its trace.
      one.hasEnded = !isWritten(one.file.path);
      one.execution.read();
      one.follower.poll(one.hasEnded ? undefined : now);
      one.execution.charge();
      followers.push(one.follower);
    }
    return followers;
  }

  /** The traces of the processes that still run. */
  get paths(): string[] {
    return [...this.followed.values()].filter(({ hasEnded }) => !hasEnded).map(({ file }) => file.path);
  }

  /** Whether a process still runs. */
  get isRunning(): boolean {
    return [...this.followed.values()].some(({ hasEnded }) => !hasEnded);
  }

  close(): void {
    for (const one of this.followed.values()) close(one);
  }

  private refresh(): void {
    for (const path of this.find()) {
      if (this.followed.has(path) || !(this.includesEnded || isWritten(path))) continue;
      const file = openFile(path);
      try {
        const follower = new Follower(file.source);
        const execution = new ExecutionTail(path, follower);
        this.followed.set(path, { file, follower, execution, hasEnded: false, isClosed: false });
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

/** The traces of processes that run now. @param target as for {@link tracesOf} @throws UserError if none runs */
export function runningTraces(target: string | undefined): string[] {
  const paths = tracesOf(target)().filter(isWritten);
  if (paths.length === 0) throw noProcess(target);
  return paths;
}

/** The error for a target without running processes. */
export function noProcess(target: string | undefined): UserError {
  const what =
    target === undefined ? "on this machine" : /^\d+$/.test(target) ? `with number ${target}` : `in ${target}`;
  return new UserError(
    `no traced process runs ${what}`,
    "start one with 'gotrace run', or a binary of 'gotrace build' with GOTRACE_OUT; 'gotrace stats' shows those that have ended",
    ExitCode.noInput,
  );
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
