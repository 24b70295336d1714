/** The process that writes a trace file: who it is, and whether it still runs. */

import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";

/** Which process wrote a trace: `<pid>-<n>.gotrace` or `<pid>-<n>.trace`. NaN for files of another name. */
export function processIdOf(path: string): number {
  return Number.parseInt(basename(path), 10);
}

/** Whether a process runs: one that ended and was not waited for yet does not. */
export function isAlive(pid: number): boolean {
  try {
    if (process.platform === "linux") {
      const text = readFileSync(`/proc/${pid}/stat`, "utf8");
      return !"ZX".includes(text.charAt(text.lastIndexOf(")") + 2));
    }
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether the process that a trace file is named after still writes it. On Linux that it has the file mapped proves it,
 * where its maps can be read: another process may have got the number.
 */
export function isWritten(path: string): boolean {
  const pid = processIdOf(path);
  if (!/^\d+-\d+\.gotrace$/.test(basename(path)) || !isAlive(pid)) return false;
  if (process.platform !== "linux") return true;
  try {
    const inode = String(statSync(path).ino);
    return readFileSync(`/proc/${pid}/maps`, "utf8")
      .split("\n")
      .some((line) => line.split(/ +/, 5)[4] === inode);
  } catch {
    return true;
  }
}
