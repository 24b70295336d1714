import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Activity, ChartCollector, Intervals, type TraceCharts, type WindowRequest } from "../../src/analyses/index.js";
import { EventKind, TraceReader } from "../../src/exectrace/index.js";
import { feedAll, readerOf, traceNames } from "./traces.js";

function chartsOf(name: string, requests: readonly WindowRequest[] = []): TraceCharts {
  const reader = readerOf(name);
  const collector = new ChartCollector(reader, requests);
  feedAll(reader, (e) => collector.feed(e));
  return collector.finish();
}

interface Stay {
  readonly goroutine: number;
  readonly activity: number;
  readonly begin: number;
  readonly end: number;
  readonly proc: number;
}

function stays(name: string): Stay[] {
  const reader = readerOf(name);
  const intervals = new Intervals(reader);
  const found: Stay[] = [];
  intervals.onInterval(({ goroutine, activity, begin, end, proc }) =>
    found.push({ goroutine, activity, begin, end, proc }),
  );
  feedAll(reader, (e) => intervals.feed(e));
  intervals.finish();
  return found;
}

const integral = ({ step, values }: { step: number; values: readonly number[] }, duration: number) =>
  values.reduce((sum, value, i) => sum + value * Math.min(step, duration - i * step), 0);

test.each(traceNames)("%s: curves add up to what goroutines did, in at most 1024 buckets", (name) => {
  const charts = chartsOf(name);
  const ran = stays(name)
    .filter((stay) => stay.activity === Activity.Running)
    .reduce((sum, stay) => sum + stay.end - stay.begin, 0);
  const { duration, procsRunning, procsGc } = charts;
  expect(integral(procsRunning, duration) + integral(procsGc, duration)).toBeCloseTo(ran, -1);
  for (const [i, all] of charts.goroutines.values.entries()) {
    expect(all + 1e-6).toBeGreaterThanOrEqual(charts.runnable.values[i]! + charts.waiting.values[i]!);
  }
  const series = [charts.heapLive, charts.heapGoal, procsRunning, procsGc, charts.procsSyscall, charts.waiting];
  for (const { step, values } of series) {
    expect(step).toBe(procsRunning.step);
    expect(values.length).toBe(Math.ceil(duration / step));
    expect(values.length).toBeLessThanOrEqual(1024);
  }
});

test("phases are the mark phases and pauses of the trace", () => {
  const bytes = gunzipSync(readFileSync(resolve(import.meta.dirname, "../../testdata/rules/GCAssist/fires.trace.gz")));
  const reader = new TraceReader([bytes]);
  const collector = new ChartCollector(reader, []);
  let marks = 0;
  let pauses = 0;
  feedAll(reader, (e) => {
    collector.feed(e);
    if (e.kind !== EventKind.RangeBegin) return;
    if (e.name === "GC concurrent mark phase") marks++;
    if (e.name.startsWith("stop-the-world")) pauses++;
  });
  const { phases, omittedPhases } = collector.finish();
  expect(omittedPhases).toBe(0);
  expect(phases.filter((phase) => phase.name === "GC")).toHaveLength(marks);
  expect(phases.filter((phase) => phase.name !== "GC")).toHaveLength(pauses);
  expect(marks * pauses).toBeGreaterThan(0);
});

test("a close-up that is long against its intervals, and one that is short", () => {
  const name = "go1.26-workload";
  const { duration } = chartsOf(name);
  const all = stays(name);
  // The longest interval in which something ran.
  const longest = all
    .filter((stay) => stay.activity === Activity.Running)
    .reduce((most, stay) => (stay.end - stay.begin > most.end - most.begin ? stay : most));
  const requests = [
    { begin: 0, end: duration, goroutines: [longest.goroutine] },
    { begin: longest.begin, end: Math.floor((longest.begin + longest.end) / 2), goroutines: [longest.goroutine] },
    { begin: duration, end: duration, goroutines: [] },
  ];
  const [whole, half, empty] = chartsOf(name, requests).windows;
  for (const [window, request] of [
    [whole!, requests[0]!],
    [half!, requests[1]!],
  ] as const) {
    expect(window.lanes[0]).toMatchObject({ kind: "goroutine", id: longest.goroutine });
    for (const lane of window.lanes) {
      expect(lane.intervals.length).toBeLessThanOrEqual(1201);
      for (const [i, { begin, end }] of lane.intervals.entries()) {
        expect(begin).toBeGreaterThanOrEqual(request.begin);
        expect(end).toBeLessThanOrEqual(request.end);
        expect(end).toBeGreaterThan(begin);
        if (i > 0) expect(begin).toBeGreaterThanOrEqual(lane.intervals[i - 1]!.begin);
      }
    }
  }
  expect(half!.lanes[0]!.intervals.filter(({ state }) => state !== "gc")).toMatchObject([
    { begin: requests[1]!.begin, end: requests[1]!.end, state: "running" },
  ]);
  const proc = half!.lanes.find((lane) => lane.kind === "proc" && lane.id === longest.proc)!;
  expect(proc.intervals).toMatchObject([{ state: "running", other: longest.goroutine }]);
  expect(empty!.lanes).toEqual([]);
});

test("lanes of goroutines hold exactly their intervals, where these are long enough to be drawn", () => {
  const name = "go1.26-one-proc";
  const all = stays(name);
  const [first] = all.filter((stay) => stay.end - stay.begin > 100_000);
  const request = {
    begin: first!.begin,
    end: first!.begin + 400,
    goroutines: [...new Set(all.map((s) => s.goroutine))],
  };
  const [window] = chartsOf(name, [request]).windows;
  const names = { 1: "running", 2: "runnable", 3: "waiting", 4: "syscall" } as Record<number, string>;
  for (const lane of window!.lanes.filter((each) => each.kind === "goroutine")) {
    const expected = all
      .filter((s) => s.goroutine === lane.id && s.end > request.begin && s.begin < request.end)
      .map((s) => ({
        begin: Math.max(s.begin, request.begin),
        end: Math.min(s.end, request.end),
        state: names[s.activity],
      }));
    expect(
      lane.intervals.filter(({ state }) => state !== "gc").map(({ begin, end, state }) => ({ begin, end, state })),
    ).toEqual(expected.sort((a, b) => a.begin - b.begin));
  }
});
