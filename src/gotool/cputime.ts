/**
 * Processor time of processes (user and system), where the system tells of others than oneself: Linux, see proc_pid_stat(5).
 * Milliseconds; undefined elsewhere, and for a process that is gone.
 */
import { readFileSync } from "node:fs";

/** A tick of /proc: USER_HZ is 100 on all systems that Go runs on. */
const TICK = 10;
/** Fields of /proc/PID/stat behind the name of the program, which is in brackets and may hold anything. */
const OWN = [11, 12];
const CHILDREN = [13, 14];

/** What a process has used so far. */
export function processorTime(pid: number): number | undefined {
  return read(String(pid), OWN);
}

/** What the children of this process that have ended used, theirs included. */
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
