/** Chooses what a tree is built with. */
import type { ProcessTrace } from "../../calltrace/index.js";
import { CallDurations } from "./call-durations.js";
import type { CallStacks } from "./call-stacks.js";
import { ColumnStacks } from "./column-stacks.js";
import { acquire } from "./core.js";
import { CoreRequests } from "./core-requests.js";
import type { NamedRoot } from "./core-roots.js";
import { CoreStacks } from "./core-stacks.js";
import { DEPTH_LIMIT, NodeTable, PATH_LIMIT } from "./nodes.js";
import type { Listener } from "./observer.js";
import type { Scope } from "./scope.js";
import type { SlotTable } from "./slots.js";

export interface ReplayOptions extends Scope {
  /** One node per call instead of one per distinct path. */
  readonly noMerge?: boolean;
  /** With noMerge: calls shorter than this (ns) are pruned, unless other nodes of the tree need them. */
  readonly minimum?: number;
  readonly depthLimit?: number;
  readonly pathLimit?: number;
  /** Does without the core, or with it also for a small trace; by default, small traces do without. */
  readonly isPlain?: boolean;
  /** Collects the durations of calls, those of a trace that is not small by function. */
  readonly collectsDurations?: boolean;
  /** Also collects requests, where all calls count; see {@link CoreRequests}. */
  readonly collectsRequests?: boolean;
  readonly requestRoot?: NamedRoot;
}

/** The core builds merged trees of whole goroutines, from traces that have their beginnings. */
export function stacksFor(
  process: Pick<ProcessTrace, "clock" | "definitions">,
  slots: SlotTable,
  listener: Listener,
  options: ReplayOptions,
): CallStacks {
  const { noMerge = false, depthLimit = DEPTH_LIMIT, pathLimit = PATH_LIMIT } = options;
  const isWhole = !noMerge && options.family === undefined && options.reach === undefined;
  if (!isWhole || options.isPlain) {
    const durations = isWhole && options.collectsDurations ? new CallDurations() : undefined;
    const nodes = new NodeTable(!noMerge, depthLimit, pathLimit);
    return new ColumnStacks(nodes, slots, listener, options, isWhole, durations);
  }
  const { collectsDurations = false, collectsRequests = false, requestRoot } = options;
  const core = acquire(depthLimit, pathLimit, { collects: collectsDurations || collectsRequests });
  const requests = collectsRequests ? new CoreRequests(core, slots, requestRoot, process) : undefined;
  return new CoreStacks(core, slots, listener, options, process.clock.slope, requests);
}
