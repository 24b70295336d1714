/** The controlling terminal: whether it exists, and which processes get the signals of its keys. */

import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

/** Whether this process has a controlling terminal. */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return process.stdin.isTTY === true;
  }
}

/**
 * Whether this process is in the foreground group of its terminal. Ctrl-C and Ctrl-\\ then also reach its children in that
 * group. On Windows they reach every process of a console.
 */
export function inForeground(): boolean {
  if (!hasTerminal()) return false;
  if (process.platform === "win32") return true;
  try {
    const [group, foreground] = process.platform === "linux" ? groupsFromProc() : groupsFromPs();
    return group === foreground;
  } catch {
    return true;
  }
}

/** The process group and the terminal's foreground group: fields 5 and 8 of proc(5)'s stat; field 2 may contain spaces. */
function groupsFromProc(): string[] {
  const text = readFileSync("/proc/self/stat", "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return [fields[2], fields[5]];
}

function groupsFromPs(): string[] {
  const text = execFileSync("ps", ["-o", "pgid=,tpgid=", "-p", String(process.pid)], { encoding: "utf8" });
  return text.trim().split(/\s+/);
}
