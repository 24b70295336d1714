import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CallForest,
  callIdsOf,
  familiesOf,
  parseCallId,
  type Recording,
  readRecording,
  type SelectOptions,
  STATES,
} from "../../src/calltree/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { type Run, run } from "./program.js";
import { outline, scripted } from "./script.js";
import { ScriptedClock } from "./scripted-clock.js";

const programs = fc.array(fc.nat(1 << 20), { minLength: 10, maxLength: 800, size: "max" });

const read = (bytes: Uint8Array, id: string, select: SelectOptions = {}, noMerge = false) =>
  readRecording(memorySource(bytes), { select: { ...select, call: parseCallId(id)! }, build: { noMerge } });

interface Call {
  readonly id: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function callsOf(recording: Recording): (Call & { readonly self: number })[] {
  const { functions, processes } = recording.forest;
  const calls: (Call & { readonly self: number })[] = [];
  let goid = 0;
  const open: number[] = [];
  recording.visit({
    begin: (goroutine) => {
      goid = goroutine.goid;
    },
    enter: (_node, _time, number) => open.push(number),
    exit: (node, start, end, self, _how, _calls, _states, number) => {
      expect(open.pop()).toBe(number);
      calls.push({ id: `${goid}.${number}`, name: functions[processes[0].tree.func[node]].name, start, end, self });
    },
  });
  return calls;
}

/** The calls of a family by the model; callers are cut to the call. */
function expected({ calls }: Run, id: string, goids: ReadonlySet<number>): Call[] {
  const { goid, start, end } = calls.find((call) => call.id === id)!;
  return calls.flatMap((call) => {
    const { name } = call;
    if (call.goid !== goid)
      return goids.has(call.goid) ? [{ id: call.id, name, start: call.start, end: call.end }] : [];
    if (call.start >= start && call.end <= end) return [{ id: call.id, name, start: call.start, end: call.end }];
    return call.start < start && call.end >= end ? [{ id: call.id, name, start, end }] : [];
  });
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

const sumsOf = ({ functions, processes: [{ tree }] }: CallForest) => {
  const sums = new Map<string, number[]>();
  for (let node = 1; node < tree.size; node++) {
    // Nodes without calls show where goroutines were started.
    if (tree.calls[node] === 0) continue;
    const name = functions[tree.func[node]].name;
    const [calls, total, self] = sums.get(name) ?? [0, 0, 0];
    sums.set(name, [calls + tree.calls[node], total + tree.total[node], self + tree.self[node]]);
  }
  return [...sums].sort();
};

test("a selected call has its callers, its callees and its family, in walks and trees, merged or not", () => {
  fc.assert(
    fc.property(programs, fc.nat(1000), fc.constantFrom(128, 262144), (choices, pick, chunkMax) => {
      const program = run(choices, chunkMax);
      fc.pre(program.calls.length > 0);
      const { id } = program.calls[pick % program.calls.length];
      const whole = readRecording(memorySource(program.bytes));
      const [family] = familiesOf(whole, callIdsOf(whole.forest, parseCallId(id)!));
      const recording = read(program.bytes, id);
      const calls = callsOf(recording);
      const wanted = expected(program, id, new Set(family.members.map(({ goid }) => goid)));
      expect(calls.map(({ self: _, ...call }) => call).sort(byId)).toEqual(wanted.sort(byId));
      for (const { id: each, start, end, self } of calls) {
        const [goid, number] = each.split(".").map(Number);
        if (goid === family.id.goid && number < family.id.number)
          expect([start, end, self]).toEqual([family.start, family.end, 0]);
      }
      const left = program.calls.length - calls.length;
      expect(recording.filtered).toEqual(left === 0 ? [] : [{ filter: "call", calls: left }]);
      const sums = new Map<string, number[]>();
      for (const { name, start, end, self } of calls) {
        const [count, total, own] = sums.get(name) ?? [0, 0, 0];
        sums.set(name, [count + 1, total + end - start, own + self]);
      }
      expect(sumsOf(recording.forest)).toEqual([...sums].sort());
      const unmerged = read(program.bytes, id, {}, true);
      expect(sumsOf(unmerged.forest)).toEqual([...sums].sort());
      expect(unmerged.filtered).toEqual(recording.filtered);
    }),
    { numRuns: 100 },
  );
});

const SERVER = `
  0   g1 { main.main
  5   g1 go g2
  8   g2 { main.handle
  10  g2 { main.load
  10  g2 }
  10  g2 { main.load
  12  g2 go g3
  15  g3 { main.fetch
  20  g2 }
  20  g2 { main.load
  20  g2 }
  40  g2 }
  50  g3 }
  80  g1 }`;

test("calls that begin or end at the same time as the selected one are told apart", () => {
  const tree = `main.main 0 0/0
  go main.handle 1 10/0
    main.load 1 10/10
      go main.fetch 1 35/35`;
  const bytes = scripted(SERVER);
  expect(outline(read(bytes, "2.3").forest)).toBe(tree);
  expect(outline(read(bytes, "2.3", {}, true).forest)).toBe(tree);
  expect(callsOf(read(bytes, "2.3")).map(({ id }) => id)).toEqual(["2.3", "2.1", "3.1"]);
  expect(callsOf(read(bytes, "2.2")).map(({ id, end }) => [id, end])).toEqual([
    ["2.2", 10_000],
    ["2.1", 10_000],
  ]);
});

test("other filters choose within a selected call", () => {
  const bytes = scripted(SERVER);
  const ids = (select: SelectOptions) => callsOf(read(bytes, "2.3", select)).map(({ id }) => id);
  expect(ids({ goroutines: [3] })).toEqual(["3.1"]);
  expect(ids({ focus: /fetch/ })).toEqual(["2.3", "2.1", "3.1"]);
  expect(ids({ ignore: /fetch/ })).toEqual(["2.3", "2.1"]);
  const cut = callsOf(read(bytes, "2.3", { from: 12_000, to: 18_000 }));
  expect(cut.map(({ id, start, end, self }) => [id, start, end, self])).toEqual([
    ["2.3", 12_000, 18_000, 6_000],
    ["2.1", 12_000, 18_000, 0],
    ["3.1", 15_000, 18_000, 3_000],
  ]);
});

test("states are those of the selected call and its family", () => {
  const clock = () => new ScriptedClock("g2 0-11 lock\ng2 14-25 network\ng3 30-40 channel");
  const { tree } = read(scripted(SERVER), "2.3").withStates(clock).forest.processes[0];
  const total = (name: "lock" | "network" | "channel") => [...(tree.states!.total[STATES.indexOf(name)] ?? [])];
  expect(total("lock")).toEqual([0, 0, 1000, 1000, 0]);
  expect(total("network")).toEqual([0, 0, 6000, 6000, 0]);
  expect(total("channel")).toEqual([0, 0, 0, 0, 10_000]);
});

test("a call of one of several processes leaves nothing of the others", () => {
  const source = (pid: number) => memorySource(scripted(SERVER, { header: { numbers: { pid: BigInt(pid) } } }));
  const refusal = (id: string) => {
    try {
      readRecording([source(7), source(8)], { select: { call: parseCallId(id)! } });
    } catch (error) {
      return [(error as Error).message, (error as { advice?: string }).advice];
    }
    return undefined;
  };
  const { forest } = readRecording([source(7), source(8)], { select: { call: parseCallId("8:2.3")! } });
  expect(forest.processes.map(({ tree }) => tree.size - 1)).toEqual([0, 4]);
  expect(refusal("2.3")).toEqual(["2.3 may be a call of any of 2 processes", "name the process: 7:2.3, 8:2.3"]);
  expect(refusal("9:2.3")).toEqual(["there is no call 9:2.3: no process has the id 9", "the processes are 7, 8"]);
});
