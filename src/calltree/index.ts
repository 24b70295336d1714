/** Call trees: building them from a trace, and choosing what to show of them. */
export { type HookCost, ID_LIMIT, type SnapshotCause } from "../calltrace/index.js";
export { costBound, isDistorted, isDistortedNode } from "./bound.js";
export { spanOf } from "./built.js";
export {
  type CallFamily,
  type CallId,
  callIdsOf,
  type FamilyMember,
  formatCallId,
  parseCallId,
  type WrittenCallId,
  writeCallId,
} from "./call-id.js";
export { bySlowness, type CollectedRequests, signaturesOf, unpackRequests } from "./collected-requests.js";
export { Ending } from "./ending.js";
export { familiesOf } from "./family.js";
export { buffersOf, type FollowedProcess, followedTree, ProcessFollower } from "./followed.js";
export { type ForestOptions, replayTraces } from "./forest.js";
export type { FunctionInfo } from "./functions.js";
export {
  type CallSpan,
  type GoroutineTimeline,
  type GoroutineTimelines,
  TimelineCollector,
  type TimelineLimits,
  type TimelineTree,
} from "./goroutine-timeline.js";
export { CallCount, HeldCalls } from "./held-calls.js";
export { unpackDurations } from "./packed-durations.js";
export { columnIn, PARTS, partName, statesOfPart, timeIn } from "./part.js";
export { type RecordingOptions, readRecording } from "./read.js";
export { Recording, type Walk } from "./recording.js";
export type { HiddenCalls } from "./replay/core-walk.js";
export type { WalkObserver } from "./replay/observed-walk.js";
export type { ReplayOptions } from "./replay/stacks-for.js";
export type { Begun } from "./replay/walker.js";
export type { SelectOptions } from "./selection.js";
export {
  type FromShare,
  type Line,
  replayShare,
  type ScanTask,
  type Threads,
  type ToShare,
} from "./shares/threads.js";
export { latest } from "./shelf.js";
export type { StateClock, WaitVisitor } from "./state-clock.js";
export {
  type Blame,
  type Blamed,
  type CallStates,
  ENDED_BY_OTHERS,
  STATES,
  State,
  type StateColumns,
  type StateName,
  statesAt,
  type TreeStates,
  type WaitReason,
} from "./states.js";
export { CLOCK_ERROR, CREATED, type StayCursor, type Stays, type UserTask } from "./stays.js";
export {
  type CallForest,
  type CallTree,
  EdgeKind,
  mayServe,
  type ProcessTree,
  processTitle,
  type SourceProblem,
  type TracingTimes,
} from "./tree.js";
export type { Recursion } from "./views/fold.js";
export { type FramePlaces, framePlaces } from "./views/frame-places.js";
export { type CallTotals, callTotals, type Span } from "./views/function-totals.js";
export { addIdle, busyTimes, type IdleTimes, idleTimes } from "./views/idle.js";
export {
  everything,
  type FunctionShare,
  hottest,
  type Overview,
  type OverviewPart,
  overview,
  unseenWaits,
} from "./views/overview.js";
export { localTest, type Owners, ownersOf, testBegins, testsAround } from "./views/owners.js";
export type { FilteredCalls, PathOptions } from "./views/select.js";
export {
  isTestFunction,
  outlives,
  type Section,
  testExtent,
  testNodes,
  testSections,
  testTime,
  wholeSection,
} from "./views/tests.js";
export { spentIn, timesOf } from "./views/times.js";
export { childrenOf, foldedSelf, type SortOrder, type View, type ViewOptions, viewTree } from "./views/view.js";
export { type CallVisitor, combineVisitors, type Goroutine, type OpenCalls, visitEachProcess } from "./visitor.js";
export type { Bound, Window } from "./window.js";
