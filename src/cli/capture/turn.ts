/**
 * Taking turns at a server: one capture at a time, and a pause after each, for all gotraces of a user on this machine.
 * Two small files for each server in the cache: a lock that holds the process's id, and a stamp whose time is the end of
 * the last capture.
 */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, UserError } from "../../base/errors.js";
import { ensureDirectory } from "../../gotool/cache.js";
import { fileName } from "./target.js";

/** Milliseconds between the end of a capture and the next one from the same server. */
export const COOL_DOWN = 10_000;
const glance = 200;

export interface TurnOptions {
  /** Wait for the turn instead of refusing. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
  /** Tells the user what is waited for. */
  readonly say: (line: string) => void;
}

/** The right to capture from a server; {@link Turn.end} it. */
export class Turn {
  private constructor(
    private readonly lock: string,
    private readonly stamp: string,
  ) {}

  /**
   * Takes the turn.
   * @param cache gotrace's cache directory
   * @throws UserError when another capture is running, or the last one ended too recently, and `wait` is not given
   */
  static async take(cache: string, server: string, { wait, signal, say }: TurnOptions): Promise<Turn> {
    const directory = ensureDirectory(join(cache, "capture"));
    const lock = join(directory, `${fileName(server)}.lock`);
    const stamp = join(directory, `${fileName(server)}.stamp`);
    let said = false;
    for (let other = lockOrOwner(lock); other !== undefined; other = lockOrOwner(lock)) {
      const text = `another gotrace (process ${other}) is capturing from ${server}`;
      if (!wait) throw busy(text, "wait until it is done, or give --wait");
      if (!said) say(`${text}: waiting`);
      said = true;
      await sleep(glance, undefined, { signal });
    }
    const turn = new Turn(lock, stamp);
    try {
      const left = pauseLeft(stamp);
      if (left > 0) {
        const text = `the last capture from ${server} ended less than ${COOL_DOWN / 1000}s ago`;
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

  /** @param captured the server has recorded something: the pause begins */
  end(captured: boolean): void {
    if (captured) writeFileSync(this.stamp, "");
    rmSync(this.lock, { force: true });
  }
}

function busy(message: string, advice: string): UserError {
  return new UserError(message, advice, ExitCode.unavailable);
}

/** Milliseconds until the pause after the last capture is over. A stamp from the future is of a clock that was wrong. */
function pauseLeft(stamp: string): number {
  const ended = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  if (ended === undefined) return 0;
  const left = ended + COOL_DOWN - Date.now();
  return left <= COOL_DOWN ? left : 0;
}

/** Makes the lock, or says which living process has it. A lock of a dead process is removed. */
function lockOrOwner(lock: string): number | undefined {
  for (let tries = 0; tries < 5; tries++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = ownerOf(lock);
    if (owner !== undefined && alive(owner)) return owner;
    // Another gotrace may be doing the same: only one of them can move the old lock away.
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
