/** Rule GCPauseSpike: long stop-the-world pauses. */
import { Histogram } from "../../base/histogram.js";
import { formatDuration, formatNumberOf } from "../../base/units.js";
import { RangeName } from "../../exectrace/index.js";
import { Group, Groups, goroutineOf, placeKey } from "../groups.js";
import { worstOf } from "../phrases.js";
import { defineRule, isOfRecording, severityOf } from "../rule.js";

class Pauses extends Group {
  reason = "";
  readonly durations = new Histogram();
}

export const gcPauseSpike = defineRule({
  name: "GCPauseSpike",
  title: "Long stop-the-world pause",
  measures:
    "The duration of stop-the-world pauses, from the request to the restart: the time that 75% of them take at " +
    "least. Pauses of the garbage collector (sweep termination, mark termination) are separate from stops that the " +
    "program requested (read mem stats, goroutine profile, GOMAXPROCS), which are grouped by the place of the " +
    "request. Stops made by the recording itself are left out.",
  thresholds: {
    warn: { value: 5e6, unit: "ns", meaning: "time that 75% of the stops for one reason take at least" },
    error: { value: 50e6, unit: "ns", meaning: "time that 75% of the stops for one reason take at least" },
    times: { value: 8, unit: "count", meaning: "minimum number of stops for one reason" },
  },
  reason:
    "A stop takes about 50 to 200 µs, whatever the size of the heap. On a busy machine the thread that should stop " +
    "may first have to wait for a processor: some stops then take 10 ms and more, but not 75% of them. A single " +
    "stop beyond `error` is an info.",
  why: "While the world is stopped no goroutine runs: the pause delays every request in flight.",
  suggestion:
    "Look at what keeps goroutines from stopping (long loops, CPU throttling) and at how often the GC runs; move " +
    "stops that the program requests (runtime.ReadMemStats, profiles) out of the request path",
  actions: [
    "For GC pauses: allocate less, so that the GC runs less often (`go tool pprof -sample_index=alloc_space`), and raise `GOGC` or set `GOMEMLIMIT` if there is memory to spare.",
    "A pause lasts until the last goroutine has stopped. If it is long although the GC has little to do, the system probably did not run a thread: a CPU limit below `GOMAXPROCS`, or a busy machine.",
    "For `read mem stats`: use `runtime/metrics`, which does not stop the world. For `goroutine profile` and `all goroutines stack trace`: collect less often.",
    "`/sched/pauses/total/gc:seconds` of `runtime/metrics` shows whether it is a regression.",
  ],
  caveats: [
    "On a machine without a free processor the pause contains time in which the system ran something else.",
    "The range includes the time to stop all goroutines, so it is longer than the GC's own work.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Pauses(key));
    watch.onRange(RangeName.stopTheWorld, (r) => {
      const duration = r.end - r.begin;
      if (isOfRecording(r.detail)) return;
      const gc = r.detail.startsWith("GC ");
      const key = gc ? r.detail : `${r.detail} ${placeKey(watch, r.stack)}`;
      const group = groups.add(key, duration, () => {
        // Which allocation triggered the GC is chance: the finding shows the stack but names neither goroutine nor
        // site.
        const g = gc ? undefined : watch.goroutine(r.goroutine);
        const site = gc ? null : undefined;
        const atLeast = r.cutBegin || r.cutEnd;
        return { time: r.begin, duration, ...(g && goroutineOf(g)), stack: r.stack, userFrame: site, atLeast };
      });
      group.reason = r.detail;
      group.durations.record(Math.max(Math.round(duration), 0));
    });
    return () =>
      groups.drafts("ns", limits, describe, (group) => {
        const severity = group.count >= limits.times ? severityOf(group.durations.quantile(0.25), limits) : undefined;
        return severity ?? (group.worst >= limits.error ? "info" : undefined);
      });
  },
});

function describe(group: Pauses): string {
  const { reason, count, durations, occurrence } = group;
  const gc = reason.startsWith("GC ");
  const what = gc ? `GC pauses (${reason.slice(3)})` : `stop-the-world (${reason})`;
  const asker = gc ? undefined : occurrence.goroutineFunction;
  const one = gc
    ? `GC pause of ${worstOf(group)} (${reason.slice(3)})`
    : `the world was stopped for ${worstOf(group)} (${reason})`;
  const who = asker ? `, requested in ${asker}` : "";
  if (count === 1) return `${one}${who}`;
  return `75% of ${formatNumberOf(count, "stop")} took ${formatDuration(durations.quantile(0.25))} or more, ${worstOf(group)} at worst: ${what}${who}`;
}
