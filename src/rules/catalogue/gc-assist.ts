/** Rule GCAssist: single long mark assists. */
import { formatDuration } from "../../base/units.js";
import { assistOccurrence, onAssist } from "../assists.js";
import { Group, Groups, nameOf, placeKey, repeated } from "../groups.js";
import { others, worstOf } from "../phrases.js";
import { defineRule } from "../rule.js";

class Assists extends Group {
  /** Time waiting for work in the worst assist, ns. */
  waited = 0;
}

export const gcAssist = defineRule({
  name: "GCAssist",
  title: "Allocation had to help the GC",
  measures:
    "How long mark assists kept an allocating goroutine marking. Time waiting for work in an assist is reported but " +
    "not judged: on a busy machine, the mark workers that it waits for may just not run. Time in which the " +
    "goroutine was preempted does not count.",
  thresholds: {
    warn: { value: 1e6, unit: "ns", meaning: "mean of the long mark assists at one place" },
    error: { value: 10e6, unit: "ns", meaning: "mean of the long mark assists at one place" },
    times: { value: 5, unit: "count", meaning: "minimum number of assists of at least `warn`" },
    share: { value: 0.1, unit: "ratio", meaning: "time in such assists, as a share of the trace" },
  },
  reason:
    "An assist takes about 50 µs. On a busy machine single ones take milliseconds because the thread that marks " +
    "does not run; a tenth of the trace in long ones is caused by the program itself.",
  why: "An assist is a delay in the middle of an allocation, and CPU profiles attribute it to the code that allocates.",
  suggestion: "Allocate less at this place (reuse buffers, preallocate), or give the GC more room: GOGC, GOMEMLIMIT",
  actions: [
    "Find out from an allocation profile (`-sample_index=alloc_space`) what this place allocates; preallocate, reuse, pool.",
    "Raise `GOGC`, so that a cycle starts with more room left, or set `GOMEMLIMIT` and a high `GOGC`.",
    "Spread bursts of allocation: the pacer plans from the last cycle, and bursts surprise it.",
  ],
  caveats: [
    "Time in which the system did not run the goroutine's thread counts as marking.",
    "Which goroutine has to assist is partly chance: the debt is that of all allocations since the last assist.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Assists(key));
    onAssist(watch, (assist) => {
      const { goroutine, stack, begin, end, marked: value, waited } = assist;
      if (value < limits.warn) return;
      const key = placeKey(watch, stack, watch.goroutine(goroutine));
      const group = groups.add(key, value, () => assistOccurrence(watch, assist));
      group.cover(begin, end);
      if (group.worst === value) group.waited = waited;
    });
    return () =>
      groups.drafts(
        "ns",
        limits,
        (group) => {
          const waited = group.waited > 0 ? ` and waited ${formatDuration(group.waited)} for work` : "";
          return `${nameOf(group.occurrence)} had to help the GC mark for ${worstOf(group)}${waited}${others(group)}`;
        },
        (group) => repeated(group, limits, watch.now),
      );
  },
});
