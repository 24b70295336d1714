/** Execution traces without calls in the formats of timeline viewers. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { STATES, State } from "../../src/calltree/index.js";
import { fitStates } from "../../src/export/event-budget.js";
import { type ExecutionTimeline, renderChromeExecution, renderPerfettoExecution } from "../../src/export/execution.js";
import { StateSlices } from "../../src/export/state-slices.js";
import { readStates } from "../../src/join/index.js";
import { readPerfetto } from "./perfetto.js";

const file = resolve(import.meta.dirname, "../../testdata/exectrace/go1.24-workload.trace.gz");
const { stays, goroutines, problem } = readStates([gunzipSync(readFileSync(file))]);
const states = new StateSlices(() => stays, {
  states: STATES.map((_, state) => state).filter((state) => state !== State.unknown),
  window: () => ({}),
  starts: true,
});
const timeline: ExecutionTimeline = { title: "t.trace", begin: 0n, goroutines, states, minimum: 0, notices: ["some"] };

test("Perfetto: each goroutine is in one state after another, arrows come from goroutines that ran", () => {
  expect(problem).toBeUndefined();
  const { slices, ranks, processes } = readPerfetto(Buffer.concat([...renderPerfettoExecution(timeline)]));
  expect(processes).toEqual(["t.trace (1)"]);
  expect(ranks).toEqual(goroutines.map(({ goid, name }) => `${name} goroutine ${goid}`.trimStart()));
  const ends = new Map<string, number>();
  for (const { track, path, start, end } of slices) {
    expect(path).not.toContain(";");
    expect(start).toBeGreaterThanOrEqual(ends.get(track) ?? 0);
    ends.set(track, end);
  }
  const arrows = slices.filter(({ from }) => from !== undefined);
  expect(arrows.length).toBeGreaterThan(10);
  for (const { from, path, start } of arrows) {
    expect(path).toBe("runnable");
    const [, track, at] = /^(.*)@(\d+) wake$/.exec(from!)!;
    expect(Number(at)).toBe(start);
    const ran = slices.find((slice) => slice.track === track && slice.start <= start && start <= slice.end);
    expect(ran?.path).toMatch(/running|syscall|gc/);
  }
});

test("Chrome: the same slices", () => {
  const { slices } = readPerfetto(Buffer.concat([...renderPerfettoExecution(timeline)]));
  const text = Buffer.concat([...renderChromeExecution(timeline)]).toString();
  const { traceEvents, otherData } = JSON.parse(text);
  expect(otherData.statements).toEqual(["some"]);
  const chrome = traceEvents
    .filter(({ ph }: { ph: string }) => ph === "X")
    .map(({ tid, name, ts, dur }: { tid: number; name: string; ts: number; dur: number }) => {
      const [start, end] = [ts * 1000, (ts + dur) * 1000].map(Math.round);
      return `${tid} ${name} ${start}-${end}`;
    });
  const perfetto = slices.map(({ track, path, start, end }) => `${/(\d+)$/.exec(track)![1]} ${path} ${start}-${end}`);
  expect(chrome.sort()).toEqual(perfetto.sort());
});

test("events: the longest stays are kept", () => {
  const { slices } = readPerfetto(Buffer.concat([...renderPerfettoExecution(timeline)]));
  const all = slices.map(({ start, end }) => end - start).sort((a, b) => b - a);
  const { minimum, leftOut } = fitStates(goroutines, states.lengths, 100);
  const fewer = readPerfetto(Buffer.concat([...renderPerfettoExecution({ ...timeline, minimum })]));
  const kept = fewer.slices.map(({ start, end }) => end - start).sort((a, b) => b - a);
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThanOrEqual(50);
  expect(kept).toEqual(all.slice(0, kept.length));
  expect(leftOut[0]).toMatch(`${all.length - kept.length} of ${all.length.toLocaleString("en")} stays are left out`);
  expect(fitStates(goroutines, states.lengths, 2 * all.length)).toEqual({ minimum: 0, leftOut: [] });
});
