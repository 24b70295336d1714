/** What an execution trace says, as typed results: one pass, memory by what lives at a time and not by events. */
export { Accounts, type Breakdown, Part } from "./accounts.js";
export { ChartCollector } from "./chart-series.js";
export * from "./charts.js";
export * from "./critical.js";
export {
  type Change,
  type DiffOptions,
  diffTraces,
  exceeding,
  type ItemKind,
  itemKinds,
  type Measure as DiffMeasure,
  measures as diffMeasures,
  type Side,
  type TraceDiff,
} from "./diff.js";
export { ASSIST_WAIT, Gc, type GcSummary, type Occurrence, type Pauses } from "./gc.js";
export { type GoroutineGroup, Goroutines } from "./goroutines.js";
export { Heap, type HeapSummary } from "./heap.js";
export * from "./interval.js";
export { Intervals } from "./intervals.js";
export { Locator, logMatches, type Target } from "./locate.js";
export { MutatorCurve } from "./mutator.js";
export { isGcPause, Mutator } from "./mutator-use.js";
export * from "./ranges.js";
export type { RegionMisuse } from "./region-misuse.js";
export { type Procs, ProcUse, type Scheduling, SchedulingLatency } from "./scheduling.js";
export { SelectedIntervals, type Selection, type TasksOfType } from "./selection.js";
export { type BlockingSite, type Releaser, Sites } from "./sites.js";
export { type SortColumn, sortColumns, sortedBy } from "./sorting.js";
export { Summarizer, type TraceSummary } from "./summary.js";
export type { TaskRecord } from "./task.js";
export type { RegionType, TaskType } from "./task-types.js";
export { Tasks } from "./tasks.js";
export { WindowCollector } from "./windows.js";
