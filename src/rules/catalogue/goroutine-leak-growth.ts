/** Rule GoroutineLeakGrowth: places that create more goroutines than end. */
import type { GoroutineInfo } from "../../analyses/index.js";
import { place } from "../../base/place.js";
import { formatCount, formatNumberOf, formatPercent } from "../../base/units.js";
import { placeKey } from "../groups.js";
import { type Draft, defineRule, isBackground, type Occurrence, type Watch } from "../rule.js";

/** Goroutines created at one place with one start function. */
interface Creations {
  readonly key: string;
  readonly startFunction: string;
  readonly stack: number;
  readonly first: number;
  created: number;
  ended: number;
}

export const goroutineLeakGrowth = defineRule({
  name: "GoroutineLeakGrowth",
  title: "More goroutines are created than end",
  measures:
    "Goroutines created during the trace minus goroutines that ended, by the place that creates them. Goroutines " +
    "from before the trace that ended are set off against new ones with the same start function. The growth is " +
    "compared as a number and as a share of the goroutines that existed at the start.",
  thresholds: {
    warn: { value: 100, unit: "goroutines", meaning: "net growth" },
    error: { value: 500, unit: "goroutines", meaning: "net growth" },
    warnRatio: { value: 0.25, unit: "ratio", meaning: "net growth as a share of the goroutines at the start" },
    errorRatio: { value: 1, unit: "ratio", meaning: "net growth as a share of the goroutines at the start" },
    least: {
      value: 100,
      unit: "goroutines",
      meaning: "minimum number of goroutines at the start for the ratios to count",
    },
  },
  reason:
    "Pools, servers and tests start a few dozen goroutines at the beginning and keep them. Compared with the " +
    "handful of goroutines of a program that has just started, every share is large, so the share counts only if " +
    "there were many goroutines at the start.",
  why:
    "Goroutines that never end keep their stacks and everything those refer to. Growth that continues runs out of " +
    "memory.",
  suggestion:
    "Give every goroutine a way to end: a context that is cancelled, a channel that is closed; limit how many are " +
    "started",
  actions: [
    "Look at the place that grows, and at StuckGoroutines for where these goroutines wait now.",
    "Pass a context and select on `ctx.Done()`; close channels that others range over; buffer a channel whose reader may be gone.",
    "Compare two goroutine profiles some minutes apart (`/debug/pprof/goroutine?debug=1`).",
    "In tests, `go.uber.org/goleak` finds goroutines that survive.",
  ],
  caveats: [
    "A trace is short: a program that has just started, or whose load has just begun, grows without a leak.",
    "Slow leaks stay below the thresholds; compare the goroutine counts of two traces.",
    "Goroutines from before the trace are not attributed to a place.",
  ],
  start(watch, limits) {
    const places = new Map<string, Creations>();
    /** By the creator's stack, which nearly always determines what is started. */
    const byStack = new Map<number, Creations>();
    const placeOf = (g: GoroutineInfo) => {
      const known = byStack.get(g.creatorStack);
      if (known?.startFunction === g.startFunction) return known;
      const key = `${placeKey(watch, g.creatorStack)} ${g.startFunction}`;
      let creations = places.get(key);
      if (!creations) {
        const { startFunction, creatorStack: stack, begin: first } = g;
        creations = { key, startFunction, stack, first, created: 0, ended: 0 };
        places.set(key, creations);
      }
      byStack.set(g.creatorStack, creations);
      return creations;
    };
    let atStart = 0;
    const oldEnded = new Map<string, number>();
    watch.onGoroutineBegin((g) => {
      if (!g.createdInTrace) atStart++;
      else if (!isBackground(g)) placeOf(g).created++;
    });
    watch.onGoroutineEnd((g) => {
      if (!g.endedInTrace || isBackground(g)) return;
      if (g.createdInTrace) placeOf(g).ended++;
      else oldEnded.set(g.startFunction, (oldEnded.get(g.startFunction) ?? 0) + 1);
    });
    const severity = (growth: number): "warn" | "error" | undefined => {
      const share = atStart >= limits.least ? growth / atStart : 0;
      if (growth >= limits.error || share >= limits.errorRatio) return "error";
      return growth >= limits.warn || share >= limits.warnRatio ? "warn" : undefined;
    };
    return () => {
      const growing = [...places.values()]
        .map((creations) => {
          const replaced = Math.min(oldEnded.get(creations.startFunction) ?? 0, creations.created - creations.ended);
          oldEnded.set(creations.startFunction, (oldEnded.get(creations.startFunction) ?? 0) - replaced);
          return { ...creations, growth: creations.created - creations.ended - replaced };
        })
        .filter((one) => one.growth > 0)
        .sort((a, b) => b.growth - a.growth);
      const drafts: Draft[] = [];
      const add = (key: string, growth: number, message: string, occurrence: Occurrence, grade = severity(growth)) => {
        if (!grade) return;
        const excess = Math.max(growth / limits.warn, atStart > 0 ? growth / atStart / limits.warnRatio : 0);
        const numbers = { count: growth, worst: growth, total: growth, unit: "goroutines" } as const;
        drafts.push({ key, severity: grade, excess, message, ...numbers, occurrence });
      };
      const baseline = `${formatNumberOf(atStart, "goroutine")} at the start`;
      for (const one of growing) {
        const message =
          `${formatNumberOf(one.growth, "goroutine")} of ${one.startFunction || "an unknown function"} more than at the start: ` +
          `${formatCount(one.created)} created here, ${formatCount(one.ended)} of them ended (${baseline})`;
        add(one.key, one.growth, message, occurrenceOf(watch, one));
      }
      const total = growing.reduce((sum, one) => sum + one.growth, 0) - sum(oldEnded.values());
      if (drafts.length === 0 && growing.length > 0) {
        const names = growing.slice(0, 3).map((one) => `${formatCount(one.growth)} ${where(watch, one)}`);
        const message = `${formatNumberOf(total, "goroutine")} (${formatPercent(total, atStart)}) more than the ${baseline}, from many places: ${names.join(", ")}`;
        add("many places", total, message, { time: 0, duration: watch.now, userFrame: null });
      }
      return drafts;
    };
  },
});

function occurrenceOf(watch: Watch, one: Creations): Occurrence {
  return {
    time: one.first,
    duration: watch.now - one.first,
    goroutineFunction: one.startFunction || undefined,
    stack: one.stack,
  };
}

function where(watch: Watch, one: Creations): string {
  const site = watch.userFrames.of(one.stack);
  return site ? `from ${place(site)}` : `of ${one.startFunction}`;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
