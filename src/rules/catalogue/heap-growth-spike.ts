/** Rule HeapGrowthSpike: live memory that grows from one GC cycle to the next. */

import { Line } from "../../base/line.js";
import { place } from "../../base/place.js";
import { formatBytes, formatNumberOf } from "../../base/units.js";
import { EventKind, MetricName, RangeName } from "../../exectrace/index.js";
import { Tally } from "../groups.js";
import { type Draft, defineRule } from "../rule.js";

export const heapGrowthSpike = defineRule({
  name: "HeapGrowthSpike",
  title: "Live heap grows",
  measures:
    "The size of the heap right after each GC cycle, without garbage, as a straight line through all cycles (least " +
    "squares): its slope, and its growth over the trace. With two cycles the first is compared with the last. " +
    "Without two cycles only the size with garbage is known, which is worth an info at most.",
  thresholds: {
    warn: { value: 100 * 2 ** 20, unit: "bytes", meaning: "growth of the live heap" },
    error: { value: 500 * 2 ** 20, unit: "bytes", meaning: "growth of the live heap" },
    warnRate: { value: 50 * 2 ** 20, unit: "bytes/s", meaning: "growth of the live heap per second" },
    errorRate: { value: 200 * 2 ** 20, unit: "bytes/s", meaning: "growth of the live heap per second" },
    least: { value: 64 * 2 ** 20, unit: "bytes", meaning: "minimum growth for the rates to count" },
  },
  reason:
    "A program that starts grows by tens of mebibytes within a moment; the rate means something only from `least` on.",
  why:
    "Memory that survives the GC makes every later cycle more expensive, and growth that continues ends at the " +
    "memory limit.",
  suggestion:
    "Find out what is kept: compare two heap profiles (go tool pprof -diff_base), limit caches and queues; " +
    "GOMEMLIMIT protects the machine, not the program",
  actions: [
    "Compare two heap profiles taken some time apart: `go tool pprof -sample_index=inuse_space -diff_base first second`.",
    "Limit caches, queues and buffers, and look for maps and slices that only grow.",
    "Look at goroutines that do not end (GoroutineLeakGrowth): their stacks keep memory alive.",
    "Set `GOMEMLIMIT` so that the GC works harder before the system kills the program.",
  ],
  caveats: [
    "A program that is starting fills its caches: growth without a leak.",
    "An execution trace does not show allocations; the place in the message is where most GC work was triggered, which is where much is allocated, not necessarily what is kept.",
    "Memory outside of the Go heap (C, mapped files) is not measured.",
  ],
  start(watch, limits) {
    const after = new Line();
    const plain = new Line();
    const allocators = new Tally();
    let heap = Number.NaN;
    watch.onEvent(EventKind.Metric, (e) => {
      if (e.name !== MetricName.heapLive) return;
      heap = e.value;
      plain.add(e.time, e.value);
    });
    const setOff = (stack: number) => {
      const site = watch.userFrames.of(stack);
      if (site) allocators.add(place(site));
    };
    watch.onRangeBegin(RangeName.gcMarkAssist, (r) => setOff(r.stack));
    watch.onRange(RangeName.gcMark, (r) => {
      setOff(r.stack);
      // Just before the end of the cycle, with the world stopped, the runtime sets the heap metric to what was marked.
      if (!r.cutEnd && !Number.isNaN(heap)) after.add(r.end, heap);
    });
    return (): Draft[] => {
      const live = after.count >= 2;
      const line = live ? after : plain;
      const span = line.lastX - line.firstX;
      if (line.count < 2 || span <= 0) return [];
      const growth = line.count >= 3 && live ? line.slope * span : line.lastY - line.firstY;
      const rate = (growth / span) * 1e9;
      const quick = growth >= limits.least ? rate : 0;
      if (growth < limits.warn && quick < limits.warnRate) return [];
      const bad = growth >= limits.error || quick >= limits.errorRate;
      const top = allocators.top();
      const source = live
        ? `after ${formatNumberOf(after.count, "GC cycle")}`
        : "not yet collected by the GC, garbage included";
      const message =
        `the ${live ? "live " : ""}heap grew by ${formatBytes(Math.round(growth))}, ${formatBytes(Math.round(rate))}/s, ` +
        `to ${formatBytes(line.lastY)} (${source})${top ? `; most GC work was triggered by ${top}` : ""}`;
      return [
        {
          key: live ? "live" : "plain",
          severity: live ? (bad ? "error" : "warn") : "info",
          excess: Math.max(growth / limits.warn, quick / limits.warnRate),
          message,
          count: line.count,
          worst: growth,
          total: growth,
          unit: "bytes",
          occurrence: { time: line.firstX, duration: span },
        },
      ];
    };
  },
});
