/** Rule StuckGoroutines: many new goroutines that all wait at one place and do nothing. */
import { Activity } from "../../analyses/index.js";
import { place } from "../../base/place.js";
import { formatCount, formatNumberOf } from "../../base/units.js";
import { frameKey, Group, Groups, goroutineOf, Tally } from "../groups.js";
import { lasted } from "../phrases.js";
import { type Draft, defineRule, isBackground, severityOf } from "../rule.js";

class Stuck extends Group {
  reason = "";
  readonly creators = new Tally();
}

/** Reasons of waits that are expected to be long. */
const IDLE = new Set(["network", "sleep", "coroutine"]);

export const stuckGoroutines = defineRule({
  name: "StuckGoroutines",
  title: "New goroutines are stuck",
  measures:
    "Goroutines that were created during the trace and wait at its end on a channel, a select, a lock or a " +
    "condition, have waited for at least `least`, and ran for less than a hundredth of their life; by the place " +
    "where they wait.",
  thresholds: {
    warn: { value: 50, unit: "goroutines", meaning: "new goroutines stuck at one place" },
    error: { value: 500, unit: "goroutines", meaning: "new goroutines stuck at one place" },
    least: { value: 100e6, unit: "ns", meaning: "minimum time that a goroutine has waited at the end of the trace" },
  },
  reason:
    "A pool has a few workers for each processor; fifty goroutines at one place that have never done anything are " +
    "not a pool.",
  why:
    "GoroutineLeakGrowth shows what creates too many goroutines; this rule shows where they are stuck: the line " +
    "that never returns.",
  suggestion:
    "Find out what should wake them: a channel that nobody sends on or closes, a result that nobody reads, a lock " +
    "that is never released; add a context",
  actions: [
    "Waiting to send: the receiver is gone. Give the channel a buffer of one, or select on `ctx.Done()`.",
    "Waiting to receive: the sender is gone or has returned early. Close the channel in a `defer`.",
    "Waiting for a lock: the goroutine that holds it is itself waiting; look for a missing Unlock on an error path.",
    "Compare with `/debug/pprof/goroutine?debug=1` after some minutes: what is still there has leaked.",
  ],
  caveats: [
    "Workers of a pool that has just been started and has nothing to do wait in the same way.",
    "Waits for the network and sleeps are left out: idle connections are normal.",
    "Goroutines whose stack has no function of the user's are left out.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Stuck(key));
    /** By slot: how long the goroutine ran, ns. */
    const ran: number[] = [];
    let alive = 0;
    watch.onGoroutineBegin((g) => {
      ran[g.slot] = 0;
    });
    watch.onInterval(Activity.Running, (i, g) => {
      ran[g.slot] += i.end - i.begin;
    });
    watch.onInterval(Activity.Waiting, (i, g) => {
      const duration = i.end - i.begin;
      if (!i.cutEnd || !g.createdInTrace || duration < limits.least || IDLE.has(i.reason) || isBackground(g)) return;
      if (ran[g.slot] * 100 > i.end - g.begin) return;
      const site = watch.userFrames.of(i.stack);
      if (!site) return;
      const group = groups.add(`${frameKey(site)} ${i.reason}`, duration, () => ({
        time: i.begin,
        duration,
        ...goroutineOf(g),
        stack: i.stack,
        atLeast: true,
      }));
      group.reason = i.reason;
      alive = watch.alive;
      const creator = watch.userFrames.of(g.creatorStack);
      if (creator) group.creators.add(place(creator));
    });
    return () => {
      const drafts: Draft[] = [];
      for (const group of groups.values()) {
        const { key, count, occurrence, worst } = group;
        const severity = severityOf(count, limits);
        if (!severity) continue;
        const creator = group.creators.top();
        const message =
          `${formatNumberOf(count, "new goroutine")} of ${formatCount(alive)} alive wait here (${group.reason}), the first for ` +
          `${lasted(worst, true)}, and did nothing else${creator ? `; started by ${creator}` : ""}`;
        const numbers = { count, worst: count, total: count, unit: "goroutines" } as const;
        drafts.push({ key, severity, excess: count / limits.warn, message, ...numbers, occurrence });
      }
      return drafts;
    };
  },
});
