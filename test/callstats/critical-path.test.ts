import fc from "fast-check";
import { expect, test } from "vitest";
import { type CriticalPath, criticalPaths, startedStates } from "../../src/callstats/index.js";
import {
  familiesOf,
  parseCallId,
  type Recording,
  readRecording,
  STATES,
  State,
  type StateName,
} from "../../src/calltree/index.js";
import { SchedulingClock } from "../../src/join/clock.js";
import { type Stay, StayTable } from "../../src/join/stays.js";
import { foldedLines } from "../../src/render/tree/critical-fold.js";
import { criticalPathJson, criticalPathLines, startedLine } from "../../src/render/tree/critical-path.js";
import { scripted } from "../calltree/script.js";
import { memorySource } from "../support/calltrace/memory-source.js";

interface Span {
  readonly goid: number;
  readonly begin: number;
  readonly end: number;
}

/** @param stays lines such as `g2 10-20 channel g3`: a goroutine, microseconds, a state, who ended it */
function recorded(
  script: string,
  stays: string,
  more: readonly (Pick<Stay, "state" | "reason" | "waker"> & Span)[] = [],
): Recording {
  const table = new StayTable();
  const list = stays
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, goid, begin, end, state, waker] = /^\s*g(\d+) (\d+)-(\d+) (\w+)(?: g(\d+))?\s*$/.exec(line)!;
      return { goid: Number(goid), begin: Number(begin), end: Number(end), state, waker: Number(waker ?? -1) };
    });
  for (const { goid, begin, end, state, waker } of list.sort((a, b) => a.end - b.end)) {
    const stay = { state: State[state as StateName], reason: "", waker, place: "", wakerPlace: "" };
    table.add(goid, begin * 1000, end * 1000, stay);
  }
  for (const { goid, begin, end, ...stay } of more) {
    table.add(goid, begin * 1000, end * 1000, { ...stay, place: "", wakerPlace: "" });
  }
  return readRecording(memorySource(scripted(script))).withStates(() => new SchedulingClock({ stays: table }, 0));
}

function pathOf(recording: Recording, id: string) {
  const { goid, number } = parseCallId(id)!;
  const families = familiesOf(recording, [{ process: 0, goid, number }]);
  return { family: families[0], path: criticalPaths(recording, families)[0] as CriticalPath };
}

/** `g2 10-20 lock main.get wake`, for each step. */
function steps(recording: Recording, id: string): string[] {
  const { functions } = recording.forest;
  return pathOf(recording, id).path.steps.map(({ goid, begin, end, state, call, link }) => {
    const name = call === undefined ? "-" : functions[call.func].name;
    return `g${goid} ${begin / 1000}-${end / 1000} ${STATES[state]} ${name} ${link}`;
  });
}

test("a wait is replaced by what the goroutine that ended it did meanwhile, and no longer", () => {
  const script = `
    0   g1 { main.hold
    5   g2 { main.get
    10  g2 { main.lock
    60  g2 }
    70  g2 }
    80  g1 }`;
  const stays = `
    g1 0-50 running
    g1 50-52 runnable
    g1 52-80 running
    g2 0-10 running
    g2 10-55 lock g1
    g2 55-60 runnable
    g2 60-80 running`;
  const recording = recorded(script, stays);
  expect(steps(recording, "2.1")).toEqual([
    "g2 5-10 running main.get same",
    "g1 10-50 running main.hold wait",
    "g1 50-52 runnable main.hold same",
    "g1 52-55 running main.hold same",
    "g2 55-60 runnable main.lock wake",
    "g2 60-70 running main.get same",
  ]);
  const { path } = pathOf(recording, "2.1");
  const style = { paint: (_: string, text: string) => text, width: undefined, widthOf: (text: string) => text.length };
  const text = [...criticalPathLines(recording.forest, path, style)].join("");
  expect(text).toContain("Critical path, 65.0µs: running 58.0µs (89.2%), runnable 7.00µs (10.8%)\n");
  expect(text).toMatch(/^\+5\.00µs +45\.0µs +1\* +running +lock +1\.1 main\.hold$/m);
  expect(text).toContain("*: a goroutine that this call did not start");
  const { critical_path, started } = criticalPathJson(recording.forest, path, []);
  expect(started).toEqual({ goroutines: 0, states: {} });
  const json = critical_path as { duration_ns: number }[];
  expect(json.reduce((sum, { duration_ns }) => sum + duration_ns, 0)).toBe(65_000);
  expect(json[1]).toEqual({
    ...{ begin_ns: 5000, duration_ns: 40_000, goroutine: 1, of_call: false, state: "running" },
    ...{ keeps_in: "lock", function: "main.hold", outermost: "main.hold", outermost_id: "1.1", link: "wait" },
  });
});

test("of goroutines that the call started, the path goes through the one that it waited for last", () => {
  const script = `
    0   g1 { main.handle
    1   g1 go g2
    2   g1 go g3
    5   g2 { main.quick
    20  g2 }
    6   g3 { main.slow
    90  g3 }
    95  g1 }`;
  const stays = `
    g1 0-3 running
    g1 3-91 wait g3
    g1 91-95 running
    g2 1-5 runnable g1
    g2 5-20 running
    g3 2-6 runnable g1
    g3 6-80 network
    g3 80-91 running`;
  const recording = recorded(script, stays);
  expect(steps(recording, "1.1")).toEqual([
    "g1 0-2 running main.handle same",
    "g3 2-6 runnable - start",
    "g3 6-80 network main.slow same",
    "g3 80-90 running main.slow same",
    "g3 90-91 running - same",
    "g1 91-95 running main.handle wake",
  ]);
  const { family } = pathOf(recording, "1.1");
  const times = startedStates(family, recording.staysOf(0)!);
  expect(startedLine(family, times)).toMatch(/^it started 2 goroutines: network 74\.0µs .* in all$/);
  expect(times.reduce((sum, time) => sum + time, 0)).toBe(
    family.members.slice(1).reduce((sum, { from, to }) => sum + to - from, 0),
  );
});

test("through a worker with another job, and through untraced code that waited for the network", () => {
  const script = `
    0   g1 { main.work
    5   g1 { main.other
    40  g1 }
    41  g1 { main.job
    60  g1 }
    90  g1 }
    10  g2 { main.do
    80  g2 }`;
  const stays = `
    g1 0-90 running
    g2 0-12 running
    g2 12-60 channel g1
    g2 60-62 running
    g2 62-75 select g9
    g2 75-90 running
    g9 0-70 network
    g9 70-76 running`;
  expect(steps(recorded(script, stays), "2.1")).toEqual([
    "g2 10-12 running main.do same",
    "g1 12-40 running main.other wait",
    "g1 40-41 running main.work same",
    "g1 41-60 running main.job same",
    "g2 60-62 running main.do wake",
    "g9 62-70 network - wait",
    "g9 70-75 running - same",
    "g2 75-80 running main.do wake",
  ]);
});

test("waits that nobody ended, and time without an execution trace, stay what they are", () => {
  const stays = "g1 20-30 running\ng1 30-50 sleep\ng1 50-60 select\ng1 60-70 lock g7\ng1 70-80 running";
  expect(steps(recorded("0 g1 { main.main\n100 g1 }", stays), "1.1")).toEqual([
    "g1 0-20 unknown main.main same",
    "g1 20-30 running main.main same",
    "g1 30-50 sleep main.main same",
    "g1 50-60 select main.main same",
    // Goroutine 7 is not in the trace.
    "g1 60-70 lock main.main same",
    "g1 70-80 running main.main same",
    "g1 80-100 unknown main.main same",
  ]);
});

test("a goroutine without traced calls that the call started belongs to it", () => {
  const reason = "created";
  const recording = recorded("0 g1 { main.main\n50 g1 }", "g1 0-10 running\ng1 10-40 channel g2\ng1 40-60 running", [
    { goid: 2, begin: 5, end: 8, state: State.runnable, reason, waker: 1 },
    { goid: 2, begin: 8, end: 45, state: State.network, reason: "", waker: -1 },
  ]);
  expect(steps(recording, "1.1")).toEqual([
    "g1 0-5 running main.main same",
    "g2 5-8 runnable - start",
    "g2 8-40 network - same",
    "g1 40-50 running main.main wake",
  ]);
  expect(pathOf(recording, "1.1").path.steps.map(({ isOwn }) => isOwn)).toEqual([true, true, true, true]);
});

test("the lines and what is left of a path with many steps add up", () => {
  const stays = Array.from(
    { length: 400 },
    (_, i) => `g1 ${i * 20}-${i * 20 + 19} running\ng1 ${i * 20 + 19}-${i * 20 + 20} channel g2`,
  );
  const recording = recorded("0 g1 { main.main\n8000 g1 }", `${stays.join("\n")}\ng2 0-8000 running`);
  const { lines, left } = foldedLines(pathOf(recording, "1.1").path.steps);
  expect(lines.length).toBeLessThanOrEqual(10);
  expect(lines.reduce((sum, { begin, end }) => sum + end - begin, left.time)).toBe(8_000_000);
  for (const { begin, end, states } of lines) expect(states.reduce((sum, time) => sum + time, 0)).toBe(end - begin);
});

test("goroutines that wake one another at one moment do not go round", () => {
  const stays = "g1 0-10 running\ng1 10-50 channel g2\ng1 50-60 running\ng2 0-50 channel g1\ng2 50-60 running";
  const found = steps(recorded("0 g1 { main.main\n60 g1 }", stays), "1.1");
  expect(found.at(0)).toBe("g1 0-10 running main.main same");
  expect(found.at(-1)).toBe("g1 50-60 running main.main wake");
});

test("calls of little time do not divide a step", () => {
  const script =
    "0 g1 { main.main\n10 g1 { main.a\n11 g1 }\n20 g1 { main.b\n21 g1 { main.c\n70 g1 }\n71 g1 }\n100 g1 }";
  expect(steps(recorded(script, "g1 0-100 running"), "1.1")).toEqual([
    "g1 0-20 running main.main same",
    "g1 20-21 running main.b same",
    "g1 21-70 running main.c same",
    "g1 70-71 running main.b same",
    "g1 71-100 running main.main same",
  ]);
});

test("whatever the goroutines did, the steps cover the call without gaps or overlaps", () => {
  const stay = fc.record({
    goid: fc.integer({ min: 1, max: 4 }),
    length: fc.integer({ min: 1, max: 20 }),
    state: fc.constantFrom("running", "runnable", "lock", "channel", "select", "network", "sleep", "unknown"),
    waker: fc.integer({ min: 1, max: 5 }),
    gap: fc.constantFrom(0, 0, 0, 3),
  });
  fc.assert(
    fc.property(fc.array(stay, { maxLength: 60 }), fc.integer({ min: 0, max: 30 }), (list, start) => {
      const ends = [0, 0, 0, 0, 0];
      const lines = list.map(({ goid, length, state, waker, gap }) => {
        const begin = ends[goid] + gap;
        ends[goid] = begin + length;
        return `g${goid} ${begin}-${ends[goid]} ${state}${["lock", "channel", "select"].includes(state) ? ` g${waker}` : ""}`;
      });
      const script = `${start} g1 { main.main\n${start + 1} g1 go g2\n${start + 3} g2 { main.a\n${start + 40} g2 }\n${start + 50} g1 }`;
      const { path, family } = pathOf(recorded(script, lines.join("\n")), "1.1");
      let at = family.start;
      for (const { begin, end } of path.steps) {
        expect(begin).toBe(at);
        expect(end).toBeGreaterThan(begin);
        at = end;
      }
      expect(at).toBe(family.end);
    }),
    { numRuns: 150 },
  );
});
