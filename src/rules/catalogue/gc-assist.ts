/** GCAssist: single long mark assists. */
import { Activity } from "../../analyses/index.js";
import { formatDuration } from "../../base/units.js";
import { RangeName } from "../../exectrace/index.js";
import { Group, Groups, goroutineOf, nameOf, placeKey } from "../groups.js";
import { others, worstOf } from "../phrases.js";
import { defineRule } from "../rule.js";

export const ASSIST_WAIT = "GC mark assist wait for work";

class Assists extends Group {
  /** Of the worst one: waiting for work. */
  waited = 0;
}

export const gcAssist = defineRule({
  name: "GCAssist",
  title: "Allocation had to help the GC",
  measures:
    "How long a single mark assist kept an allocating goroutine, from begin to end: marking inline as well as waiting for " +
    "work to do, which the message tells apart.",
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
    "The range contains time in which the goroutine was preempted or its thread did not run.",
    "Which goroutine has to help is partly chance: the debt is that of all allocations since the last assist.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Assists(key));
    /** Goroutines in an assist: how long they have waited in it. */
    const open = new Map<number, number>();
    watch.onRangeBegin(RangeName.gcMarkAssist, (r) => open.set(r.id, 0));
    const count = (o: { id: number; stack: number; begin: number; end: number; cut: boolean }, waited: number) => {
      const duration = o.end - o.begin;
      if (duration < limits.warn) return;
      const g = watch.goroutine(o.id);
      const group = groups.add(placeKey(watch, o.stack, g), duration, () => ({
        time: o.begin,
        duration,
        goroutine: o.id,
        ...(g && goroutineOf(g)),
        stack: o.stack,
        atLeast: o.cut,
      }));
      if (group.worst === duration) group.waited = waited;
    };
    watch.onRange(RangeName.gcMarkAssist, (r) => {
      const { id, stack, begin, end } = r;
      count({ id, stack, begin, end, cut: r.cutBegin || r.cutEnd }, open.get(r.id) ?? 0);
      open.delete(r.id);
    });
    watch.onInterval(Activity.Waiting, (i) => {
      if (i.reason !== ASSIST_WAIT) return;
      const { goroutine: id, stack, begin, end } = i;
      const waited = open.get(id);
      if (waited !== undefined) open.set(id, waited + end - begin);
      else count({ id, stack, begin, end, cut: i.cutBegin || i.cutEnd }, end - begin);
    });
    return () =>
      groups.drafts("ns", limits, (group) => {
        const waited = group.waited > 0 ? `, ${formatDuration(group.waited)} of it waiting for work` : "";
        return `${nameOf(group.occurrence)} had to help the GC mark for ${worstOf(group)}${waited}${others(group)}`;
      });
  },
});
