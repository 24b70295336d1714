/** Sorts the rows of a summary by a column (`gotrace summary --sort`). */

import type { BlockingPlace } from "./blocking-places.js";
import type { GoroutineGroup } from "./goroutines.js";
import type { TraceSummary } from "./summary.js";

export const sortColumns = [
  "total",
  "count",
  "mean",
  "p50",
  "p99",
  "max",
  "running",
  "runnable",
  "blocked",
  "syscall",
  "assist",
  "waiters",
  "name",
] as const;
export type SortColumn = (typeof sortColumns)[number];

type Of<T> = Partial<Record<SortColumn, (row: T) => number | string>>;
type Durations = Record<"count" | "total" | "mean" | "p50" | "p99" | "max", number>;

const blocked = ({ waiting }: GoroutineGroup["breakdown"]) => Object.values(waiting).reduce((sum, ns) => sum + ns, 0);

const groups: Of<GoroutineGroup> = {
  ...durationsOf((group: GoroutineGroup) => group.lifetime),
  total: ({ breakdown }) => breakdown.total,
  count: ({ count }) => count,
  running: ({ breakdown }) => breakdown.running,
  runnable: ({ breakdown }) => breakdown.runnable,
  blocked: ({ breakdown }) => blocked(breakdown),
  syscall: ({ breakdown }) => breakdown.syscall + breakdown.syscallBlocked,
  assist: ({ breakdown }) => breakdown.gcAssist,
  name: (group) => group.function,
};

const sites: Of<BlockingPlace> = {
  ...durationsOf((site: BlockingPlace) => site.waits),
  waiters: ({ waiters }) => waiters,
  name: ({ reason }) => reason,
};

const types: Of<{ readonly type: string | undefined; readonly durations: Durations }> = {
  ...durationsOf((row: { readonly durations: Durations }) => row.durations),
  name: ({ type }) => type ?? "",
};

function durationsOf<T>(of: (row: T) => Durations): Of<T> {
  return Object.fromEntries(
    (["count", "total", "mean", "p50", "p99", "max"] as const).map((name) => [name, (row: T) => of(row)[name]]),
  );
}

/**
 * Returns a summary with goroutines, blocking sites, tasks and regions sorted by a column. Tables without the column
 * keep their order.
 */
export function sortedBy(summary: TraceSummary, column: SortColumn): TraceSummary {
  return {
    ...summary,
    goroutines: sorted(summary.goroutines, groups[column]),
    blocking: { ...summary.blocking, sites: sorted(summary.blocking.sites, sites[column]) },
    tasks: sorted(summary.tasks, types[column]),
    regions: sorted(summary.regions, types[column]),
  };
}

/** Sorts numbers from largest to smallest, names alphabetically. */
function sorted<T>(rows: readonly T[], of: ((row: T) => number | string) | undefined): readonly T[] {
  if (!of) return rows;
  return [...rows].sort((a, b) => {
    const [left, right] = [of(a), of(b)];
    return typeof left === "number" ? Number(right) - left : left < right ? -1 : left > right ? 1 : 0;
  });
}
