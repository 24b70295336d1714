/** Rule MarkAssistPressure: the share of the program's time spent helping the GC. */
import { Activity } from "../../analyses/index.js";
import { place } from "../../base/place.js";
import { formatDuration, formatNumberOf, formatPercent } from "../../base/units.js";
import { assistOccurrence, onAssist } from "../assists.js";
import { placeKey, plainGroups } from "../groups.js";
import { type Draft, defineRule, isBackground, severityOf } from "../rule.js";

export const markAssistPressure = defineRule({
  name: "MarkAssistPressure",
  title: "The program outruns the garbage collector",
  measures:
    "The total time spent marking in assists, compared with the time in which the program's goroutines ran, and the " +
    "place with the largest part. Short assists count as well as long ones. Time in an assist in which the " +
    "goroutine was preempted or waited for work does not count.",
  thresholds: {
    warn: { value: 0.1, unit: "ratio", meaning: "time in assists, as a share of running time" },
    error: { value: 0.4, unit: "ratio", meaning: "time in assists, as a share of running time" },
    times: { value: 20, unit: "count", meaning: "minimum number of assists" },
    least: {
      value: 0.05,
      unit: "ratio",
      meaning: "minimum time in assists, as a share of all processor time of the trace",
    },
  },
  reason:
    "The pacer aims for a quarter of the processors to mark, and for no assists at all; a short series of assists " +
    "after a burst of allocation is normal. A twentieth of all processor time is worth getting back.",
  why:
    "With assists the GC slows down goroutines that allocate faster than it marks. Thousands of short ones cost as " +
    "much as a few long ones, and GCAssist only sees the latter.",
  suggestion:
    "Allocate less at the place named, or start GC cycles earlier and make them rarer: set GOMEMLIMIT with a higher GOGC",
  actions: [
    "Reduce the allocation rate at the place named: reuse, preallocate, avoid conversions between string and []byte.",
    "Raise `GOGC` or set `GOMEMLIMIT`: fewer cycles, fewer assists.",
    "If the program has reached its `GOMEMLIMIT`, the GC runs all the time: raise the limit or shrink the live heap.",
  ],
  caveats: [
    "The place named is where the assists were done, not where most bytes were allocated; usually both are the same.",
    "A burst in an otherwise idle trace weighs as much as a steady load: the share is of running time, not of the trace.",
  ],
  start(watch, limits) {
    const groups = plainGroups();
    let [assists, running] = [0, 0];
    watch.onInterval(Activity.Running, (i, g) => {
      if (!isBackground(g)) running += i.end - i.begin;
    });
    onAssist(watch, (assist) => {
      const { goroutine, stack, marked } = assist;
      assists += marked;
      const key = placeKey(watch, stack, watch.goroutine(goroutine));
      groups.add(key, marked, () => assistOccurrence(watch, assist));
    });
    return (): Draft[] => {
      const share = running > 0 ? assists / running : 0;
      const all = [...groups.values()];
      const count = all.reduce((sum, group) => sum + group.count, 0);
      if (count < limits.times) return [];
      const severity = assists >= limits.least * watch.now * watch.procs ? severityOf(share, limits) : undefined;
      if (!severity) return [];
      const top = all.reduce((best, group) => (group.total > best.total ? group : best));
      const site = watch.userFrames.of(top.occurrence.stack ?? 0);
      const where = site ? `, ${formatPercent(top.total, assists)} of it in ${place(site)}` : "";
      const message =
        `goroutines spent ${formatPercent(assists, running)} of their time helping the GC mark: ` +
        `${formatNumberOf(count, "assist")}, ${formatDuration(assists)}${where}`;
      const numbers = { count, worst: share, total: share, unit: "ratio" } as const;
      return [{ key: top.key, severity, excess: share / limits.warn, message, ...numbers, occurrence: top.occurrence }];
    };
  },
});
