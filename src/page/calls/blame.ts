/** Who made a function wait, and whom it made wait: sums over the pairs of paths. */

import { EdgeKind } from "../data/paths.js";
import type { PageBlamed } from "../data/states.js";
import type { Part } from "./state.js";

/** Waits of the same kind: the other function's name is in `other`, that of the innermost call of this one in `inner`. */
export interface BlameSum extends Pick<PageBlamed, "state" | "starts" | "via" | "cause"> {
  /** -1 where no traced call was open. */
  readonly other: number;
  readonly inner: number;
  time: number;
  longest: number;
  waits: number;
}

type Side = "waiter" | "culprit";

/**
 * Sums of the pairs of which one side is within calls of a function, most time first.
 * @param side the one that the function is: `waiter` for its own waits, `culprit` for those of others
 */
export function blameOf(part: Part, func: number, side: Side): BlameSum[] {
  const far: Side = side === "waiter" ? "culprit" : "waiter";
  const sums = new Map<string, BlameSum>();
  for (const pair of part.process.states?.blame.pairs ?? []) {
    if (!isWithin(part, pair[side], func)) continue;
    const { state, starts, via, cause, time, longest, waits } = pair;
    const [other, inner] = [pair[far].func, pair[side].func];
    const key = [other, inner, state, starts, cause, via].join("\n");
    const sum = sums.get(key) ?? { other, inner, state, starts, via, cause, time: 0, longest: 0, waits: 0 };
    sum.time += time;
    sum.longest = Math.max(sum.longest, longest);
    sum.waits += waits;
    sums.set(key, sum);
  }
  return [...sums.values()].sort((a, b) => b.time - a.time);
}

/** Whether a place belongs to the part and is a call of the function, or beneath one on the same goroutine. */
function isWithin(part: Part, place: PageBlamed["waiter"], func: number): boolean {
  if (place.node === 0) return place.func === func && part.section === undefined;
  if (!part.has(place.node)) return false;
  const { paths } = part.process;
  for (let node = place.node; node > 0; node = paths.parent[node]) {
    if (paths.func[node] === func) return true;
    if (paths.edge[node] !== EdgeKind.call) return false;
  }
  return false;
}
