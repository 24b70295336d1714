/** Statistics of calls: by function, single calls, comparisons, assertions. Works on opened recordings; does no I/O. */

export { EXACT_CALLS } from "../base/durations.js";
export type { HookCost } from "../calltree/index.js";
export { type Assertion, parseAssertion } from "./assertion.js";
export { type FunctionWaits, waitsByFunction, waitsByNode } from "./blame.js";
export { costBounds } from "./bounds.js";
export { startedStates } from "./critical/family-states.js";
export { type CriticalPath, criticalPaths, type PathStep } from "./critical/index.js";
export {
  type CallChange,
  type CallDiff,
  type CallMeasure,
  callMeasures,
  callsChanged,
  diffCalls,
  grown,
  type Parts,
} from "./diff.js";
export { FunctionItems, PathItems, type RunItems } from "./items.js";
export {
  CallLister,
  type CallRecord,
  type Candidate,
  type Choice,
  type Listing,
  type ListingOptions,
} from "./listing.js";
export { type NamePattern, namePattern, nearestName } from "./match.js";
export { type Neighbour, NeighbourMeter } from "./neighbours.js";
export { type PartCall, type PartCondition, PartWatch, partCondition } from "./part-condition.js";
export { namedStep, pathOf } from "./paths.js";
export { assertable, measureName } from "./reading.js";
export {
  type CallWaits,
  type FunctionReasons,
  type ReasonSums,
  type Reasons,
  reasonsByFunction,
  reasonsByNode,
  waitsOfCall,
} from "./reasons.js";
export { RequestFinder } from "./request-finder.js";
export type { RootStats } from "./request-root.js";
export { CALLBACKS_MIN, RequestCollector, type Requests, type RootKind } from "./requests.js";
export { type StateSums, statesOfNode } from "./state-sums.js";
export { type FunctionStats, StatsMeter } from "./stats.js";
export { TaskCollector } from "./task-requests.js";
export { treeStats } from "./tree-stats.js";
export { TreeSums } from "./tree-sums.js";
export { AssertionMeter, type PathShare, type Verdict } from "./verdict.js";
