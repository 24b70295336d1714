/** The measures of a trace that budgets can limit, such as `sched.p99`. */
import { Activity, Locks } from "../analyses/index.js";
import { Histogram } from "../base/histogram.js";
import { EventKind, MetricName, RangeName } from "../exectrace/index.js";
import type { Unit } from "./finding.js";
import { isBackground, isOfRecording, type Watch } from "./rule.js";

/** Families of durations, and what one duration of each is. */
export const families = {
  sched: "a goroutine was ready but did not run",
  "gc.pause": "a stop-the-world pause of the GC",
  stw: "a stop-the-world pause for any reason except the recording",
  assist: "a mark assist",
  syscall: "a system call",
  mutex: "a wait for a lock",
  network: "a wait for the network",
} as const;
type Family = keyof typeof families;

/** Statistics of each family. */
const statistics: Readonly<Record<string, { readonly unit: Unit; readonly of: (h: Histogram) => number }>> = {
  p50: { unit: "ns", of: (h) => quantile(h, 0.5) },
  p90: { unit: "ns", of: (h) => quantile(h, 0.9) },
  p95: { unit: "ns", of: (h) => quantile(h, 0.95) },
  p99: { unit: "ns", of: (h) => quantile(h, 0.99) },
  "p99.9": { unit: "ns", of: (h) => quantile(h, 0.999) },
  mean: { unit: "ns", of: (h) => (h.count > 0 ? h.mean : Number.NaN) },
  max: { unit: "ns", of: (h) => quantile(h, 1) },
  total: { unit: "ns", of: (h) => h.sum },
  count: { unit: "count", of: (h) => h.count },
};

/** Single numbers, and what they mean. */
const scalars = {
  "goroutines.max": { unit: "goroutines", what: "the most goroutines at the same time, without the runtime's" },
  "goroutines.start": { unit: "goroutines", what: "goroutines at the start" },
  "goroutines.end": { unit: "goroutines", what: "goroutines at the end" },
  "goroutines.growth": { unit: "goroutines", what: "goroutines at the end minus those at the start" },
  "heap.max": { unit: "bytes", what: "the largest heap, garbage included" },
  "heap.live": { unit: "bytes", what: "the heap after the last GC cycle" },
  "gc.cycles": { unit: "count", what: "GC cycles that ended" },
  "stw.share": { unit: "ratio", what: "stopped time, as a share of the trace" },
} as const satisfies Record<string, { unit: Unit; what: string }>;
type Scalar = keyof typeof scalars;

/** A number of a trace by name. */
export interface Measure {
  readonly name: string;
  readonly unit: Unit;
  readonly what: string;
}

/** All measures: `sched.p99`, `gc.pause.max`, `heap.max`, … */
export const measures: readonly Measure[] = [
  ...Object.entries(families).flatMap(([family, what]) =>
    Object.entries(statistics).map(([name, { unit }]) => ({ name: `${family}.${name}`, unit, what })),
  ),
  ...Object.entries(scalars).map(([name, { unit, what }]) => ({ name, unit, what })),
];

function quantile(h: Histogram, q: number): number {
  return h.count > 0 ? h.quantile(q) : Number.NaN;
}

/**
 * Subscribes to a trace to take all measures.
 *
 * @returns call it at the trace's end: the value of a measure by name, NaN if there was nothing to measure
 */
export function takeMeasures(watch: Watch): (name: string) => number {
  const histograms = Object.fromEntries(Object.keys(families).map((name) => [name, new Histogram()])) as Record<
    Family,
    Histogram
  >;
  const locks = new Locks(watch.stacks);
  watch.onInterval(Activity.Runnable, (i, g) => {
    if (!isBackground(g)) histograms.sched.record(i.end - i.begin);
  });
  watch.onInterval(Activity.Syscall, (i, g) => {
    if (!isBackground(g)) histograms.syscall.record(i.end - i.begin);
  });
  watch.onInterval(Activity.Waiting, (i, g) => {
    if (i.reason === "network") histograms.network.record(i.end - i.begin);
    else if (locks.isLockWait(i) && !isBackground(g)) histograms.mutex.record(i.end - i.begin);
  });
  watch.onRange(RangeName.stopTheWorld, (r) => {
    if (isOfRecording(r.detail)) return;
    histograms.stw.record(r.end - r.begin);
    if (r.detail.startsWith("GC ")) histograms["gc.pause"].record(r.end - r.begin);
  });
  watch.onRange(RangeName.gcMarkAssist, (r) => histograms.assist.record(r.end - r.begin));

  let [alive, most, atStart] = [0, 0, 0];
  watch.onGoroutineBegin((g) => {
    if (isBackground(g)) return;
    if (!g.createdInTrace) atStart++;
    most = Math.max(most, ++alive);
  });
  watch.onGoroutineEnd((g) => {
    if (!isBackground(g) && g.endedInTrace) alive--;
  });
  let [heap, largest, live, cycles] = [Number.NaN, Number.NaN, Number.NaN, 0];
  watch.onEvent(EventKind.Metric, (e) => {
    if (e.name !== MetricName.heapLive) return;
    heap = e.value;
    if (!(heap <= largest)) largest = heap;
  });
  watch.onRange(RangeName.gcMark, (r) => {
    if (r.cutEnd) return;
    cycles++;
    live = heap;
  });
  const scalar: Record<Scalar, () => number> = {
    "goroutines.max": () => most,
    "goroutines.start": () => atStart,
    "goroutines.end": () => alive,
    "goroutines.growth": () => alive - atStart,
    "heap.max": () => largest,
    "heap.live": () => live,
    "gc.cycles": () => cycles,
    "stw.share": () => (watch.now > 0 ? histograms.stw.sum / watch.now : 0),
  };
  return (name) => {
    if (name in scalar) return scalar[name as Scalar]();
    const family = Object.keys(families).find((one) => name.startsWith(`${one}.`)) as Family;
    return statistics[name.slice(family.length + 1)].of(histograms[family]);
  };
}
