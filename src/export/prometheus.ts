/**
 * What followed processes did so far, in the text format of Prometheus.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import { printable } from "../base/printable.js";
import type { FunctionNow, Snapshot } from "../follow/index.js";

interface Sum {
  calls: number;
  panics: number;
  self: number;
  total: number;
  duration: number;
  /** The latest window in which calls ended. */
  latest: FunctionNow;
}

/** Sums of windows by function. Memory: the functions. */
export class Metrics {
  private readonly sums = new Map<string, Sum>();
  private events = 0;
  private snapshot: Snapshot | undefined;

  add(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    for (const { events } of snapshot.processes) this.events += events;
    for (const now of snapshot.functions) {
      const sum = this.sums.get(now.name) ?? { calls: 0, panics: 0, self: 0, total: 0, duration: 0, latest: now };
      this.sums.set(now.name, sum);
      sum.calls += now.calls;
      sum.panics += now.panics;
      sum.self += now.self;
      sum.total += now.total;
      sum.duration += now.duration;
      if (now.calls > 0) sum.latest = now;
    }
  }

  /** All metrics; times in seconds. Quantiles are those of the latest window in which calls ended. */
  text(): string {
    const { snapshot, events } = this;
    const sums = [...this.sums];
    const each = (value: (sum: Sum) => number) =>
      sums.map(([name, sum]) => [label("function", name), value(sum)] as const);
    const families = [
      family(
        "gotrace_calls_total",
        "counter",
        "Calls that ended.",
        each(({ calls }) => calls),
      ),
      family(
        "gotrace_panics_total",
        "counter",
        "Calls that ended by a panic.",
        each(({ panics }) => panics),
      ),
      family(
        "gotrace_self_seconds_total",
        "counter",
        "Time in calls, without callees.",
        each(({ self }) => seconds(self)),
      ),
      family(
        "gotrace_total_seconds_total",
        "counter",
        "Time in calls, with callees.",
        each(({ total }) => seconds(total)),
      ),
      family("gotrace_call_duration_seconds", "summary", "Durations of calls.", sums.flatMap(durationsOf)),
      ...(snapshot === undefined ? [] : inFlight(snapshot)),
      family("gotrace_events_total", "counter", "Recorded events.", [["", events]]),
      family("gotrace_processes", "gauge", "Traced processes that run.", [
        ["", snapshot?.processes.filter(({ hasEnded }) => !hasEnded).length ?? 0],
      ]),
    ];
    return families.join("");
  }
}

type Sample = readonly [labelsOrSuffix: string, value: number];

function family(name: string, type: "counter" | "gauge" | "summary", help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function durationsOf([name, { latest, calls, duration }]: readonly [string, Sum]): Sample[] {
  if (calls === 0) return [];
  const quantile = (q: string, value: number | undefined): Sample => [
    label("function", name, `,quantile="${q}"`),
    seconds(value ?? 0),
  ];
  return [
    quantile("0.5", latest.p50),
    quantile("0.99", latest.p99),
    quantile("1", latest.max),
    [`_sum${label("function", name)}`, seconds(duration)],
    [`_count${label("function", name)}`, calls],
  ];
}

/** Open calls by the outermost function whose calls return. */
function inFlight({ inFlight: paths }: Snapshot): string[] {
  const open = new Map<string, { count: number; age: number }>();
  for (const { path, count, age, returns } of paths) {
    const [name] = path;
    if (name === undefined || !returns) continue;
    const sum = open.get(name);
    open.set(name, { count: (sum?.count ?? 0) + count, age: Math.max(sum?.age ?? 0, age) });
  }
  const each = (value: (one: { count: number; age: number }) => number) =>
    [...open].map(([name, one]) => [label("function", name), value(one)] as const);
  return [
    family(
      "gotrace_calls_in_flight",
      "gauge",
      "Open calls.",
      each(({ count }) => count),
    ),
    family(
      "gotrace_oldest_call_seconds",
      "gauge",
      "Age of the oldest open call.",
      each(({ age }) => seconds(age)),
    ),
  ];
}

function label(name: string, value: string, more = ""): string {
  const escaped = printable(value).replace(/\\/g, "\\\\").replace(/"/g, '\\"');
  return `{${name}="${escaped}"${more}}`;
}

const seconds = (ns: number) => Math.round(ns) / 1e9;
