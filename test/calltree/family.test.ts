import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CallFamily,
  callIdsOf,
  familiesOf,
  formatCallId,
  parseCallId,
  type Recording,
  readRecording,
  type SelectOptions,
} from "../../src/calltree/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { type Run, run } from "./program.js";
import { scripted } from "./script.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 800, size: "max" });
const read = (bytes: Uint8Array, select: SelectOptions = {}) => readRecording(memorySource(bytes), { select });

const idsOf = (recording: Recording, texts: readonly string[]) =>
  texts.flatMap((text) => callIdsOf(recording.forest, parseCallId(text)!));

function family(script: string, id: string): CallFamily {
  const recording = read(scripted(script));
  return familiesOf(recording, idsOf(recording, [id]))[0];
}

const members = ({ members: all }: CallFamily) =>
  all.map(({ goid, from, to, parent, spawned }) => `g${goid}<g${parent} ${spawned / 1000} ${from / 1000}-${to / 1000}`);

/** The goroutines of a call by the model: those started in it, and all that these started. */
function expected({ calls, starters }: Run, id: string): number[] {
  const { goid, started } = calls.find((call) => call.id === id)!;
  const found = new Set(started.filter((each) => starters.has(each)));
  for (const each of found) for (const [below, by] of starters) if (by === each && below !== goid) found.add(below);
  return [...found].sort((a, b) => a - b);
}

test("families are those of the program, all found in one walk", () => {
  fc.assert(
    fc.property(programs, fc.constantFrom(128, 262144), (choices, chunkMax) => {
      const program = run(choices, chunkMax);
      const recording = read(program.bytes);
      const { functions, processes } = recording.forest;
      const some = program.calls.filter((_, index) => index % 7 === 0).map(({ id }) => id);
      const families = familiesOf(recording, idsOf(recording, some));
      expect(families.map(({ id }) => formatCallId(recording.forest, id))).toEqual(some);
      for (const [index, { node, start, end, members: all }] of families.entries()) {
        const call = program.calls.find(({ id }) => id === some[index])!;
        expect([start, end]).toEqual([call.start, call.end]);
        expect(functions[processes[0].tree.func[node]].name).toBe(call.name);
        const [own, ...others] = all;
        expect(own).toEqual({ goid: call.goid, from: call.start, to: call.end, parent: 0, spawned: call.start });
        expect(others.map(({ goid }) => goid).sort((a, b) => a - b)).toEqual(expected(program, call.id));
        const before = new Set([call.goid]);
        for (const { goid, from, to, parent, spawned } of others) {
          expect(before).toContain(parent);
          before.add(goid);
          expect(spawned).toBeLessThanOrEqual(from);
          expect(from).toBeLessThanOrEqual(to);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test("calls have their numbers whatever is selected", () => {
  const selections = fc.record(
    { minimum: fc.nat(20_000), from: fc.nat(50_000), goroutines: fc.constant([1, 2]), hide: fc.constant(/func1/) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(programs, selections, (choices, select) => {
      const program = run(choices);
      const recording = read(program.bytes, select);
      const names = new Map(program.calls.map(({ id, name }) => [id, name]));
      const { functions, processes } = recording.forest;
      const open: number[] = [];
      const seen = new Set<string>();
      let goid = 0;
      recording.visit({
        begin: (goroutine) => {
          goid = goroutine.goid;
        },
        enter: (node, _time, number) => {
          open.push(number);
          expect(names.get(`${goid}.${number}`)).toBe(functions[processes[0].tree.func[node]].name);
          seen.add(`${goid}.${number}`);
        },
        exit: (_node, _start, _end, _self, _how, _calls, _states, number) => expect(open.pop()).toBe(number),
      });
      const all = Object.keys(select).length === 0;
      if (all) expect(seen.size).toBe(program.calls.length);
    }),
    { numRuns: 100 },
  );
});

const SERVER = `
  0   g1 { main.main
  5   g1 go g2
  8   g2 { main.handle
  10  g2 { main.load
  12  g2 go g3
  15  g3 { main.fetch
  18  g3 go g6
  20  g2 }
  22  g2 { main.store
  24  g2 go g4
  26  g4 { main.write
  30  g2 }
  32  g5<g2 { main.log
  40  g2 }
  45  g2 { main.handle
  46  g7<g2 { main.log
  47  g7 }
  48  g2 }
  50  g3 }
  60  g4 }
  62  g6 { main.retry
  70  g6 }
  75  g5 }
  80  g1 }`;

test("a family has what a call started, and what that started, whole", () => {
  expect(members(family(SERVER, "2.2"))).toEqual(["g2<g0 10 10-20", "g3<g2 12 15-50", "g6<g3 18 62-70"]);
  expect(members(family(SERVER, "2.3"))).toEqual(["g2<g0 22 22-30", "g4<g2 24 26-60"]);
});

test("goroutines that untraced code started belong to the call that was open when they began", () => {
  const own = "g2<g0 8 8-40";
  expect(members(family(SERVER, "2.1"))).toEqual([
    own,
    "g3<g2 12 15-50",
    "g6<g3 18 62-70",
    "g4<g2 24 26-60",
    "g5<g2 32 32-75",
  ]);
  expect(members(family(SERVER, "2.4"))).toEqual(["g2<g0 45 45-48", "g7<g2 46 46-47"]);
});

test("a family reaches through goroutines that are not in the trace", () => {
  const script = `
    0  g1 { main.main
    2  g1 { main.work
    3  g1 parent g7 g1
    5  g8<g7 { main.deep
    9  g8 }
    10 g1 }
    12 g1 }`;
  expect(members(family(script, "1.2"))).toEqual(["g1<g0 2 2-10", "g8<g1 5 5-9"]);
});

test("a call that never returned has all that its goroutine started since", () => {
  const script = `
    0 g1 { main.main
    2 g1 { main.serve
    4 g1 go g2
    6 g2 { main.worker`;
  expect(members(family(script, "1.2"))).toEqual(["g1<g0 2 2-6", "g2<g1 4 6-6"]);
});

test("an id that does not exist is refused with the range of those that do", () => {
  const recording = read(scripted(SERVER));
  const refusal = (text: string) => {
    try {
      familiesOf(recording, idsOf(recording, [text]));
    } catch (error) {
      return [(error as Error).message, (error as { advice?: string }).advice];
    }
    return undefined;
  };
  expect(refusal("2.5")).toEqual(["there is no call 2.5: goroutine 2 has 4 calls", "give a number from 2.1 to 2.4"]);
  expect(refusal("9.1")).toEqual([
    "there is no call 9.1: the trace has no goroutine 9",
    "`gotrace calls FUNC` and `gotrace requests` show the ids of calls",
  ]);
});

test("ids are written with the process where there are several", () => {
  const trace = memorySource(scripted(SERVER));
  const [one, two] = [readRecording(trace), readRecording([trace, trace])];
  const { pid } = one.forest.processes[0].info;
  expect(formatCallId(one.forest, { process: 0, goid: 2, number: 3 })).toBe("2.3");
  expect(formatCallId(two.forest, { process: 1, goid: 2, number: 3 })).toBe(`${pid}:2.3`);
  expect(parseCallId("4711:18.34")).toEqual({ pid: 4711, goid: 18, number: 34 });
  expect(parseCallId("18.34")).toEqual({ pid: undefined, goid: 18, number: 34 });
  for (const text of ["", "18", "18.", ".34", "18.0", "18.-1", "18.034", "a.b", "18.34 ", "1:2:3.4", "1e3.4"]) {
    expect(parseCallId(text), text).toBeUndefined();
  }
  expect(callIdsOf(one.forest, parseCallId(`${pid + 1}:2.3`)!)).toEqual([]);
  expect(callIdsOf(two.forest, parseCallId("2.3")!).map(({ process }) => process)).toEqual([0, 1]);
});
