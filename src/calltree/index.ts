/** Call trees: building them from a trace, and choosing what of them to show. */
export { type HookCost, ID_LIMIT } from "../calltrace/index.js";
export { costBound, isDistorted, isDistortedNode } from "./bound.js";
export type { BuildOptions } from "./builder.js";
export { Ending } from "./ending.js";
export { childrenOf, type FilterOptions, foldedSelf, type SortOrder, type View, viewTree } from "./filter.js";
export type { Recursion } from "./fold.js";
export { buildForest, type ForestOptions } from "./forest.js";
export type { FunctionInfo } from "./functions.js";
export { busyTimes, type IdleTimes, idleByFunction, idleTimes } from "./idle.js";
export { type CallSpan, type Life, LifeCollector, type LifeLimits, type LifeTree, type Lives } from "./lives.js";
export {
  everything,
  type FunctionShare,
  hottest,
  type Overview,
  overview,
  type Part,
  unseenWaits,
} from "./overview.js";
export { localTest, type Owners, ownersOf, testBegins, testsAround } from "./owners.js";
export { Recording, type RecordingOptions, readRecording, type SelectOptions } from "./recording.js";
export type { Omission, PathOptions } from "./select.js";
export { isTestFunction, outlives, type Section, testExtent, testNodes, testSections, wholeSection } from "./tests.js";
export {
  type CallForest,
  type CallTree,
  EdgeKind,
  type ProcessTree,
  type SourceProblem,
  sumOf,
  type TracingTimes,
} from "./tree.js";
export type { CallVisitor, Goroutine } from "./visitor.js";
