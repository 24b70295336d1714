/** Rule StopTheWorldShare: the share of the trace in which the world was stopped. */

import { Histogram } from "../../base/histogram.js";
import { place } from "../../base/place.js";
import { formatBytes, formatCount, formatDuration, formatNumberOf, formatPercent } from "../../base/units.js";
import { EventKind, MetricName, RangeName } from "../../exectrace/index.js";
import { Tally } from "../groups.js";
import { lasted } from "../phrases.js";
import { type Draft, defineRule, isOfRecording, type Occurrence, severityOf } from "../rule.js";

export const stopTheWorldShare = defineRule({
  name: "StopTheWorldShare",
  title: "The world is stopped too much of the time",
  measures:
    "The number of stop-the-world pauses, multiplied by the time that 75% of them take at least, as a share of the " +
    "trace; with the number of GC cycles per second and the allocation rate that explains them. Stops made by the " +
    "recording itself are left out.",
  thresholds: {
    warn: { value: 0.02, unit: "ratio", meaning: "stopped time, as a share of the trace" },
    error: { value: 0.1, unit: "ratio", meaning: "stopped time, as a share of the trace" },
    times: { value: 10, unit: "count", meaning: "minimum number of stops" },
  },
  reason:
    "The quartile is used because on a busy machine many stops have to wait for the system and would outweigh all " +
    "others. A program with ten GC cycles per second is at 0.2% to 0.3%.",
  why:
    "Every pause may be short, and still all of them together can cost the program a percent of its time on all " +
    "processors: a GC regression that GCPauseSpike does not see.",
  suggestion:
    "Reduce the allocation rate, or let the GC run less often (GOGC, GOMEMLIMIT); watch " +
    "/sched/pauses/total/gc:seconds and /gc/cycles/total:gc-cycles",
  actions: [
    "Reduce the allocation rate: an allocation profile (`-sample_index=alloc_space`) shows where.",
    "A small live heap causes many cycles: raise `GOGC`, or set `GOMEMLIMIT` with `GOGC=off`.",
    "Remove calls of `runtime.GC`, `debug.FreeOSMemory` and `runtime.ReadMemStats` from code that runs often.",
    "Compare with a trace of the previous release: `/sched/pauses/total/gc:seconds` in `runtime/metrics` is the number to watch.",
  ],
  caveats: [
    "The allocation rate is the sum of the rises of the heap metric: allocations that a GC cycle frees between two samples are missing.",
    "In very short traces a single cycle has a large share.",
  ],
  start(watch, limits) {
    let [count, total, worst, cycles, allocated] = [0, 0, 0, 0, 0];
    let occurrence: Occurrence = { time: 0, duration: 0 };
    const durations = new Histogram();
    const reasons = new Tally();
    watch.onRange(RangeName.stopTheWorld, (r) => {
      if (isOfRecording(r.detail)) return;
      const duration = r.end - r.begin;
      count++;
      total += duration;
      durations.record(Math.max(Math.round(duration), 0));
      const asker = r.detail.startsWith("GC ") ? undefined : watch.userFrames.of(r.stack);
      reasons.add(asker ? `${r.detail}, by ${place(asker)}` : r.detail, duration);
      if (duration <= worst) return;
      worst = duration;
      const atLeast = r.cutBegin || r.cutEnd;
      occurrence = { time: r.begin, duration, stack: r.stack, userFrame: asker ?? null, atLeast };
    });
    watch.onRange(RangeName.gcMark, () => cycles++);
    let heap = Number.NaN;
    watch.onEvent(EventKind.Metric, (e) => {
      if (e.name !== MetricName.heapLive) return;
      if (e.value > heap) allocated += e.value - heap;
      heap = e.value;
    });
    return (): Draft[] => {
      if (count < limits.times || watch.now === 0) return [];
      const usual = durations.quantile(0.25);
      const share = (count * usual) / watch.now;
      const severity = severityOf(share, limits);
      if (!severity) return [];
      const seconds = watch.now / 1e9;
      const message =
        `the world was stopped for ${formatPercent(total, watch.now)} of the trace: ${formatNumberOf(count, "time")}, ` +
        `${formatDuration(total)}, typically ${formatDuration(usual)} or more, ${lasted(worst, occurrence.atLeast)} at worst, mostly for ${reasons.top()}; ` +
        `${formatCount(cycles / seconds)} GC cycles per second, ${formatBytes(Math.round(allocated / seconds))}/s allocated`;
      const numbers = { count, worst: share, total: share, unit: "ratio" } as const;
      return [{ key: "", severity, excess: share / limits.warn, message, ...numbers, occurrence }];
    };
  },
});
