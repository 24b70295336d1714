import { expect, test } from "vitest";
import { ChartCollector, Intervals, Ranges, WindowCollector } from "../../src/analyses/index.js";
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
    expect(running + c.procsGc.values[i]!).toBeLessThanOrEqual(c.gomaxprocs + 1e-6);
  }
  const flight = name.includes("flight-recorder");
  expect(c.phases.map((phase) => phase.name)).toContain(flight ? "start trace" : "read mem stats");
});

test.each(traceNames)(
  "%s: lanes of a window have no overlaps, Ps no gaps, and asked-for goroutines are there",
  (name) => {
    const { duration } = charts(name).charts;
    const reader = readerOf(name);
    const requests = [
      { begin: duration / 2, end: duration * 0.75, goroutines: [1] },
      { begin: 0, end: duration, goroutines: [] },
      { begin: duration / 4, end: duration / 4 + 1000, goroutines: [1] },
    ];
    const collector = new WindowCollector(reader, requests);
    feedAll(reader, (e) => collector.feed(e));
    const windows = collector.finish();
    expect(windows.map(({ begin, end }) => ({ begin, end }))).toEqual(
      requests.map(({ begin, end }) => ({ begin, end })),
    );
    expect(windows[0]!.lanes.filter((lane) => lane.kind === "goroutine")[0]!.id).toBe(1);
    for (const { begin, end, lanes } of windows) {
      for (const { kind, intervals } of lanes) {
        let last = begin;
        for (const interval of intervals) {
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
