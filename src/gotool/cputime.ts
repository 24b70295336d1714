/**
 * Processor time (user and system, in milliseconds) of other processes. Works on Linux, see proc_pid_stat(5); undefined on
 * other systems, and for processes that have ended.
 */
import { readFileSync } from "node:fs";

/** Milliseconds per tick of /proc: USER_HZ is 100 on all Linux systems that Go runs on. */
const TICK = 10;
/** Positions of fields in /proc/PID/stat, counted after the program's name, which is in brackets and may contain anything. */
const OWN = [11, 12];
const CHILDREN = [13, 14];

/** The time that a process has used so far. */
export function processorTime(pid: number): number | undefined {
  return read(String(pid), OWN);
}

/** The time that this process's ended children used, including their own ended children. */
export function childrenTime(): number | undefined {
  return read("self", CHILDREN);
}

function read(process: string, fields: readonly number[]): number | undefined {
  try {
    const text = readFileSync(`/proc/${process}/stat`, "utf8");
    const values = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.reduce((sum, field) => sum + Number(values[field]), 0);
    return Number.isFinite(ticks) ? ticks * TICK : undefined;
  } catch {
    return undefined;
  }
}
