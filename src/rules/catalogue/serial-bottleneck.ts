/** Rule SerialBottleneck: one goroutine runs alone while others wait for it. */
import { Activity, type GoroutineInfo } from "../../analyses/index.js";
import { formatDuration, formatNumberOf, formatPercent } from "../../base/units.js";
import { GoState, NONE, type TraceEvent } from "../../exectrace/index.js";
import { Group, Groups, goroutineOf, nameOf } from "../groups.js";
import { type Draft, defineRule, isBackground, severityOf } from "../rule.js";

class Alone extends Group {
  /** Number of goroutines that waited meanwhile, times ns. */
  waited = 0;
  /** Total of the waits that goroutines of this function ended, ns. */
  relieved = 0;
}

/** Most creators to follow up the chain. */
const GENERATIONS = 16;
/** Share of the waits during its time alone that the goroutine must have ended itself. */
const RELIEF = 0.25;

/** Reasons of waits for other goroutines, not for the world outside. */
const FOR_OTHERS = new Set(["sync", "sync.(*Cond).Wait", "chan receive", "chan send", "select"]);

export const serialBottleneck = defineRule({
  name: "SerialBottleneck",
  title: "One goroutine runs while all others wait",
  measures:
    "The share of the trace in which goroutines of one start function ran alone: no other goroutine of the program " +
    "ran or was ready, and at least `waiters` waited for a channel, a lock or a condition, not counting those that " +
    "started it and wait for its end. They must have waited for it: it woke goroutines whose waits add up to as " +
    "much. Only with GOMAXPROCS of 2 or more.",
  thresholds: {
    warn: { value: 0.3, unit: "ratio", meaning: "time alone, as a share of the trace" },
    error: { value: 0.8, unit: "ratio", meaning: "time alone, as a share of the trace" },
    waiters: { value: 2, unit: "goroutines", meaning: "minimum number of goroutines that wait meanwhile" },
    least: { value: 50e6, unit: "ns", meaning: "minimum total time alone" },
  },
  reason:
    "If a program with several processors spends a third of its time on one of them, Amdahl's law begins to hurt.",
  why:
    "More processors do not make such a program faster (Amdahl's law): all other goroutines stand still until this " +
    "one is done.",
  suggestion:
    "Split the work of this goroutine among several, or pass on its results while it works instead of at the end",
  actions: [
    "Look in a CPU profile at what this goroutine does, and split it: by parts of the data, or as stages of a pipeline.",
    "Let the others start with the first results (a channel) instead of waiting for all of them.",
    "If it works under a lock, see LockConvoy and MutexContention for what to move out of the lock.",
  ],
  caveats: [
    "A program that has only one thing to do is serial by nature: reading its configuration, a command-line tool.",
    "Goroutines that wait for a timer or a signal in a select look as if they waited for others.",
    "Time in system calls does not count as running.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Alone(key));
    /**
     * Number of running goroutines, and the sum of their ids: if one runs, the sum is its id. Number of runnable ones.
     */
    let [running, runningIds, ready] = [0, 0, 0];
    let waiters = 0;
    /** By slot: the GoState in which a goroutine of the program is counted; 0: not counted. */
    const counted: number[] = [];
    let since = -1;
    let alone: GoroutineInfo | undefined;

    const begin = (time: number) => {
      if (waiters < limits.waiters || watch.procs < 2) return;
      alone = watch.goroutine(runningIds);
      if (alone && waiters - waitingParents(alone) < limits.waiters) alone = undefined;
      since = alone ? time : -1;
    };
    /** Number of goroutines up the chain of creators that wait: they wait for the goroutine's end. */
    const waitingParents = (g: GoroutineInfo): number => {
      let count = 0;
      let parent = watch.goroutine(g.creator);
      for (let n = 0; parent && n < GENERATIONS; n++) {
        if (counted[parent.slot] === GoState.Waiting) count++;
        parent = watch.goroutine(parent.creator);
      }
      return count;
    };
    watch.onInterval(Activity.Waiting, (i, g) => {
      if (i.waker === NONE || isBackground(g) || !(i.cutBegin || FOR_OTHERS.has(i.reason))) return;
      const waker = watch.goroutine(i.waker);
      // A goroutine that waits for one that it started is a caller.
      if (waker && waker.creator !== g.id) groups.get(waker.startFunction).relieved += i.end - i.begin;
    });
    const end = (e: { time: number; id?: number; transitionStack?: number }) => {
      if (!alone) return;
      const [g, duration, time] = [alone, e.time - since, since];
      since = -1;
      alone = undefined;
      const stack = e.id === g.id ? (e.transitionStack ?? 0) : 0;
      const group = groups.add(g.startFunction, duration, () => ({ time, duration, ...goroutineOf(g), stack }));
      group.waited += waiters * duration;
      // Most stretches end with a stack; if the worst one does not, a later stack stands in.
      if (stack !== 0 && group.occurrence.stack === 0) group.occurrence = { ...group.occurrence, stack };
    };
    const leave = (g: GoroutineInfo) => {
      const state = counted[g.slot];
      if (!state) return;
      counted[g.slot] = 0;
      if (state === GoState.Running) {
        running--;
        runningIds -= g.id;
      } else if (state === GoState.Runnable) ready--;
      else waiters--;
    };
    const enter = (e: TraceEvent, g: GoroutineInfo) => {
      if (e.to === GoState.Running) {
        running++;
        runningIds += g.id;
      } else if (e.to === GoState.Runnable) ready++;
      else if (e.to === GoState.Waiting && (e.from === GoState.Undetermined || FOR_OTHERS.has(e.reason))) waiters++;
      else return;
      counted[g.slot] = e.to;
    };
    watch.onTransition((e, g) => {
      if (since >= 0) end(e);
      leave(g);
      if (e.to !== GoState.NotExist && !isBackground(g)) enter(e, g);
      if (running === 1 && ready === 0) begin(e.time);
    });
    return () => {
      end({ time: watch.now });
      const drafts: Draft[] = [];
      for (const group of groups.values()) {
        const share = group.total / Math.max(watch.now, 1);
        const severity = group.total >= limits.least ? severityOf(share, limits) : undefined;
        if (!severity || group.relieved < RELIEF * limits.waiters * group.total) continue;
        const { key, count, occurrence } = group;
        const others = Math.round(group.waited / group.total);
        const message =
          `${nameOf(occurrence)} ran alone during ${formatPercent(group.total, watch.now)} of the trace ` +
          `(${formatDuration(group.total)}) while ${formatNumberOf(others, "goroutine")} waited for others`;
        const numbers = { count, worst: share, total: share, unit: "ratio" } as const;
        drafts.push({ key, severity, excess: share / limits.warn, message, ...numbers, occurrence });
      }
      return drafts;
    };
  },
});
