/** GCAssist: single long mark assists. */
import { formatDuration } from "../../base/units.js";
import { onAssist } from "../assists.js";
import { Group, Groups, goroutineOf, nameOf, placeKey } from "../groups.js";
import { others, worstOf } from "../phrases.js";
import { defineRule } from "../rule.js";

class Assists extends Group {
  /** Of the worst one: waiting for work. */
  waited = 0;
}

export const gcAssist = defineRule({
  name: "GCAssist",
  title: "Allocation had to help the GC",
  measures:
    "How long a single mark assist kept an allocating goroutine: marking inline as well as waiting for work to do, which " +
    "the message tells apart. Time in which it was preempted does not count.",
  thresholds: {
    warn: { value: 1e6, unit: "ns", meaning: "a single mark assist" },
    error: { value: 10e6, unit: "ns", meaning: "a single mark assist" },
  },
  why: "An assist is a delay in the middle of an allocation, and CPU profiles book it on the code that allocates.",
  suggestion: "Allocate less at this place (reuse buffers, preallocate), or give the GC more room: GOGC, GOMEMLIMIT",
  actions: [
    "See in an allocation profile (`-sample_index=alloc_space`) what this place allocates; preallocate, reuse, pool.",
    "Raise `GOGC`, so that a cycle starts with more room left, or set `GOMEMLIMIT` and a high `GOGC`.",
    "Spread bursts of allocation: the pacer plans from the last cycle and is surprised by them.",
  ],
  caveats: [
    "Time in which the system did not run the goroutine's thread counts as marking.",
    "Which goroutine has to help is partly chance: the debt is that of all allocations since the last assist.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Assists(key));
    onAssist(watch, ({ goroutine, stack, begin, end, cut, marked, waited }) => {
      const value = marked + waited;
      if (value < limits.warn) return;
      const g = watch.goroutine(goroutine);
      const group = groups.add(placeKey(watch, stack, g), value, () => ({
        time: begin,
        duration: end - begin,
        goroutine,
        ...(g && goroutineOf(g)),
        stack,
        atLeast: cut,
      }));
      if (group.worst === value) group.waited = waited;
    });
    return () =>
      groups.drafts("ns", limits, (group) => {
        const waited = group.waited > 0 ? `, ${formatDuration(group.waited)} of it waiting for work` : "";
        return `${nameOf(group.occurrence)} had to help the GC mark for ${worstOf(group)}${waited}${others(group)}`;
      });
  },
});
