import { expect, test } from "vitest";
import { type Reasons, reasonsByFunction, waitsByFunction } from "../../src/callstats/index.js";
import { readRecording, type SelectOptions, STATES, State } from "../../src/calltree/index.js";
import { SchedulingClock } from "../../src/join/clock.js";
import { StayTable } from "../../src/join/stays.js";
import { waitsOf } from "../../src/join/waits.js";
import { statsJson } from "../../src/render/numbers/stats.js";
import { scripted } from "../calltree/script.js";
import { memorySource } from "../support/calltrace/memory-source.js";

interface Stay {
  readonly goid: number;
  readonly begin: number;
  readonly end: number;
  readonly state: number;
  readonly waker?: number;
}

/** `waiter state culprit time×waits` of a script's calls, in microseconds. */
function blamed(script: string, stays: readonly Stay[]): string[] {
  const table = new StayTable();
  // A trace tells of stays when they end.
  for (const { goid, begin, end, state, waker = -1 } of [...stays].sort((a, b) => a.end - b.end)) {
    table.add(goid, begin * 1000, end * 1000, { state, reason: "", waker, place: "", wakerPlace: "" });
  }
  const recording = readRecording(memorySource(scripted(script))).withStates(
    () => new SchedulingClock({ stays: table }, 0),
    true,
  );
  const { functions, processes } = recording.forest;
  const { func, blame } = processes[0].tree;
  const name = (node: number) => (node === 0 ? "-" : functions[func[node]].name.replace("main.", ""));
  return (blame?.pairs ?? []).map(
    ({ waiter, state, culprit, time, waits }) =>
      `${name(waiter)} ${STATES[state]} ${name(culprit)} ${time / 1000}×${waits}`,
  );
}

test("a wait is charged to the innermost open call of the goroutine that ended it", () => {
  const script = `
    0  g1 { main.main
    5  g1 { main.receive
    6  g2 { main.send
    7  g2 { main.prepare
    20 g2 }
    30 g2 }
    31 g1 }
    40 g1 }`;
  const receive = { goid: 1, begin: 10, end: 25, state: State.channel };
  expect(blamed(script, [{ ...receive, waker: 2 }])).toEqual(["receive channel send 15×1"]);
  expect(blamed(script, [{ ...receive, end: 15, waker: 2 }])).toEqual(["receive channel prepare 5×1"]);
  // Untraced code ended it, after the call had returned.
  expect(blamed(script, [{ ...receive, end: 30.5, waker: 2 }])).toEqual(["receive channel send 20.5×1"]);
  expect(blamed(script, [{ ...receive, waker: 77 }])).toEqual(["receive channel - 15×1"]);
  // A timer ended it, or another state.
  expect(blamed(script, [receive])).toEqual([]);
  expect(blamed(script, [{ ...receive, state: State.sleep, waker: 2 }])).toEqual([]);
});

test("a lock that waiters hand over is charged to the one that held it, each wait to all who did", () => {
  const goroutine = (goid: number, get: number, end: number) => `
    1 g${goid} { main.need
    ${get + 1} g${goid} { main.use
    ${end} g${goid} }
    ${end} g${goid} }`;
  const script = `
    0 g1 { main.hold
    41 g1 }
    ${goroutine(2, 40, 42)}
    ${goroutine(3, 42, 50)}
    ${goroutine(4, 49, 55)}`;
  const wait = (goid: number, end: number, waker: number) => ({ goid, begin: 5, end, state: State.lock, waker });
  // Goroutine 1 holds it to 40, 2 to 41.5, 3 to 49.
  expect(blamed(script, [wait(2, 40, 1), wait(3, 41.5, 2), wait(4, 49, 3)])).toEqual([
    "need lock hold 105×3",
    "need lock use 10.5×3",
  ]);
});

test("who waited for a lock elsewhere is not taken for having got this one then", () => {
  const script = `
    0 g1 { main.a
    60 g1 }
    1 g2 { main.b
    60 g2 }
    1 g3 { main.c
    60 g3 }`;
  const stays = [
    { goid: 2, begin: 5, end: 20, state: State.lock, waker: 1 },
    { goid: 3, begin: 10, end: 50, state: State.lock, waker: 2 },
  ];
  expect(blamed(script, stays)).toEqual(["c lock b 40×1", "b lock a 15×1"]);
});

test("of too many waits the longest are looked at, and that is known", () => {
  const table = new StayTable();
  const lengths = Array.from({ length: 100 }, (_, i) => i + 1);
  let time = 0;
  for (const length of lengths) {
    table.add(1, time, time + length, { state: State.channel, reason: "", waker: 2, place: "", wakerPlace: "" });
    time += length + 10;
  }
  expect(waitsOf(table).count).toBe(100);
  const { count, minimum } = waitsOf(table, undefined, 50);
  expect(minimum).toBe(64);
  expect(count).toBe(lengths.filter((length) => length >= 64).length);
});

test("stats in JSON have who made whom wait, by function", () => {
  const script = "0 g1 { main.main\n40 g1 }\n5 g2 { main.wait\n30 g2 }";
  const table = new StayTable();
  const wait = { state: State.lock, reason: "sync", waker: 1, place: "", wakerPlace: "" };
  table.add(2, 10_000, 25_000, wait);
  const recording = readRecording(memorySource(scripted(script))).withStates(
    () => new SchedulingClock({ stays: table }, 0),
    true,
  );
  const { forest } = recording;
  const waits = waitsByFunction(forest, forest.processes);
  const report = { rows: [], functions: 0, neighbours: [], costs: [], notices: [], waits };
  expect(JSON.parse([...statsJson(report)].join("")).waits).toEqual([
    { function: "main.wait", state: "lock", ended_by: "main.main", waits: 1, total_ns: 15_000, longest_ns: 15_000 },
  ]);
  expect(JSON.parse([...statsJson({ ...report, waits: undefined })].join(""))).not.toHaveProperty("waits");
});

test("filters keep the waits of what they show, and name who is to blame although it is filtered", () => {
  const script = `
    0  g1 { main.main
    5  g1 { main.need
    6  g1 { main.inner
    50 g1 }
    60 g1 }
    70 g1 }
    0  g2 { main.other
    1  g2 { main.hold
    60 g2 }
    70 g2 }`;
  const table = new StayTable();
  const add = (goid: number, begin: number, end: number, state: number, waker = -1) =>
    table.add(goid, begin * 1000, end * 1000, { state, reason: "why", waker, place: "", wakerPlace: "" });
  add(1, 0, 10, State.running);
  add(1, 10, 40, State.lock, 2);
  add(1, 40, 52, State.running);
  add(1, 52, 56, State.channel, 2);
  add(1, 56, 62, State.running);
  add(1, 62, 65, State.sleep);
  const rowsOf = (select: SelectOptions) => {
    const recording = readRecording(memorySource(scripted(script)), { select });
    const { forest } = recording.withStates(() => new SchedulingClock({ stays: table }, 0), true);
    const rows = waitsByFunction(forest, forest.processes);
    const reasons = reasonsByFunction(forest, forest.processes);
    return {
      waits: rows.map(
        (row) => `${row.waiter} ${STATES[row.state]} ${row.culprit ?? row.via} ${row.cause} ${row.time / 1000}`,
      ),
      reasons: [...reasons].map(([name, { self, total }]) => [name, plain(self), plain(total)]),
    };
  };
  const plain = (reasons: Reasons | undefined) =>
    [...(reasons ?? [])].reduce((sum, [, times]) => sum + [...times.values()].reduce((a, b) => a + b), 0) / 1000;
  expect(rowsOf({})).toEqual({
    waits: ["main.inner lock main.hold  30", "main.need channel main.hold  4"],
    reasons: [
      ["main.main", 3, 37],
      ["main.need", 4, 34],
      ["main.inner", 30, 30],
    ],
  });
  // Who is to blame is filtered; main.main is there only as context.
  expect(rowsOf({ focus: /need/ })).toEqual({
    waits: ["main.inner lock main.hold filtered 30", "main.need channel main.hold filtered 4"],
    reasons: [
      ["main.main", 0, 37],
      ["main.need", 4, 34],
      ["main.inner", 30, 30],
    ],
  });
  // What is removed is its caller's.
  expect(rowsOf({ hide: /inner|hold/ })).toEqual({
    waits: ["main.need lock main.other  30", "main.need channel main.other  4"],
    reasons: [
      ["main.main", 3, 37],
      ["main.need", 34, 34],
    ],
  });
  // Only one goroutine, or one call: who is to blame is on another one.
  expect(rowsOf({ goroutines: [1] }).waits).toEqual([
    "main.inner lock main.hold filtered 30",
    "main.need channel main.hold filtered 4",
  ]);
  const call = { pid: undefined, goid: 1 };
  expect(rowsOf({ call: { ...call, number: 3 } })).toEqual({
    waits: ["main.inner lock main.hold filtered 30"],
    reasons: [
      ["main.main", 0, 30],
      ["main.need", 0, 30],
      ["main.inner", 30, 30],
    ],
  });
  expect(rowsOf({ call: { ...call, goid: 2, number: 2 } })).toEqual({ waits: [], reasons: [] });
  // Only a part of the time.
  const part = rowsOf({ from: 20_000, to: 55_000 });
  expect(part.waits).toEqual(["main.inner lock main.hold  20", "main.need channel main.hold  3"]);
});
