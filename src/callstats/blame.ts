/** Who made whom wait, by function. */
import type { Blamed, CallForest, CallTree, ProcessTree } from "../calltree/index.js";

/** The time that calls of one function waited because of calls of another one, or because of untraced code. */
export interface FunctionWaits extends Omit<Blamed, "waiter" | "culprit"> {
  /** The waiting function; undefined where no traced call was open. */
  readonly waiter: string | undefined;
  /** The function that ended the wait, or held the lock; undefined where no traced call was open. */
  readonly culprit: string | undefined;
}

/**
 * Sums over some processes of a forest, most time first.
 *
 * @param reasons whether to keep waits apart that have different reasons; otherwise `reason` is ""
 */
export function waitsByFunction(
  { functions }: Pick<CallForest, "functions">,
  processes: readonly Pick<ProcessTree, "tree">[],
  reasons = false,
): FunctionWaits[] {
  const sums = new Map<string, FunctionWaits>();
  for (const { tree } of processes) {
    for (const { waiter, culprit, ...blamed } of tree.blame?.pairs ?? []) {
      const { state, starts, via, cause, time, longest, waits } = blamed;
      const reason = reasons ? blamed.reason : "";
      const key = [tree.func[waiter], tree.func[culprit], state, starts, cause, reason, via].join("\n");
      const pair = { waiter: functions[tree.func[waiter]]?.name, culprit: functions[tree.func[culprit]]?.name };
      const known = sums.get(key) ?? { time: 0, longest: 0, waits: 0 };
      sums.set(key, {
        ...{ ...pair, state, starts, via, cause, reason },
        time: known.time + time,
        longest: Math.max(known.longest, longest),
        waits: known.waits + waits,
      });
    }
  }
  return [...sums.values()].sort((a, b) => b.time - a.time);
}

/** The pairs of each node that waited, most time first. */
export function waitsByNode({ blame }: CallTree): ReadonlyMap<number, readonly Blamed[]> {
  const waits = new Map<number, Blamed[]>();
  for (const pair of blame?.pairs ?? []) {
    const own = waits.get(pair.waiter);
    if (own === undefined) waits.set(pair.waiter, [pair]);
    else own.push(pair);
  }
  return waits;
}
