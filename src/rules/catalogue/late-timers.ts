/** Rule LateTimers: sleeps and timeouts that end late because every P was busy. */
import { Activity } from "../../analyses/index.js";
import { formatCount, formatDuration, formatPercent } from "../../base/units.js";
import { EventKind, GoState, NONE, ProcState, ResourceKind } from "../../exectrace/index.js";
import { Group, Groups, goroutineOf, nameOf, placeKey, Tally } from "../groups.js";
import { type Draft, defineRule, isBackground, severityOf } from "../rule.js";

/** The waits for timers at one place. */
class Timers extends Group {
  waits = 0;
  waited = 0;
  readonly runners = new Tally();
}

/** Waits that a timer may end. */
const REASONS = new Set(["sleep", "select", "chan receive"]);
/** A timer was delayed by a stretch without timer checks if it fires within this time (ns) after it. */
const SOON = 0.5e6;

export const lateTimers = defineRule({
  name: "LateTimers",
  title: "Timers fire late",
  measures:
    "For waits that a timer ended (`time.Sleep`, `time.After`, tickers): whether the timer fired right after a " +
    "stretch in which all Ps ran without checking timers, which they do when they switch goroutines. Such a timer " +
    "is late by at most the whole stretch, and never by more than its own wait. The rule compares the mean lateness " +
    "at one place, how often it happens, and its share of all time waited for timers there.",
  thresholds: {
    warn: { value: 10e6, unit: "ns", meaning: "mean lateness at one place" },
    error: { value: 100e6, unit: "ns", meaning: "mean lateness at one place" },
    times: { value: 5, unit: "count", meaning: "minimum number of late timers at one place" },
    share: { value: 0.5, unit: "ratio", meaning: "lateness as a share of all time waited for timers there" },
    least: { value: 5e6, unit: "ns", meaning: "minimum length of a stretch" },
  },
  reason:
    "Go preempts a goroutine after 10 ms; until then a busy P does not check timers. For a timer of one second, 10 " +
    "ms of lateness does not matter; a sleep of one millisecond that takes twenty is not what its author intended.",
  why:
    "Timeouts, retries, tickers and rate limits are only as precise as the scheduler: with all Ps computing, a " +
    "sleep of 1 ms takes 10 to 20 ms.",
  suggestion:
    "Leave a P free: limit the goroutines that compute, let long loops yield (runtime.Gosched), or check GOMAXPROCS",
  actions: [
    "Limit the goroutines that compute to one less than GOMAXPROCS if something else has to be on time.",
    "Call `runtime.Gosched` every few hundred microseconds in long loops.",
    "In a container with one processor, expect steps of 10 ms; do not rely on shorter sleeps.",
  ],
  caveats: [
    "A trace does not contain the time a timer was set for: each lateness is an upper bound, and only repeated lateness is reported.",
    "On a machine that is busy with other programs, stretches are longer because the threads themselves do not run.",
  ],
  start(watch, limits) {
    const groups = new Groups((key) => new Timers(key));
    const idle = new Set<number>();
    /** Time of the latest change of a goroutine or a P, and the latest long stretch without one. */
    let last = 0;
    let stretch = { begin: 0, end: -SOON, runner: "" };
    /** Notes a change. @param runner start function of the goroutine that stopped; "" if none did */
    const point = (time: number, runner: string) => {
      if (time - last >= limits.least && [...idle].every((id) => id >= watch.procs)) {
        stretch = { begin: last, end: time, runner };
      }
      last = time;
    };
    watch.onEvent(EventKind.StateTransition, (e) => {
      if (e.resource !== ResourceKind.Proc || e.from === e.to) return;
      point(e.time, "");
      if (e.to === ProcState.Idle) idle.add(e.id);
      else idle.delete(e.id);
    });
    // onInterval, not onTransition: a wait is reported before the transition that ends it, and the stretch before it
    // must be known by then.
    watch.onInterval(Activity.Running, (i, g) => point(i.end, g.startFunction));
    watch.onInterval(Activity.Waiting, (i, g) => {
      if (!REASONS.has(i.reason) || i.waker !== NONE || i.cutEnd || i.cutBegin || isBackground(g)) return;
      const key = `${placeKey(watch, i.stack, g)} ${i.reason}`;
      const group = groups.get(key);
      const duration = i.end - i.begin;
      group.waits++;
      group.waited += duration;
      if (i.end - stretch.end > SOON) return;
      const late = Math.min(stretch.end, i.end) - Math.max(stretch.begin, i.begin);
      if (late < limits.least) return;
      groups.add(key, late, () => ({ time: i.begin, duration, ...goroutineOf(g), stack: i.stack }));
      if (stretch.runner) group.runners.add(stretch.runner, late);
    });
    watch.onTransition((e) => {
      if (e.to === GoState.Running) last = e.time;
    });
    return () => {
      const drafts: Draft[] = [];
      for (const group of groups.values()) {
        const { key, count, total, worst, waited, waits, occurrence } = group;
        if (count < limits.times || total < limits.share * waited) continue;
        const mean = total / count;
        const severity = severityOf(mean, limits);
        if (!severity) continue;
        const runner = group.runners.top();
        const message =
          `${nameOf(occurrence)} woke late ${formatCount(count)} of ${formatCount(waits)} times: by up to ${formatDuration(worst)}, ` +
          `${formatDuration(mean)} on average, ${formatPercent(total, waited)} of what it waited for timers here` +
          `${runner ? `; ${runner} kept all Ps busy` : ""}`;
        drafts.push({
          key,
          severity,
          excess: mean / limits.warn,
          message,
          count,
          worst,
          total,
          unit: "ns",
          occurrence,
        });
      }
      return drafts;
    };
  },
});
