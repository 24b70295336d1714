/** Who made whom wait, and why, of the nodes that filters keep. */
import type { FunctionInfo } from "../functions.js";
import type { Blame, Blamed, WaitReason } from "../states.js";
import type { CallTree } from "../tree.js";
import { REMOVED, type Selected } from "./select.js";

/**
 * Keeps the waits of kept nodes. Those whose calls were removed are their callers'; a node that is kept only as context
 * has none of its own. A function that is to blame but not kept is named: as the last of `via`, with the cause `filtered`.
 *
 * @param tree the one before the filters, which `blame` is about
 */
export function selectBlame(
  blame: Blame,
  tree: Pick<CallTree, "parent" | "func">,
  functions: readonly Pick<FunctionInfo, "name">[],
  { map, context }: Pick<Selected, "map" | "context">,
): Blame {
  const keptOf = (node: number) => {
    let at = node;
    while (at > 0 && map[at] === REMOVED) at = tree.parent[at];
    return { old: at, node: at > 0 ? map[at] : 0 };
  };
  const pairs = new Map<string, Blamed>();
  for (const pair of blame.pairs) {
    const { old, node: waiter } = keptOf(pair.waiter);
    if (waiter <= 0 || context[old] === 1) continue;
    const { node } = keptOf(pair.culprit);
    const isFiltered = pair.culprit > 0 && node <= 0;
    const name = functions[tree.func[pair.culprit]]?.name ?? "";
    const via = isFiltered ? (pair.via === "" ? name : `${pair.via}, ${name}`) : pair.via;
    const cause = isFiltered ? FILTERED : pair.cause;
    const kept = { ...pair, waiter, culprit: Math.max(0, node), via, cause };
    const key = [waiter, kept.culprit, pair.state, pair.starts, cause, pair.reason, via].join("\n");
    const known = pairs.get(key);
    pairs.set(key, known === undefined ? kept : summed(known, kept));
  }
  const reasons: WaitReason[] = [];
  for (const { node, state, reason, self, total } of blame.reasons) {
    const kept = keptOf(node);
    if (kept.node <= 0) continue;
    // The total of a caller has the time of removed calls already.
    const own = context[kept.old] === 1 ? 0 : self;
    reasons.push({ node: kept.node, state, reason, self: own, total: kept.old === node ? total : 0 });
  }
  const stopped = new Map<number, number>();
  for (const [node, time] of blame.stopped) if (map[node] > 0) stopped.set(map[node], time);
  const list = [...pairs.values()].sort((a, b) => b.time - a.time);
  return { ...blame, pairs: list, reasons, stopped };
}

/** The `cause` of a call that a filter took away. */
const FILTERED = "filtered";

function summed(a: Blamed, b: Blamed): Blamed {
  return { ...a, time: a.time + b.time, longest: Math.max(a.longest, b.longest), waits: a.waits + b.waits };
}
