/** HighSchedulingLatency: goroutines that were ready and did not run. */
import { Activity } from "../../analyses/index.js";
import { goroutineOf, nameOf, placeKey, plainGroups, wakerOf } from "../groups.js";
import { others, worstOf } from "../phrases.js";
import { defineRule, isBackground } from "../rule.js";

export const highSchedulingLatency = defineRule({
  name: "HighSchedulingLatency",
  title: "Ready goroutine waited for a processor",
  measures:
    "How long a goroutine was runnable before it ran, by the place where it had stopped (for a new goroutine: by its " +
    "start function). Goroutines of the runtime, and those of which no stack is known, are left out.",
  thresholds: {
    warn: { value: 1e6, unit: "ns", meaning: "a single wait from runnable to running" },
    error: { value: 10e6, unit: "ns", meaning: "a single wait from runnable to running" },
  },
  why: "The wait is pure delay: what the goroutine waited for is there, only no P takes it up.",
  suggestion:
    "Bound how many goroutines compute at the same time, break up long loops, and check the CPU limit against GOMAXPROCS",
  actions: [
    "Bound the number of goroutines that compute at the same time (a worker pool, `errgroup.SetLimit`).",
    "Look for goroutines that run for many milliseconds without blocking: the scheduler preempts them only every 10 ms.",
    "In a container compare the CPU limit with `GOMAXPROCS` (Go 1.25 does so itself): with more Ps than processors threads are throttled.",
    "During a GC a quarter of the processors marks; see GCAssist and StopTheWorldShare if the waits coincide with it.",
  ],
  caveats: [
    "A busy machine makes a program look slow to schedule: the P is there, but its thread does not run.",
    "Batch programs that keep all processors busy on purpose wait in the queue by design; raise the threshold there.",
  ],
  start(watch, limits) {
    const groups = plainGroups();
    watch.onInterval(Activity.Runnable, (i, g) => {
      const duration = i.end - i.begin;
      if (duration < limits.warn || isBackground(g)) return;
      const key = placeKey(watch, i.stack, g);
      if (key === "") return;
      groups.add(key, duration, () => ({
        time: i.begin,
        duration,
        ...goroutineOf(g),
        stack: i.stack,
        ...wakerOf(watch, i),
        atLeast: i.cutBegin || i.cutEnd,
      }));
    });
    return () =>
      groups.drafts(
        "ns",
        limits,
        (group) => `${nameOf(group.occurrence)} was ready for ${worstOf(group)} before it ran${others(group)}`,
      );
  },
});
