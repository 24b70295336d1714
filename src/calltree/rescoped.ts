/** The same traces, but other calls count. */
import { costBound } from "./bound.js";
import { type Built, withTree } from "./built.js";
import { type ForestOptions, type Replay, Trees } from "./forest.js";
import { freeze } from "./freeze.js";
import type { NodeTable } from "./replay/nodes.js";
import { ObservedWalk } from "./replay/observed-walk.js";
import { type Replayed, walkProcess } from "./replay/replay.js";
import type { Scope } from "./replay/scope.js";
import type { Stacks } from "./replay/stacks.js";
import { Shelf } from "./shelf.js";
import { requireReach, type Window, windowsOf } from "./window.js";

/**
 * The same traces, but other calls count. It takes a walk over the goroutines that do.
 *
 * @param replay one of merged calls that all counted
 * @param bounds only the time between these counts
 * @param scopeOf what of each process counts in that time
 * @throws UserError if no process reaches into the time
 */
export function rescoped(
  replay: Replay,
  bounds: Pick<ForestOptions, "from" | "to">,
  scopeOf: (process: number) => Omit<Scope, keyof Window>,
): Replay {
  const { traces, isHeld } = replay;
  const windows = windowsOf(bounds, traces);
  const ends = replay.forest.processes.map(({ end }) => end);
  requireReach(bounds, windows, traces, ends);
  const built = new Shelf((index): Built => {
    const scope = { ...scopeOf(index), ...windows[index] };
    const { tree: before, replayed } = replay.built.at(index);
    const { process, edges, ids, paths } = replayed;
    const nodes = paths.table();
    const stacks = walked(replayed, scope, nodes);
    const { tree, number } = freeze(nodes, stacks, edges.list, ids, costBound(process.info));
    const { window } = stacks.filtered;
    const after = withTree(before, tree, { deep: tree.depth.includes(nodes.depthLimit) });
    // The walk does not see the goroutines that do not count.
    const filtered = { call: before.counts.calls - after.counts.calls - window, goroutine: 0, window };
    return { tree: after, replayed: { ...replayed, numbers: number, scope }, filtered };
  }, isHeld);
  const trees = new Trees(built, isHeld);
  for (const index of traces.keys()) trees.add(index);
  const { processes, filtered } = trees;
  const forest = Object.freeze({ ...replay.forest, processes });
  return { forest, traces, built, isHeld, filtered, windows };
}

/** Walks a process to the end. @param nodes its paths; what counts is added there */
function walked(replayed: Replayed, scope: Scope, nodes: NodeTable): Stacks {
  const nothing = { begin() {}, enter() {}, exit() {}, spawn() {}, end() {} };
  const walk = new ObservedWalk(nodes, scope, nothing, true);
  const steps = walkProcess(replayed, scope, walk);
  while (!steps.next().done);
  return walk.stacks;
}
