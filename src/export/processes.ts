/** Processes on one line of time. */
import type { CallForest } from "../calltree/index.js";

/** When the processes began, in nanoseconds since the earliest of them did. */
export function startsOf({ processes }: CallForest): number[] {
  const first = earliest(processes.map(({ info }) => info.startWall));
  return processes.map(({ info }) => (info.startWall > 0 ? info.startWall - first : 0));
}

/** When the earliest process began, nanoseconds since 1970; 0 where that is not known. */
export function beginningOf({ processes }: CallForest): number {
  return earliest(processes.map(({ info }) => info.startWall));
}

function earliest(walls: readonly number[]): number {
  const first = Math.min(...walls.filter((wall) => wall > 0));
  return Number.isFinite(first) ? first : 0;
}

/** Numbers for processes: their pids, where traces of several machines or times do not share one. */
export function pidsOf({ processes }: CallForest): number[] {
  const taken = new Set<number>();
  return processes.map(({ info }) => {
    let pid = info.pid;
    while (taken.has(pid)) pid += 1_000_000;
    taken.add(pid);
    return pid;
  });
}
