/** Rule Oversubscription: places that start more goroutines than can run. */
import { Activity, type GoroutineInfo } from "../../analyses/index.js";
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import { GoState } from "../../exectrace/index.js";
import { frameKey, Group, Groups } from "../groups.js";
import { type Draft, defineRule, isBackground, severityOf } from "../rule.js";

/** The goroutines that one place started. `running` and `runnable` in ns. */
class Spawned extends Group {
  goroutines = 0;
  alive = 0;
  peak = 0;
  running = 0;
  runnable = 0;
  /** Numbers of goroutines that are runnable and that run now. */
  ready = 0;
  runners = 0;
  since = 0;
  /** Time in which many of them were ready, and the time that they ran meanwhile, on all Ps together. */
  crowded = 0;
  crowdRan = 0;

  /** Counts the time up to now. @param crowd number of ready goroutines that are many */
  advance(now: number, crowd: number): void {
    if (this.ready >= crowd) {
      this.crowded += now - this.since;
      this.crowdRan += this.runners * (now - this.since);
    }
    this.since = now;
  }
}

export const oversubscription = defineRule({
  name: "Oversubscription",
  title: "More goroutines started than can run",
  measures:
    "For all goroutines started at one place of the user's own code: the time they were ready but did not run, " +
    "compared with the time they ran. It counts if many of them were ready at the same time for a good part of the " +
    "trace, and if they themselves kept the processors busy. Goroutines that wait while others use the processors " +
    "are not the cause.",
  thresholds: {
    warn: { value: 4, unit: "ratio", meaning: "time ready divided by time running" },
    error: { value: 16, unit: "ratio", meaning: "time ready divided by time running" },
    perProc: {
      value: 4,
      unit: "count",
      meaning: "goroutines ready at the same time, for each P, that count as a crowd",
    },
    share: { value: 0.25, unit: "ratio", meaning: "time with a crowd, as a share of the trace" },
    least: { value: 20e6, unit: "ns", meaning: "minimum total time with a crowd" },
    busy: {
      value: 0.5,
      unit: "ratio",
      meaning: "share of the processor time that the crowd itself must have used meanwhile",
    },
  },
  reason:
    "A burst of goroutines that is worked off within a moment is normal in Go programs. Four waiting for each P " +
    "during a quarter of the trace are more than are ever needed to keep the processors busy.",
  why:
    "Goroutines that queue for a processor all finish late, hold memory meanwhile, and delay everything else. The " +
    "cause is one `go` statement in a loop, not a slow machine.",
  suggestion:
    "Limit the goroutines started at this place: a worker pool of GOMAXPROCS, errgroup.SetLimit, or a semaphore",
  actions: [
    "Limit the loop: `errgroup.Group.SetLimit(runtime.GOMAXPROCS(0))`, a pool of workers that read a channel, or a semaphore.",
    "Combine small pieces of work into batches: starting a goroutine for each costs more than the work.",
    "If requests start them, reject load on arrival.",
  ],
  caveats: [
    "A machine whose processors are busy with other programs looks the same; ProcessorStarvation hints at that.",
    "If only the end of all work matters, as in a batch program, the queue does no harm.",
    "Goroutines from before the trace are grouped by their start function, because the place that started them is unknown.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Spawned(key));
    /** By the stack of the `go` statement, which nearly always determines what is started. */
    const byStack = new Map<number, { readonly name: string; readonly group: Spawned }>();
    /** By slot. */
    const spawned: (Spawned | undefined)[] = [];
    /** By slot: the GoState in which the goroutine is counted. */
    const state: number[] = [];
    watch.onTransition((e, g) => {
      const group = spawned[g.slot];
      if (!group) return;
      group.advance(e.time, limits.perProc * watch.procs);
      if (state[g.slot] === GoState.Runnable) group.ready--;
      else if (state[g.slot] === GoState.Running) group.runners--;
      state[g.slot] = e.to;
      if (e.to === GoState.Runnable) group.ready++;
      else if (e.to === GoState.Running) group.runners++;
    });
    watch.onGoroutineBegin((g) => {
      spawned[g.slot] = undefined;
      // Goroutines that the standard library starts are left out: users cannot bound them.
      const stack = g.createdInTrace ? g.creatorStack : g.startStack;
      const starter = watch.userFrames.of(stack);
      if (!starter || isBackground(g)) return;
      const known = byStack.get(stack);
      const group =
        known?.name === g.startFunction ? known.group : groups.get(`${frameKey(starter)} ${g.startFunction}`);
      if (!known || known.group !== group) byStack.set(stack, { name: g.startFunction, group });
      spawned[g.slot] = group;
      state[g.slot] = 0;
      group.goroutines++;
      group.peak = Math.max(group.peak, ++group.alive);
    });
    watch.onGoroutineEnd((g) => {
      const group = spawned[g.slot];
      if (group) group.alive--;
    });
    watch.onInterval(Activity.Running, (i, g) => {
      const group = spawned[g.slot];
      if (group) group.running += i.end - i.begin;
    });
    watch.onInterval(Activity.Runnable, (i, g) => {
      const group = spawned[g.slot];
      if (!group) return;
      const duration = i.end - i.begin;
      group.runnable += duration;
      if (duration <= group.worst) return;
      group.worst = duration;
      group.occurrence = occurrenceOf(g, i.begin, duration, i.cutBegin || i.cutEnd);
    });
    return () => {
      const drafts: Draft[] = [];
      for (const group of groups.values()) {
        const { running, runnable, peak, goroutines: count } = group;
        group.advance(watch.now, limits.perProc * watch.procs);
        const { crowded, crowdRan } = group;
        if (crowded < limits.least || crowded < limits.share * watch.now) continue;
        if (crowdRan < limits.busy * watch.procs * crowded) continue;
        const ratio = runnable / running;
        const severity = severityOf(ratio, limits);
        if (!severity) continue;
        const message =
          `${formatNumberOf(count, "goroutine")} of ${group.occurrence.goroutineFunction || "one place"}, up to ` +
          `${formatCount(peak)} at a time on ${watch.procs} Ps, were ready for ${formatDuration(runnable)} and ran for ` +
          `${formatDuration(running)}: ${Number(ratio.toFixed(1))} times as long`;
        const numbers = { count, worst: ratio, total: ratio, unit: "ratio" } as const;
        const { key, occurrence } = group;
        drafts.push({ key, severity, excess: ratio / limits.warn, message, ...numbers, occurrence });
      }
      return drafts;
    };
  },
});

function occurrenceOf(g: GoroutineInfo, time: number, duration: number, atLeast: boolean) {
  const stack = g.createdInTrace ? g.creatorStack : g.startStack;
  return { time, duration, goroutine: g.id, goroutineFunction: g.startFunction, stack, atLeast };
}
