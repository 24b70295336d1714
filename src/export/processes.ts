/** Places several processes on one time line, with distinct pids. */
import type { CallForest } from "../calltree/index.js";

/** Start times of the processes, in nanoseconds since the earliest one. */
export function startsOf({ processes }: CallForest): number[] {
  const first = earliest(processes.map(({ info }) => info.startWall));
  return processes.map(({ info }) => (info.startWall > 0 ? info.startWall - first : 0));
}

/** When the earliest process began, nanoseconds since 1970; 0 if unknown. */
export function beginningOf({ processes }: CallForest): number {
  return earliest(processes.map(({ info }) => info.startWall));
}

function earliest(walls: readonly number[]): number {
  const first = Math.min(...walls.filter((wall) => wall > 0));
  return Number.isFinite(first) ? first : 0;
}

/**
 * A distinct number for each process: its pid, unless another process has the same (traces of several machines or
 * times).
 */
export function pidsOf({ processes }: CallForest): number[] {
  const taken = new Set<number>();
  return processes.map(({ info }) => {
    let pid = info.pid;
    while (taken.has(pid)) pid += 1_000_000;
    taken.add(pid);
    return pid;
  });
}
