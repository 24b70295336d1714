/**
 * Public interface of the analyses: typed results computed from the events of an execution trace in one pass. Memory
 * grows with the goroutines that live at the same time, not with the number of events.
 */
export { Accounts, type Breakdown } from "./accounts.js";
export { ChartCollector } from "./chart-series.js";
export * from "./charts.js";
export * from "./critical.js";
export {
  type Change,
  diffTraces,
  exceeding,
  type ItemKind,
  itemKinds,
  type Measure as DiffMeasure,
  measures as diffMeasures,
  type TraceDiff,
} from "./diff.js";
export type { GoroutineGroup } from "./goroutines.js";

export * from "./interval.js";
export { Intervals } from "./intervals.js";
export { type LocateTarget, Locator, logMatches, textOfLog } from "./locate.js";
export { Locks } from "./locks.js";
export { MutatorCurve } from "./mutator.js";
export { Mutator } from "./mutator-use.js";
export * from "./ranges.js";
export type { Selection, TasksOfType } from "./selection.js";
export { type SortColumn, sortColumns, sortedBy } from "./sorting.js";
export { Summarizer, type TraceSummary } from "./summary.js";
export type { TaskRecord } from "./task.js";
export { Tasks } from "./tasks.js";
export { type Trigger, Triggers } from "./triggers.js";
export { WindowCollector } from "./windows.js";
