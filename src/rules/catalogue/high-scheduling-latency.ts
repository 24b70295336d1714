/** Rule HighSchedulingLatency: goroutines that were woken and did not run for long. */
import { Activity } from "../../analyses/index.js";
import { Histogram } from "../../base/histogram.js";
import { place } from "../../base/place.js";
import { formatCount, formatDuration, formatPercent } from "../../base/units.js";
import { goroutineOf, placeKey, plainGroups, wakerOf } from "../groups.js";
import { type Draft, defineRule, isBackground, severityOf } from "../rule.js";

/** A goroutine that was preempted or yielded has had its turn: its wait is the cost of sharing, not a delay. */
const TURNS = /^(preempted|runtime\.Gosched|runtime\.GoSched|GC |yield)/i;

export const highSchedulingLatency = defineRule({
  name: "HighSchedulingLatency",
  title: "Ready goroutines wait for a processor",
  measures:
    "How long goroutines of the program that were woken or created waited until they ran: the 99th percentile of " +
    "all these waits. It counts if such waits recur (`times` of at least `warn`) and if waiting is a `share` of all " +
    "the time in which these goroutines waited or ran. Goroutines that were preempted or yielded do not count, nor " +
    "do those of the runtime and those without any known stack.",
  thresholds: {
    warn: { value: 20e6, unit: "ns", meaning: "99th percentile of the waits from runnable to running" },
    error: { value: 100e6, unit: "ns", meaning: "99th percentile of the waits from runnable to running" },
    times: { value: 5, unit: "count", meaning: "minimum number of waits of at least `warn`" },
    share: { value: 0.2, unit: "ratio", meaning: "time waiting, as a share of the time waiting and running" },
  },
  reason:
    "Go lets a goroutine run for 10 ms before preempting it. Waits of two such time slices mean a queue on all Ps. " +
    "The time slices of the operating system are about 3 ms, so a program that shares its two processors with " +
    "others has single waits of 10 ms and more, but not often enough to move the 99th percentile and the share.",
  why: "The wait is pure delay: what the goroutine waited for is there, but no P runs it.",
  suggestion:
    "Limit how many goroutines compute at the same time, break up long loops, and check the CPU limit against " +
    "GOMAXPROCS",
  actions: [
    "Limit the number of goroutines that compute at the same time (a worker pool, `errgroup.SetLimit`).",
    "Look for goroutines that run for many milliseconds without blocking: the scheduler preempts them only every 10 ms.",
    "In a container, compare the CPU limit with `GOMAXPROCS` (Go 1.25 does so by default): with more Ps than processors, threads are throttled.",
    "During a GC a quarter of the processors marks; see GCAssist and StopTheWorldShare if the waits coincide with it.",
  ],
  caveats: [
    "An overloaded machine makes a program look slow to schedule: the P is there, but its thread does not run.",
    "Batch programs that deliberately start much at once wait in the queue by design; raise the threshold there.",
    "A few late goroutines among very many quick ones do not move the percentile; set a budget on `sched.p99.9` for them.",
  ],
  start(watch, limits) {
    const groups = plainGroups();
    const waits = new Histogram();
    let [running, late] = [0, 0];
    watch.onInterval(Activity.Running, (i, g) => {
      if (!isBackground(g)) running += i.end - i.begin;
    });
    watch.onInterval(Activity.Runnable, (i, g) => {
      if (isBackground(g) || TURNS.test(i.reason)) return;
      const key = placeKey(watch, i.stack, g);
      if (key === "") return;
      const duration = i.end - i.begin;
      waits.record(Math.max(Math.round(duration), 0));
      if (duration < limits.warn) return;
      late++;
      groups.add(key, duration, () => ({
        time: i.begin,
        duration,
        ...goroutineOf(g),
        stack: i.stack,
        ...wakerOf(watch, i),
        atLeast: i.cutBegin || i.cutEnd,
      }));
    });
    return (): Draft[] => {
      const most = [...groups.values()].sort((a, b) => b.total - a.total)[0];
      if (!most || late < limits.times || waits.sum < limits.share * (waits.sum + running)) return [];
      const value = waits.quantile(0.99);
      const severity = severityOf(value, limits);
      if (!severity) return [];
      const { occurrence } = most;
      const site = watch.userFrames.of(occurrence.stack ?? 0);
      const where = site ? place(site) : occurrence.goroutineFunction;
      const message =
        `1% of the goroutines that could run waited for ${formatDuration(value)} or more: ${formatCount(late)} of ` +
        `${formatCount(waits.count)} for at least ${formatDuration(limits.warn)}, ${formatDuration(waits.max)} at worst; waiting was ` +
        `${formatPercent(waits.sum, waits.sum + running)} of their time${where ? `, most of it at ${where}` : ""}`;
      const numbers = { count: late, worst: value, total: waits.sum, unit: "ns" } as const;
      return [{ key: "", severity, excess: value / limits.warn, message, ...numbers, occurrence }];
    };
  },
});
