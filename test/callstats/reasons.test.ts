import { expect, test } from "vitest";
import { CallLister, reasonsByFunction, reasonsByNode, waitsOfCall } from "../../src/callstats/index.js";
import { type Recording, readRecording, State, type StateName } from "../../src/calltree/index.js";
import { SchedulingClock } from "../../src/join/clock.js";
import { Spans } from "../../src/join/spans.js";
import { StayTable } from "../../src/join/stays.js";
import { callsNdjson } from "../../src/render/numbers/calls.js";
import { renderJson } from "../../src/render/tree/json.js";
import { renderTree } from "../../src/render/tree/tree.js";
import { scripted } from "../calltree/script.js";
import { memorySource } from "../support/calltrace/memory-source.js";

function recordingOf(
  script: string,
  stays: readonly (readonly [number, number, number, StateName, string, number?])[],
) {
  const table = new StayTable();
  for (const [goid, begin, end, state, reason, waker = -1] of stays) {
    const stay = { state: State[state], reason, waker, place: "", wakerPlace: "" };
    table.add(goid, begin * 1000, end * 1000, stay);
  }
  return readRecording(memorySource(scripted(script))).withStates(() => new SchedulingClock({ stays: table }, 0), true);
}

const SCRIPT = `
  0   g1 { main.main
  10  g1 { main.walk
  20  g1 { main.walk
  60  g1 }
  70  g1 }
  80  g1 go g2
  100 g1 }
  82  g2 { main.work
  95  g2 }`;
const recording = recordingOf(SCRIPT, [
  [1, 0, 12, "running", ""],
  [1, 12, 15, "channel", "chan receive", 9],
  [1, 15, 25, "running", ""],
  [1, 25, 35, "channel", "chan send", 9],
  [1, 35, 40, "runnable", "chan send"],
  [1, 40, 45, "network", "network"],
  [1, 45, 50, "syscall", ""],
  [1, 50, 55, "gc", "GC mark assist wait for work"],
  [2, 83, 93, "sleep", "sleep"],
]);

function plain(reasons: ReadonlyMap<number, ReadonlyMap<string, number>> | undefined): Record<string, number> {
  const list = [...(reasons ?? [])].flatMap(([, times]) => [...times]);
  return Object.fromEntries(list.map(([reason, time]) => [reason, time / 1000]));
}

test("reasons of a path are those of its calls; the total has its callees, not what it started", () => {
  const { tree } = recording.forest.processes[0];
  const { functions } = recording.forest;
  const reasonsOf = reasonsByNode(tree)!;
  const found = Array.from({ length: tree.size - 1 }, (_, i) => {
    const { self, total } = reasonsOf(i + 1);
    return [functions[tree.func[i + 1]].name, plain(self), plain(total)];
  });
  const inner = { "chan send": 10, network: 5, "GC mark assist wait for work": 5 };
  expect(found).toEqual([
    ["main.main", {}, { "chan receive": 3, ...inner }],
    ["main.walk", { "chan receive": 3 }, { "chan receive": 3, ...inner }],
    ["main.walk", inner, inner],
    ["main.work", { sleep: 10 }, { sleep: 10 }],
  ]);
});

test("reasons of a function count recursion once", () => {
  const { self, total } = reasonsByFunction(recording.forest, recording.forest.processes).get("main.walk")!;
  const all = { "chan receive": 3, "chan send": 10, network: 5, "GC mark assist wait for work": 5 };
  expect(plain(self)).toEqual(all);
  expect(plain(total)).toEqual(all);
});

function listed(recording: Recording, name: string): Record<string, unknown>[] {
  const lister = new CallLister(recording.forest, (one) => one === name, { choice: { kind: "first", count: 9 } });
  recording.visit(lister);
  const waitsOf = (call: Parameters<typeof waitsOfCall>[1]) => waitsOfCall(recording, call);
  const report = { listing: lister.listing(), of: name, titles: undefined, costs: [undefined], waitsOf, notices: [] };
  return [...callsNdjson(report)].map((line) => JSON.parse(line));
}

test("each listed call has its own reasons, by state", () => {
  const calls = listed(recording, "main.walk");
  const inner = {
    channel: { "chan send": 10_000 },
    network: { network: 5000 },
    gc: { "GC mark assist wait for work": 5000 },
  };
  expect(calls.map(({ reasons }) => reasons)).toEqual([
    { ...inner, channel: { "chan receive": 3000, "chan send": 10_000 } },
    inner,
  ]);
  for (const { states, reasons } of calls) {
    for (const [state, times] of Object.entries(reasons as Record<string, Record<string, number>>)) {
      const sum = Object.values(times).reduce((a, b) => a + b);
      expect((states as Record<string, number>)[`${state}_ns`]).toBe(sum);
    }
  }
});

test("stops of the world are told of calls, paths and functions that they overlap with", () => {
  const table = new StayTable();
  for (const [begin, end] of [
    [5, 8],
    [15, 25],
    [90, 91],
  ]) {
    table.stopped.add(begin * 1000, end * 1000);
  }
  table.add(1, 0, 100_000, { state: State.running, reason: "", waker: -1, place: "", wakerPlace: "" });
  const occupation = { idle: new Spans(), stopped: table.stopped };
  const stopped = readRecording(memorySource(scripted(SCRIPT))).withStates(
    () => new SchedulingClock({ stays: table, occupation }, 0),
    true,
  );
  const { forest } = stopped;
  const [main] = JSON.parse([...renderJson(forest)].join(""));
  const [walk, work] = main.children;
  expect([main, walk, walk.children[0]].map((node) => node.stop_the_world_ns)).toEqual([14_000, 10_000, 5000]);
  expect(work.stop_the_world_ns).toBe(1000);
  expect(reasonsByFunction(forest, forest.processes).get("main.walk")?.stopped).toBe(10_000);
  expect(listed(stopped, "main.walk").map((call) => call.stop_the_world_ns)).toEqual([10_000, 5000]);
  expect([...renderTree(forest)].join("")).toContain("the runtime stopped the world for 14.0µs in all, 14.0%");
  // It is no part of any time.
  expect(main.states).toEqual({ running_ns: 100_000 });
});

test("the tree in JSON has reasons and waits of each path, and how long goroutines waited for their start", () => {
  const started = recordingOf(SCRIPT, [
    [1, 0, 20, "running", ""],
    [1, 20, 50, "lock", "sync", 2],
    [1, 50, 100, "running", ""],
    [2, 80, 81, "runnable", "created"],
    [2, 81, 95, "running", ""],
  ]);
  const [main] = JSON.parse([...renderJson(started.forest)].join(""));
  const [outer, work] = main.children;
  expect(main.reasons).toEqual({ lock: { sync: 30_000 } });
  expect(main).not.toHaveProperty("self_reasons");
  expect(main).not.toHaveProperty("waits");
  const wait = { state: "lock", reason: "sync", ended_by: null, waits: 1, total_ns: 30_000, longest_ns: 30_000 };
  expect([...(outer.waits ?? []), ...(outer.children[0].waits ?? [])]).toEqual([wait]);
  expect(work.ready_to_start_ns).toBe(1000);
  expect(work.waits).toEqual([{ state: "runnable", before_first_call: true, ended_by: ["main.main"], total_ns: 1000 }]);
  const plainTree = readRecording(memorySource(scripted(SCRIPT))).forest;
  expect([...renderJson(plainTree)].join("")).not.toMatch(/reasons|waits|ready/);
});
