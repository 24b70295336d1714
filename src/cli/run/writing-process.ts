/** The process that writes a trace file: its id, and whether it is still running. */

import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";

/** The id of the process that wrote `<pid>-<n>.gotrace` or `<pid>-<n>.trace`; NaN for other names. */
export function processIdOf(path: string): number {
  return Number.parseInt(basename(path), 10);
}

/** Whether a process is running. A zombie is not. */
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
 * Whether the process that a trace file is named after is still writing it. Its id may belong to another process by now,
 * so on Linux the file must be among its mapped files, if /proc shows them.
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
