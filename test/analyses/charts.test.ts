import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import {
  Activity,
  ChartCollector,
  Intervals,
  Ranges,
  type Window,
  WindowCollector,
  type WindowRequest,
} from "../../src/analyses/index.js";
import { EventKind, RangeName, TraceReader } from "../../src/exectrace/index.js";
import { feedAll, readerOf, traceNames } from "./traces.js";

function charts(name: string) {
  const reader = readerOf(name);
  const intervals = new Intervals(reader);
  const ranges = new Ranges();
  const collector = new ChartCollector(intervals, ranges);
  let area = 0;
  intervals.onInterval((i) => {
    area += i.end - i.begin;
  });
  feedAll(reader, (e) => {
    intervals.feed(e);
    ranges.feed(e);
    collector.feed(e);
  });
  ranges.finish();
  intervals.finish();
  return { area, charts: collector.result() };
}

function windowsOf(name: string, requests: readonly WindowRequest[]): Window[] {
  const reader = readerOf(name);
  const intervals = new Intervals(reader);
  const ranges = new Ranges();
  const collector = new WindowCollector(intervals, ranges, requests);
  feedAll(reader, (e) => {
    intervals.feed(e);
    ranges.feed(e);
  });
  ranges.finish();
  intervals.finish();
  return collector.result();
}

test.each(traceNames)("%s: series cover the trace, and lives add up", (name) => {
  const { area, charts: c } = charts(name);
  const { step, values } = c.goroutines;
  expect(step * values.length).toBeGreaterThanOrEqual(c.duration);
  expect(step * (values.length - 1)).toBeLessThan(c.duration);
  const integral = values.reduce((sum, mean, i) => sum + mean * Math.min(step, c.duration - i * step), 0);
  expect(integral / area).toBeCloseTo(1, 9);
  for (const series of [c.heapLive, c.procsRunning, c.runnable, c.waiting])
    expect(series.values).toHaveLength(values.length);
  for (const [i, running] of c.procsRunning.values.entries()) {
    expect(running + c.procsGc.values[i]).toBeLessThanOrEqual(c.gomaxprocs + 1e-6);
  }
  const flight = name.includes("flight-recorder");
  expect(c.phases.map((phase) => phase.name)).toContain(flight ? "start trace" : "read mem stats");
});

test.each(traceNames)(
  "%s: lanes of a window have no overlaps, Ps no gaps, and asked-for goroutines are there",
  (name) => {
    const { duration } = charts(name).charts;
    const requests = [
      { begin: duration / 2, end: duration * 0.75, goroutines: [1] },
      { begin: 0, end: duration, goroutines: [] },
      { begin: duration / 4, end: duration / 4 + 1000, goroutines: [1] },
    ];
    const windows = windowsOf(name, requests);
    expect(windows.map(({ begin, end }) => ({ begin, end }))).toEqual(
      requests.map(({ begin, end }) => ({ begin, end })),
    );
    expect(windows[0].lanes.filter((lane) => lane.kind === "goroutine")[0].id).toBe(1);
    for (const { begin, end, lanes } of windows) {
      for (const { kind, intervals } of lanes) {
        let last = begin;
        for (const interval of intervals) {
          // An assist overlies another interval.
          if (kind === "goroutine" && interval.state === "gc") continue;
          if (kind === "proc") expect(interval.begin).toBe(last);
          expect(interval.begin).toBeGreaterThanOrEqual(last);
          expect(interval.end).toBeGreaterThan(interval.begin);
          last = interval.end;
        }
        expect(last).toBeLessThanOrEqual(end);
      }
    }
  },
);

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

test("a close-up that is long against its intervals, and one that is short", () => {
  const name = "go1.26-workload";
  const { duration } = charts(name).charts;
  const all = stays(name);
  // The longest interval in which a goroutine ran.
  const longest = all
    .filter((stay) => stay.activity === Activity.Running)
    .reduce((most, stay) => (stay.end - stay.begin > most.end - most.begin ? stay : most));
  const requests = [
    { begin: 0, end: duration, goroutines: [longest.goroutine] },
    { begin: longest.begin, end: Math.floor((longest.begin + longest.end) / 2), goroutines: [longest.goroutine] },
    { begin: duration, end: duration, goroutines: [] },
  ];
  const [whole, half, empty] = windowsOf(name, requests);
  for (const [window, request] of [
    [whole, requests[0]],
    [half, requests[1]],
  ] as const) {
    expect(window.lanes[0]).toMatchObject({ kind: "goroutine", id: longest.goroutine });
    for (const lane of window.lanes) {
      expect(lane.intervals.length).toBeLessThanOrEqual(1201);
      for (const [i, { begin, end }] of lane.intervals.entries()) {
        expect(begin).toBeGreaterThanOrEqual(request.begin);
        expect(end).toBeLessThanOrEqual(request.end);
        expect(end).toBeGreaterThan(begin);
        if (i > 0) expect(begin).toBeGreaterThanOrEqual(lane.intervals[i - 1].begin);
      }
    }
  }
  expect(half.lanes[0].intervals.filter(({ state }) => state !== "gc")).toMatchObject([
    { begin: requests[1].begin, end: requests[1].end, state: "running" },
  ]);
  const proc = half.lanes.find((lane) => lane.kind === "proc" && lane.id === longest.proc)!;
  expect(proc.intervals).toMatchObject([{ state: "running", other: longest.goroutine }]);
  expect(empty.lanes).toEqual([]);
});

test("lanes of goroutines hold exactly their intervals, where these are long enough to be drawn", () => {
  const name = "go1.26-one-proc";
  const all = stays(name);
  const [first] = all.filter((stay) => stay.end - stay.begin > 100_000);
  const request = {
    begin: first.begin,
    end: first.begin + 400,
    goroutines: [...new Set(all.map((s) => s.goroutine))],
  };
  const [window] = windowsOf(name, [request]);
  const names = { 1: "running", 2: "runnable", 3: "waiting", 4: "syscall" } as Record<number, string>;
  for (const lane of window.lanes.filter((each) => each.kind === "goroutine" && !each.name.startsWith("runtime."))) {
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

test("who assists the collector works for it only while it runs", () => {
  const bytes = gunzipSync(readFileSync(resolve(import.meta.dirname, "../../testdata/rules/GCAssist/fires.trace.gz")));
  const assisting = new Set<number>();
  let last = 0;
  feedAll(new TraceReader([bytes]), (e) => {
    if (e.kind === EventKind.RangeBegin && e.name === RangeName.gcMarkAssist) assisting.add(e.id);
    last = e.time;
  });
  const reader = new TraceReader([bytes]);
  const intervals = new Intervals(reader);
  const ranges = new Ranges();
  const windows = new WindowCollector(intervals, ranges, [{ begin: 0, end: last, goroutines: [...assisting] }]);
  feedAll(reader, (e) => {
    intervals.feed(e);
    ranges.feed(e);
  });
  ranges.finish();
  intervals.finish();
  const lanes = windows.result()[0].lanes.filter((lane) => lane.kind === "goroutine" && assisting.has(lane.id));
  expect(lanes.length).toBeGreaterThan(0);
  let found = 0;
  for (const lane of lanes) {
    for (const gc of lane.intervals.filter(({ state }) => state === "gc")) {
      found++;
      const around = lane.intervals.filter(
        ({ state, begin, end }) => state === "running" && begin <= gc.begin && gc.end <= end,
      );
      expect(around).toHaveLength(1);
    }
  }
  expect(found).toBeGreaterThan(0);
});
