/**
 * Makes captures from a server take turns: one at a time with a pause after each, across all gotrace processes of a user
 * on this machine. The cache has two small files for each server: a lock that holds the id of the capturing process, and
 * a stamp whose modification time is the end of the last capture.
 */
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, UserError } from "../../base/errors.js";
import { ensureDirectory } from "../../gotool/cache.js";
import { fileName } from "./target.js";

/** Milliseconds between the end of a capture and the next one from the same server. */
export const COOL_DOWN = 10_000;
/** Milliseconds between two attempts to take the lock. */
const glance = 200;

export interface TurnOptions {
  /** Milliseconds since the last capture; 0 where the server itself makes clients wait. */
  readonly pause: number;
  /** Wait for the turn instead of refusing. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
  /** Tells the user why gotrace waits. */
  readonly say: (line: string) => void;
}

/** The right to capture from a server. The caller that takes it must call {@link Turn.end}. */
export class Turn {
  private constructor(
    private readonly lock: string,
    private readonly stamp: string,
  ) {}

  /**
   * Takes the turn, or waits for it.
   * @param cache gotrace's cache directory
   * @param server as {@link Target.server}
   * @throws UserError when another capture is running or the last one ended too recently, and `wait` is false; an
   * AbortError when `signal` fires while it waits
   */
  static async take(cache: string, server: string, { pause, wait, signal, say }: TurnOptions): Promise<Turn> {
    const directory = ensureDirectory(join(cache, "capture"));
    const lock = join(directory, `${fileName(server)}.lock`);
    const stamp = join(directory, `${fileName(server)}.stamp`);
    let reported = false;
    for (let other = lockOrOwner(lock); other !== undefined; other = lockOrOwner(lock)) {
      const text = `another gotrace (process ${other}) is capturing from ${server}`;
      if (!wait) throw busy(text, "wait until it is done, or give --wait");
      if (!reported) say(`${text}: waiting`);
      reported = true;
      await sleep(glance, undefined, { signal });
    }
    const turn = new Turn(lock, stamp);
    try {
      const left = pauseLeft(stamp, pause);
      if (left > 0) {
        const text = `the last capture from ${server} ended less than ${pause / 1000}s ago`;
        const seconds = Math.ceil(left / 1000);
        if (!wait) throw busy(text, `try again in ${seconds}s, or give --wait: tracing slows the server down`);
        say(`${text}: waiting ${seconds}s`);
        await sleep(left, undefined, { signal });
      }
      return turn;
    } catch (error) {
      turn.end(false);
      throw error;
    }
  }

  /** Gives the turn back. @param captured whether the server recorded anything; if so, the pause begins */
  end(captured: boolean): void {
    if (captured) writeFileSync(this.stamp, "");
    rmSync(this.lock, { force: true });
  }
}

function busy(message: string, advice: string): UserError {
  return new UserError(message, advice, ExitCode.unavailable);
}

/** Milliseconds that are left of the pause after the last capture. A stamp from the future (a wrong clock) is ignored. */
function pauseLeft(stamp: string, pause: number): number {
  const ended = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  if (ended === undefined) return 0;
  const left = ended + pause - Date.now();
  return left <= pause ? left : 0;
}

/** Creates the lock, or returns the id of the running process that holds it. Removes the lock of a dead process. */
function lockOrOwner(lock: string): number | undefined {
  for (let tries = 0; tries < 5; tries++) {
    try {
      create(lock, String(process.pid));
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = ownerOf(lock);
    if (owner !== undefined && alive(owner)) return owner;
    // Several processes may find the same dead lock: only one of them can rename it.
    const aside = `${lock}.${process.pid}`;
    try {
      renameSync(lock, aside);
    } catch {
      continue;
    }
    const moved = ownerOf(aside);
    if (moved !== owner && moved !== undefined && alive(moved)) renameSync(aside, lock);
    else rmSync(aside, { force: true });
  }
  return ownerOf(lock) ?? 0;
}

/** Creates a file that has its content as soon as it exists. @throws EEXIST if the file exists */
function create(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.new`;
  writeFileSync(temporary, content);
  try {
    linkSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function ownerOf(lock: string): number | undefined {
  try {
    const owner = Number(readFileSync(lock, "utf8"));
    return owner > 0 ? owner : undefined;
  } catch {
    return undefined;
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
