import fc from "fast-check";
import { expect, test } from "vitest";
import { Activity, Intervals, Ranges } from "../../src/analyses/index.js";
import { readRecording, State, type StateName } from "../../src/calltree/index.js";
import { SchedulingClock } from "../../src/join/clock.js";
import { Processors } from "../../src/join/processors.js";
import { Spans } from "../../src/join/spans.js";
import { StayTable } from "../../src/join/stays.js";
import { feedAll, readerOf, traceNames } from "../analyses/traces.js";
import { scripted } from "../calltree/script.js";
import { memorySource } from "../support/calltrace/memory-source.js";

interface Stay {
  readonly goid: number;
  readonly begin: number;
  readonly end: number;
  readonly state: StateName;
  readonly reason?: string;
}

function tableOf(stays: readonly Stay[]): StayTable {
  const table = new StayTable();
  for (const { goid, begin, end, state, reason = "" } of [...stays].sort((a, b) => a.end - b.end)) {
    const stay = { state: State[state], reason, waker: -1, place: "", wakerPlace: "" };
    table.add(goid, begin * 1000, end * 1000, stay);
  }
  return table;
}

function parsed(text: string): Stay[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [, goid, begin, end, state, reason] = /^\s*g(\d+) ([\d.]+)-([\d.]+) (\w+) ?(\w*)$/.exec(line)!;
      return { goid: Number(goid), begin: Number(begin), end: Number(end), state: state as StateName, reason };
    });
}

function spansOf(list: readonly (readonly [number, number])[]): Spans {
  const spans = new Spans();
  for (const [begin, end] of list) spans.add(begin * 1000, end * 1000);
  return spans;
}

/** Shares of the time that calls were ready: `waiter culprit microseconds`; `go f` for a goroutine's start. */
function shares(
  script: string,
  table: StayTable,
  { idle = [], stopped = [] }: Readonly<Partial<Record<"idle" | "stopped", [number, number][]>>> = {},
): Record<string, number> {
  const occupation = { idle: spansOf(idle), stopped: spansOf(stopped) };
  const recording = readRecording(memorySource(scripted(script))).withStates(
    () => new SchedulingClock({ stays: table, occupation }, 0),
    true,
  );
  const { functions, processes } = recording.forest;
  const { func, blame } = processes[0].tree;
  const name = (node: number) => (node === 0 ? "-" : functions[func[node]].name.replace("main.", ""));
  const rows = (blame?.pairs ?? []).map(({ waiter, starts, culprit, via, cause, time, state, waits }) => {
    expect([state, waits]).toEqual([State.runnable, 0]);
    const whom = culprit > 0 ? name(culprit) : `(${[via, cause].filter((one) => one !== "").join(" ")})`;
    return [`${starts ? "go " : ""}${name(waiter)} < ${whom}`, time / 1000] as const;
  });
  return Object.fromEntries(rows);
}

test("the time that a call is ready is shared equally among the calls that run meanwhile", () => {
  const script = `
    0  g1 { main.wait
    90 g1 }
    0  g2 { main.crunch
    20 g2 { main.hash
    30 g2 }
    90 g2 }
    0  g3 { main.bake
    90 g3 }`;
  const table = tableOf(
    parsed("g1 0-10 running\ng1 10-50 runnable\ng1 50-90 running\ng2 0-50 running\ng3 0-40 running\ng3 40-60 sleep"),
  );
  // Two run from 10 to 40, one from 40 to 50.
  expect(shares(script, table)).toEqual({ "wait < crunch": 20, "wait < hash": 5, "wait < bake": 15 });
  // While a processor is idle or the world is stopped, no call is to blame.
  expect(shares(script, table, { idle: [[40, 45]], stopped: [[10, 12]] })).toEqual({
    "wait < crunch": 5 + 4 + 5,
    "wait < hash": 5,
    "wait < bake": 14,
    "wait < (idle processor)": 5,
    "wait < (stop the world)": 2,
  });
});

test("what a call did before anybody was ready does not count", () => {
  const script = "0 g1 { main.wait\n90 g1 }\n0 g2 { main.crunch\n20 g2 { main.hash\n30 g2 }\n90 g2 }";
  const table = tableOf(parsed("g1 0-40 running\ng1 40-50 runnable\ng2 0-90 running"));
  expect(shares(script, table)).toEqual({ "wait < crunch": 10 });
});

test("several ready goroutines each blame what runs; untraced code has the name of its goroutine", () => {
  const script = "0 g1 { main.a\n90 g1 }\n0 g2 { main.b\n90 g2 }";
  const table = tableOf(
    parsed("g1 0-5 running\ng1 5-25 runnable\ng2 0-15 running\ng2 15-35 runnable\ng7 15-20 running\ng8 20-35 running"),
  );
  table.setStart(7, "net.loop");
  table.setStart(8, "runtime.gcBgMarkWorker");
  expect(shares(script, table)).toEqual({
    "a < b": 10,
    "a < (net.loop running)": 5,
    "a < (runtime.gcBgMarkWorker running)": 5,
    "b < (net.loop running)": 5,
    "b < (runtime.gcBgMarkWorker running)": 15,
  });
  expect(shares(script, tableOf(parsed("g1 0-5 running\ng1 5-25 runnable")))).toEqual({ "a < (scheduler)": 20 });
});

test("the wait for a goroutine's start is that of its first call", () => {
  const script = `
    0  g1 { main.main
    1  g1 go g2
    90 g1 }
    50 g2 { main.worker
    80 g2 }`;
  const stays = `
    g1 0-40 running
    g1 40-70 sleep
    g2 1-40 runnable created
    g2 40-80 running`;
  expect(shares(script, tableOf(parsed(stays)))).toEqual({ "go worker < main": 39 });
  // One that was ready again later is not at its start.
  const later = "g1 0-70 running\ng2 1-5 runnable created\ng2 5-20 sleep\ng2 20-45 runnable sleep\ng2 45-80 running";
  expect(shares(script, tableOf(parsed(later)))).toEqual({ "go worker < main": 4, "- < main": 25 });
});

test("calls too short to be looked at one by one count as part of those that were open meanwhile", () => {
  const calls = Array.from({ length: 2000 }, (_, i) => `${i + 1} g2 { main.tiny\n${i + 1}.002 g2 }`);
  const script = `0 g1 { main.wait\n3000000 g1 }\n0 g2 { main.loop\n${calls.join("\n")}\n3000000 g2 }`;
  const table = tableOf(parsed("g1 0-1 running\ng1 1-2900000 runnable\ng2 0-3000000 running"));
  expect(shares(script, table)).toEqual({ "wait < loop": 2_899_999 });
});

test("of very many kinds of ready calls at a time some are charged together, and each still adds up", () => {
  const count = 200;
  const calls = Array.from({ length: count }, (_, i) => `0 g${i + 10} { main.w${i}\n900 g${i + 10} }`);
  const stays = Array.from({ length: count }, (_, i) => `g${i + 10} 0-${10 + i} runnable`);
  const script = `${calls.join("\n")}\n0 g1 { main.crunch\n900 g1 }\n0 g2 { main.bake\n900 g2 }`;
  const found = shares(script, tableOf(parsed(`g1 0-300 running\ng2 0-300 running\n${stays.join("\n")}`)));
  for (let i = 0; i < count; i++) {
    const [crunch, bake] = [found[`w${i} < crunch`], found[`w${i} < bake`]];
    expect(crunch + bake).toBe(10 + i);
    expect(Math.abs(crunch - bake)).toBeLessThanOrEqual(0.001);
  }
});

const lives = fc.array(
  fc.record({
    goid: fc.integer({ min: 1, max: 5 }),
    length: fc.integer({ min: 1, max: 20 }),
    state: fc.constantFrom<StateName>("running", "runnable", "sleep", "syscall"),
  }),
  { maxLength: 30 },
);
const spans = fc.array(fc.tuple(fc.nat(100), fc.integer({ min: 1, max: 10 })), { maxLength: 4 });

test("shares are what counting each microsecond gives, and add up to the time of being ready", () => {
  fc.assert(
    fc.property(lives, spans, spans, (list, idleSpans, stoppedSpans) => {
      const ends = new Map<number, number>();
      const stays = list.map(({ goid, length, state }) => {
        const begin = ends.get(goid) ?? 0;
        ends.set(goid, begin + length);
        return { goid, begin, end: begin + length, state };
      });
      const sorted = (list: [number, number][]) =>
        list.map(([begin, length]): [number, number] => [begin, begin + length]).sort(([a], [b]) => a - b);
      const [idle, stopped] = [sorted(idleSpans), sorted(stoppedSpans)];
      // Goroutines 1 to 3 have a call each, all the time; that of goroutine 2 calls another one again and again.
      const inner = Array.from({ length: 80 }, (_, i) => `${i * 10 + 3} g2 { main.h2\n${i * 10 + 8} g2 }`);
      const calls = [1, 2, 3].map((goid) => [
        `0 g${goid} { main.f${goid}`,
        ...(goid === 2 ? inner : []),
        `900 g${goid} }`,
      ]);
      const script = calls.flat().join("\n");
      const isInner = (goid: number, time: number) => goid === 2 && time < 800 && time % 10 >= 3 && time % 10 < 8;
      const expected: Record<string, number> = {};
      const nameOf = (goid: number, time: number) =>
        goid > 3 ? undefined : `${isInner(goid, time) ? "h" : "f"}${goid}`;
      for (let time = 0; time < 900; time++) {
        const at = (state: StateName) =>
          stays.filter((one) => one.state === state && one.begin <= time && one.end > time);
        const isIn = (list: [number, number][]) => list.some(([begin, end]) => begin <= time && end > time);
        const running = at("running");
        for (const { goid, begin } of at("runnable")) {
          const add = (whom: string, share: number) => {
            const key = `${nameOf(goid, begin) ?? "-"} < ${whom}`;
            expected[key] = (expected[key] ?? 0) + share;
          };
          if (isIn(stopped)) add("(stop the world)", 1);
          else if (isIn(idle)) add("(idle processor)", 1);
          else if (running.length === 0) add("(scheduler)", 1);
          else for (const one of running) add(nameOf(one.goid, time) ?? "(running)", 1 / running.length);
        }
      }
      const found = shares(script, tableOf(stays), { idle, stopped });
      const small = Object.values(expected).filter((time) => time < 0.01).length;
      expect(Object.keys(found).length + small).toBeGreaterThanOrEqual(Object.keys(expected).length);
      for (const [key, time] of Object.entries(found)) expect(time).toBeCloseTo(expected[key], 2);
      const sum = (times: Record<string, number>) => Object.values(times).reduce((a, b) => a + b, 0);
      const ready = stays
        .filter(({ state }) => state === "runnable")
        .reduce((all, { begin, end }) => all + end - begin, 0);
      expect(Math.round(sum(found) * 1000)).toBe(ready * 1000);
    }),
  );
});

test.each(traceNames)("%s: no processor is idle while as many goroutines run as there are processors", (name) => {
  const reader = readerOf(name);
  const intervals = new Intervals(reader);
  const ranges = new Ranges();
  const processors = new Processors(ranges);
  const changes: [time: number, change: number][] = [];
  const used = new Set<number>();
  intervals.onInterval(({ activity, begin, end, proc }) => {
    if (activity !== Activity.Running) return;
    changes.push([begin, 1], [end, -1]);
    used.add(proc);
  });
  let most = 0;
  feedAll(reader, (e) => {
    intervals.feed(e);
    ranges.feed(e);
    processors.feed(e);
    if (e.name === "/sched/gomaxprocs:threads") most = Math.max(most, e.value);
  });
  intervals.finish();
  const idle = processors.finish();
  changes.sort(([a, x], [b, y]) => a - b || x - y);
  let running = 0;
  let full = 0;
  for (const [i, [time, change]] of changes.entries()) {
    running += change;
    const until = changes[i + 1]?.[0] ?? time;
    if (running >= most) {
      full += until - time;
      expect(idle.within(time, until)).toBe(0);
    }
  }
  expect(idle.within(0, intervals.now) + full).toBeLessThanOrEqual(intervals.now);
  expect(used.size).toBeLessThanOrEqual(most);
});

test("spans tell how much of a time they take", () => {
  const spans = spansOf([
    [1, 3],
    [2, 4],
    [4, 5],
    [10, 12],
  ]);
  expect(spans.count).toBe(2);
  expect(spans.within(0, 20_000)).toBe(6000);
  expect(spans.within(2000, 11_000)).toBe(4000);
  expect(spans.within(5000, 10_000)).toBe(0);
  expect(spans.touches(5000, 10_000)).toBe(false);
  expect(spans.touches(5000, 10_001)).toBe(true);
  expect(new Spans().within(0, 5)).toBe(0);
});
