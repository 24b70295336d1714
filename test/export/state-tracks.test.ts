/** The states of goroutines in the formats of timeline viewers. */
import { expect, test } from "vitest";
import { type Recording, STATES, State, type StateName, type Stays } from "../../src/calltree/index.js";
import { renderChrome } from "../../src/export/chrome.js";
import { fitRecording, leftOut, NO_BUDGET } from "../../src/export/event-budget.js";
import { renderPerfetto } from "../../src/export/perfetto.js";
import { fitSpeedscope, renderSpeedscope, SPEEDSCOPE_BUDGET } from "../../src/export/speedscope.js";
import { type StateChoice, StateSlices } from "../../src/export/state-slices.js";
import { StayTable } from "../../src/join/stays.js";
import { ScriptedClock } from "../calltree/scripted-clock.js";
import { waitingCalls as calls, record } from "./calls.js";
import { readPerfetto } from "./perfetto.js";

/** Goroutine 2 unlocks what goroutine 1 waits for; a timer ends its sleep. Microseconds. */
const STAYS: readonly [goid: number, from: number, to: number, state: StateName, reason: string, waker: number][] = [
  [1, 0, 4, "running", "", -1],
  [1, 4, 8, "lock", "sync", 2],
  [1, 8, 9, "runnable", "sync", 2],
  [1, 9, 14, "running", "", -1],
  [1, 14, 19, "sleep", "sleep", -1],
  [1, 19, 20, "running", "", -1],
  [2, 1, 3, "runnable", "created", 1],
  [2, 3, 9, "running", "", -1],
];

class Clock extends ScriptedClock {
  constructor(
    readonly stays: Stays,
    script: string,
  ) {
    super(script);
  }
}

function table(): Stays {
  const stays = new StayTable();
  for (const [goid, from, to, name, reason, waker] of STAYS) {
    const place = waker < 0 ? "" : "main.get";
    const stay = { state: State[name], reason, waker, place, wakerPlace: waker < 0 ? "" : "main.put" };
    stays.add(goid, from * 1000, to * 1000, stay);
  }
  return stays;
}

const script = STAYS.filter(([, , , name]) => name !== "running")
  .map(([goid, from, to, name]) => `g${goid} ${from}-${to} ${name}`)
  .join("\n");

const recording = () => record(calls).withStates(() => new Clock(table(), script));

const ALL: StateChoice = {
  states: STATES.map((_, state) => state).filter((state) => state !== State.running),
  window: () => ({}),
  starts: false,
};

function options(of: Recording, choice: Partial<StateChoice> = {}, events = Number.POSITIVE_INFINITY) {
  const states = new StateSlices((process) => of.staysOf(process), { ...ALL, ...choice });
  return { states, fit: fitRecording(of, { ...NO_BUDGET, events }, undefined, states.lengths) };
}

function perfetto(...args: [Partial<StateChoice>?, number?]) {
  const of = recording();
  const { slices } = readPerfetto(Buffer.concat([...renderPerfetto(of, options(of, ...args))]));
  return slices
    .filter(({ track }) => track.endsWith("states"))
    .map(({ track, path, start, end, from, args }) => {
      const more = Object.entries(args).map(([name, value]) => ` ${name}=${value}`);
      return `${track.split("/").at(-1)} ${start}-${end} ${path}${more.join("")}${from === undefined ? "" : ` <- ${from}`}`;
    });
}

test("Perfetto: a track of states for each goroutine, with reasons, and flows from who ended a wait", () => {
  expect(perfetto()).toEqual([
    "main.put goroutine 2 states 1000-3000 runnable reason=created in=main.get ended by goroutine=1 ended in=main.put",
    "main.main goroutine 1 states 4000-8000 lock reason=sync in=main.get ended by goroutine=2 ended in=main.put",
    "main.main goroutine 1 states 8000-9000 runnable reason=sync in=main.get ended by goroutine=2 ended in=main.put <- program0/goroutines/main.put goroutine 2@8000 wake",
    "main.main goroutine 1 states 14000-19000 sleep reason=sleep",
  ]);
});

test("Perfetto: some states; where the runnable one is left out, the flow ends at an instant", () => {
  const of = recording();
  const bytes = Buffer.concat([...renderPerfetto(of, options(of, { states: [State.lock] }))]);
  const { slices, instants } = readPerfetto(bytes);
  expect(slices.filter(({ track }) => track.endsWith("states")).map(({ path }) => path)).toEqual(["lock"]);
  expect(instants).toContainEqual({
    track: "program0/goroutines/main.main goroutine 1 states",
    time: 8000,
    name: "ready",
    from: "program0/goroutines/main.put goroutine 2@8000 wake",
  });
});

test("only what lies within a window, clipped to it", () => {
  expect(
    perfetto({ window: () => ({ from: 5000, to: 15_000 }) }).map((line) => line.replace(/ states (\S+ \S+).*/, " $1")),
  ).toEqual([
    "main.main goroutine 1 5000-8000 lock",
    "main.main goroutine 1 8000-9000 runnable",
    "main.main goroutine 1 14000-15000 sleep",
  ]);
});

test("tracks stand in the order in which goroutines begin, each with its states below", () => {
  const of = recording();
  const { ranks } = readPerfetto(Buffer.concat([...renderPerfetto(of, options(of))]));
  expect(ranks).toEqual([
    "main.main goroutine 1",
    "main.main goroutine 1 states",
    "main.put goroutine 2",
    "main.put goroutine 2 states",
  ]);
});

test("states count as events: the longest calls and states are kept", () => {
  const of = recording();
  const { fit } = options(of, {}, 10);
  expect(leftOut(fit)).toEqual([
    "only calls and states of at least 4.00µs",
    "0 of 3 calls and 2 of 4 stays in states are left out",
  ]);
  expect(perfetto({}, 10)).toEqual([
    "main.main goroutine 1 states 4000-8000 lock reason=sync in=main.get ended by goroutine=2 ended in=main.put",
    "main.main goroutine 1 states 14000-19000 sleep reason=sleep",
  ]);
});

test("Chrome: a thread for the states of each goroutine, and arrows to what was woken", () => {
  const of = recording();
  const { traceEvents } = JSON.parse(Buffer.concat([...renderChrome(of, options(of))]).toString());
  const threads = traceEvents.filter(({ name }: { name: string }) => name === "thread_name");
  expect(threads.map(({ tid, args }: { tid: number; args: { name: string } }) => [tid, args.name]).sort()).toEqual([
    [1, "main.main goroutine 1"],
    [1_000_000_001, "main.main goroutine 1 states"],
    [1_000_000_002, "main.put goroutine 2 states"],
    [2, "main.put goroutine 2"],
  ]);
  const states = traceEvents.filter(({ ph }: { ph: string }) => ph === "X");
  expect(states.map(({ name, tid, ts, dur }: Record<string, unknown>) => `${tid} ${name} ${ts}+${dur}`)).toEqual([
    "1000000001 lock 4+4",
    "1000000001 runnable 8+1",
    "1000000001 sleep 14+5",
    "1000000002 runnable 1+2",
  ]);
  expect(states[0].args).toEqual({ reason: "sync", in: "main.get", "ended by goroutine": 2, "ended in": "main.put" });
  const arrows = traceEvents.filter(({ name }: { name: string }) => name === "wake");
  expect(arrows.map(({ ph, tid, ts, id }: Record<string, unknown>) => [ph, tid, ts, id])).toEqual([
    ["s", 2, 8, 1],
    ["f", 1_000_000_001, 8, 1],
  ]);
});

/** The profile of goroutine 1 in Speedscope: `from-to path`, in order of time. */
function speedscope(choice: Partial<StateChoice> = {}, events = 2000, by?: readonly number[]): string[] {
  const of = recording();
  const { states } = options(of, choice);
  const fit = fitSpeedscope(of, { ...SPEEDSCOPE_BUDGET, events }, undefined, states.lengths);
  const { shared, profiles } = JSON.parse(
    Buffer.concat([...renderSpeedscope(of, { fit, states, by, inPlace: true })]).toString(),
  );
  const open: { readonly name: string; readonly at: number; readonly line: number }[] = [];
  const lines: string[] = [];
  let last = 0;
  for (const { type, frame, at } of profiles[1].events) {
    expect(at).toBeGreaterThanOrEqual(last);
    last = at;
    const { name } = shared.frames[frame];
    if (type === "O") open.push({ name, at, line: lines.push("") - 1 });
    else {
      const path = open.map((each) => each.name).join(";");
      const top = open.pop()!;
      expect(name).toBe(top.name);
      lines[top.line] = `${top.at}-${at} ${path}`;
    }
  }
  expect(open).toEqual([]);
  return lines;
}

test("Speedscope: the states of a goroutine are frames in its calls", () => {
  expect(speedscope()).toEqual([
    "0-20000 main.main",
    "2000-12000 main.main;main.get",
    "4000-8000 main.main;main.get;[lock]",
    "8000-9000 main.main;main.get;[runnable]",
    "14000-19000 main.main;[sleep]",
  ]);
  expect(speedscope({ states: [State.lock] }, 2000, [State.lock])).toEqual([
    "0-20000 main.main",
    "2000-12000 main.main;main.get",
    "4000-8000 main.main;main.get;[lock]",
  ]);
  expect(speedscope({}, 10)).toEqual(["0-20000 main.main", "2000-12000 main.main;main.get"]);
});

test("Speedscope: a stay that reaches into the next call is divided there, but not for the error of clocks", () => {
  const stays = (until: number) => {
    const table = new StayTable();
    const stay = { state: State.lock, reason: "sync", waker: -1, place: "", wakerPlace: "" };
    table.add(1, 4000, until, stay);
    return record(calls).withStates(() => new Clock(table, "g1 4-12 lock"));
  };
  const frames = (of: Recording) => {
    const states = new StateSlices((process) => of.staysOf(process), ALL);
    const fit = fitSpeedscope(of, SPEEDSCOPE_BUDGET, undefined, states.lengths);
    const { profiles, shared } = JSON.parse(Buffer.concat([...renderSpeedscope(of, { fit, states })]).toString());
    return profiles[1].events.flatMap(({ frame, at }: { frame: number; at: number }) =>
      shared.frames[frame].name === "[lock]" ? [at] : [],
    );
  };
  expect(frames(stays(12_500))).toEqual([4000, 12_000]);
  expect(frames(stays(15_000))).toEqual([4000, 12_000, 12_000, 15_000]);
});
