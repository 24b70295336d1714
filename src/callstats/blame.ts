/** Who made whom wait, by function. */
import type { CallForest, ProcessTree } from "../calltree/index.js";

/** The time that calls of one function waited because of calls of another one. */
export interface FunctionWaits {
  /** The waiting function; undefined where no traced call was open. */
  readonly waiter: string | undefined;
  /** Index into STATES. */
  readonly state: number;
  /** The function that ended the wait, or held the lock; undefined where no traced call was open. */
  readonly culprit: string | undefined;
  /** Nanoseconds in all, and of the longest wait. */
  readonly time: number;
  readonly longest: number;
  readonly waits: number;
}

/** Sums over some processes of a forest, most time first. */
export function waitsByFunction(
  { functions }: Pick<CallForest, "functions">,
  processes: readonly Pick<ProcessTree, "tree">[],
): FunctionWaits[] {
  const sums = new Map<string, FunctionWaits>();
  for (const { tree } of processes) {
    for (const { waiter, state, culprit, time, longest, waits } of tree.blame?.pairs ?? []) {
      const key = `${tree.func[waiter]} ${state} ${tree.func[culprit]}`;
      const pair = { waiter: functions[tree.func[waiter]]?.name, state, culprit: functions[tree.func[culprit]]?.name };
      const known = sums.get(key) ?? { ...pair, time: 0, longest: 0, waits: 0 };
      sums.set(key, {
        ...pair,
        time: known.time + time,
        longest: Math.max(known.longest, longest),
        waits: known.waits + waits,
      });
    }
  }
  return [...sums.values()].sort((a, b) => b.time - a.time);
}
