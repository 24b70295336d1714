/** States of tests and subtests, parallel ones as well, in all views that know tests. */
import { expect, test } from "vitest";
import { testFilter } from "../../src/base/test-filter.js";
import {
  AssertionMeter,
  CallLister,
  parseAssertion,
  RequestCollector,
  StatsMeter,
  waitsByFunction,
} from "../../src/callstats/index.js";
import { readRecording, type SelectOptions, STATES } from "../../src/calltree/index.js";
import { renderJson } from "../../src/render/tree/json.js";
import { scripted } from "../calltree/script.js";
import { scriptedStays } from "../export/stays.js";
import { memorySource } from "../support/calltrace/memory-source.js";

// Subtests run on goroutines of package testing. A parallel one first waits for its parent, on a channel, then for a turn.
const SCRIPT = `
  0    g2<g1=TestGet { app.TestGet
  10   g3<g2=TestGet/first { app.TestGet.func1
  12   g3 { app.load
  40   g3 }
  45   g3 }
  50   g4<g2=TestGet/first/deep { app.TestGet.func1.1
  60   g4 }
  100  g2 }
  110  g5<g1=TestPar { app.TestPar
  120  g6<g5=TestPar/p1 { app.TestPar.func1
  130  g7<g5=TestPar/p2 { app.TestPar.func1
  140  g5 }
  205  g6 { app.load
  245  g6 }
  250  g6 }
  260  g7 { app.load
  290  g7 }
  300  g7 }`;
const STAYS = `
  g2 0-10 running
  g3 10-15 running
  g3 15-35 lock "sync"
  g3 35-45 running
  g2 10-46 channel "chan receive" by g3
  g4 50-60 sleep "sleep"
  g2 46-100 running
  g5 110-140 running
  g6 120-122 running
  g7 130-133 running
  g6 122-200 channel "chan receive" by g5
  g6 200-210 runnable "chan receive"
  g6 210-250 running
  g7 133-255 channel "chan receive" by g6
  g7 255-280 running
  g7 280-290 select "select"
  g7 290-300 running`;

function recordingOf(select: SelectOptions = {}) {
  return readRecording(memorySource(scripted(SCRIPT)), { select }).withStates(() => scriptedStays(STAYS), true);
}

/** Without zeros, in microseconds. */
function named(times: readonly number[] | undefined): Record<string, number> {
  return Object.fromEntries((times ?? []).flatMap((time, state) => (time === 0 ? [] : [[STATES[state], time / 1000]])));
}

test.each([
  ["TestGet/first: lock == 20us", true],
  ["TestGet/first: channel == 0us", true],
  ["TestGet/first: runnable < 10us", true],
  // What runs in subtests belongs to their test as well.
  ["TestGet/first: sleep == 10us", true],
  ["TestGet/first/deep: sleep == 10us", true],
  ["TestGet: channel == 36us", true],
  ["TestGet: lock < 20us", false],
  ["TestPar/p1: channel == 78us", true],
  ["TestPar/p1: runnable < 10us", false],
  ["TestPar/p1: runnable <= 10us", true],
  ["TestPar/p1: app.load.runnable == 5us", true],
  ["TestPar/p2: channel == 122us", true],
  ["TestPar/p2: app.load.select == 10us", true],
  ["TestPar/*: select < 10us", false],
  ["TestPar: channel == 200us", true],
] as const)("%s: %s", (text, ok) => {
  const recording = recordingOf();
  const meter = new AssertionMeter(recording.forest, [parseAssertion(text)]);
  recording.visit(meter.visitor);
  const verdicts = meter.verdicts();
  expect(verdicts.every((verdict) => verdict.unknown === undefined)).toBe(true);
  expect(verdicts.every((verdict) => verdict.ok)).toBe(ok);
});

test("one test's statistics, calls and tree have its states and no others", () => {
  const recording = recordingOf({ test: testFilter("TestPar/p2", (text) => new RegExp(text)) });
  const { forest } = recording;
  const stats = new StatsMeter(forest, { spread: false });
  recording.visit(stats.visitor);
  expect(Object.fromEntries(stats.rows().map(({ name, states }) => [name, named(states?.self)]))).toEqual({
    "app.TestPar": {},
    "app.TestPar.func1": { running: 18, channel: 122 },
    "app.load": { running: 20, select: 10 },
  });
  const lister = new CallLister(forest, (name) => name === "app.load", { choice: { kind: "slowest", count: 5 } });
  recording.visit(lister);
  expect(lister.listing().records.map(({ test, states }) => [test, named(states?.total)])).toEqual([
    ["app.TestPar/p2", { running: 20, select: 10 }],
  ]);
  // It waits for its turn, until the other subtest is done.
  expect(waitsByFunction(forest, forest.processes)).toMatchObject([
    { waiter: "app.TestPar.func1", culprit: undefined, cause: "filtered", via: "app.TestPar.func1", time: 122_000 },
    { waiter: "app.load", culprit: undefined, cause: "timer", time: 10_000 },
  ]);
});

test("requests that are tests, and the sections of the tree, have states by subtest", () => {
  const recording = recordingOf();
  const requests = new RequestCollector(recording, { kind: "tests" }, 9);
  recording.visit(requests);
  const slowest = requests.requests().slowest.map(({ test, states }) => [test, named(states?.total)] as const);
  expect(Object.fromEntries(slowest)).toEqual({
    "app.TestGet": { running: 64, channel: 36 },
    "app.TestGet/first": { running: 15, lock: 20 },
    "app.TestGet/first/deep": { sleep: 10 },
    "app.TestPar": { running: 30 },
    "app.TestPar/p1": { running: 42, runnable: 10, channel: 78 },
    "app.TestPar/p2": { running: 38, channel: 122, select: 10 },
  });
  const found = new Map<string, unknown>();
  const collect = (nodes: readonly Record<string, unknown>[]) => {
    for (const node of nodes) {
      if (node.test !== undefined) found.set(String(node.test), [node.states, node.reasons]);
      collect(node.children as Record<string, unknown>[]);
    }
  };
  collect(JSON.parse([...renderJson(recording.forest, { tests: true })].join("")));
  expect(found.get("TestPar/p1")).toEqual([
    { running_ns: 42_000, runnable_ns: 10_000, channel_ns: 78_000 },
    { channel: { "chan receive": 78_000 } },
  ]);
  expect(found.get("TestGet/first/deep")).toEqual([{ sleep_ns: 10_000 }, { sleep: { sleep: 10_000 } }]);
});
