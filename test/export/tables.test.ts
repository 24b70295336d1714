import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Recording,
  type RecordingOptions,
  readRecording,
  type SelectOptions,
  STATES,
} from "../../src/calltree/index.js";
import { renderCsv } from "../../src/export/csv.js";
import { renderNdjson } from "../../src/export/ndjson.js";
import type { TableName } from "../../src/export/tables/names.js";
import { run } from "../calltree/program.js";
import { scripted } from "../calltree/script.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { changingStays, scriptedStays } from "./stays.js";

type Values = Record<string, string | number | null>;

const text = (pieces: Iterable<Uint8Array>) => Buffer.concat([...pieces]).toString();
const record = (bytes: Uint8Array, options: RecordingOptions = {}) => readRecording(memorySource(bytes), options);

function rows(bytes: Uint8Array, table: TableName, options: RecordingOptions = {}): Values[] {
  return rowsOf(record(bytes, options), table);
}

function rowsOf(recording: Recording, table: TableName): Values[] {
  const lines = text(renderNdjson(recording, { table })).split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => JSON.parse(line));
}

/** Some columns of rows, as text. */
const pick = (found: Values[], ...names: string[]) => found.map((row) => names.map((name) => `${row[name]}`).join(" "));

const header = {
  header: { numbers: { startWall: 1_700_000_000_999_999_744n }, strings: { executable: '/bin/a"b' } },
};
const program = scripted(
  `
  0  g1 { main.main
  1  g1 go g2
  2  g2 { main.TestA
  3  g2 { main.leaf
  4  g2 } panic
  4.5 g2 { main.TestA.func1
  4.7 g2 } deferred
  5  g2 }
  6  g1 { p/q.run
  7  g3<g1 { p/q.run.func1
  8  g3 } goexit
  9  g1 }
  10 g1 { main.leaf`,
  header,
);

test("one line for each call when it ends: goroutines one after the other, outermost calls under who started them", () => {
  const found = rows(program, "calls");
  expect(
    pick(found, "goroutine", "call", "parent", "function", "start_ns", "duration_ns", "self_ns", "depth", "ending"),
  ).toEqual([
    "1 2 1 p/q.run 6000 3000 3000 2 return",
    "1 3 1 main.leaf 10000 0 0 2 running",
    "1 1 null main.main 0 10000 7000 1 running",
    "2 5 4 main.leaf 3000 1000 1000 2 panic",
    "2 6 4 main.TestA.func1 4500 200 200 2 return",
    "2 4 1 main.TestA 2000 3000 1800 1 recovered",
    "3 7 2 p/q.run.func1 7000 1000 1000 1 goexit",
  ]);
  expect(pick(found, "package", "test")).toEqual([
    "p/q null",
    "main null",
    "main null",
    "main main.TestA",
    "main main.TestA",
    "main main.TestA",
    "p/q null",
  ]);
  expect(found[0]).toMatchObject({ process: 1, pid: 1000, file: "main.go", time: "2023-11-14T22:13:21.000005744Z" });
  expect(found[2]).toMatchObject({ time: "2023-11-14T22:13:20.999999744Z" });
});

test("rows name the subtest that they belong to, in each process its own", () => {
  const sources = ["first", "second"].map((name) =>
    memorySource(
      scripted(
        `0 g1 { main.TestA\n 1 g2<g1=TestA/${name} { main.TestA.func1\n 2 g2 { main.b\n 3 g2 }\n 4 g2 }\n 5 g1 }`,
      ),
    ),
  );
  const tests = (table: TableName) =>
    text(renderNdjson(readRecording(sources), { table }))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).test);
  const [own, first, second] = ["main.TestA", "main.TestA/first", "main.TestA/second"];
  expect(tests("calls")).toEqual([own, first, first, own, second, second]);
  expect(tests("goroutines")).toEqual([own, first, own, second]);
});

test("one line for each goroutine, with the call and the statement that started it", () => {
  const names = [
    "goroutine",
    "parent_goroutine",
    "parent_call",
    "spawn",
    "go_file",
    "function",
    "start_ns",
    "duration_ns",
  ];
  expect(pick(rows(program, "goroutines"), ...names, "calls", "test")).toEqual([
    "1 null null null null main.main 0 10000 3 null",
    "2 1 1 exact main.go main.TestA 2000 3000 3 main.TestA",
    "3 1 2 approximate null p/q.run.func1 7000 1000 1 null",
  ]);
});

test("calls that are told late, because only long ones are wanted or by their time, have started what they started", () => {
  const script = scripted(`
  0  g1 { main.main
  1  g1 { main.short
  2  g1 go g2
  3  g1 }
  4  g2 { main.worker
  20 g2 }
  30 g1 }
  40 g3 { main.other
  41 g3 go g4
  42 g3 }
  43 g4 { main.worker
  60 g4 }`);
  const parents = (table: TableName, select: SelectOptions) =>
    pick(rows(script, table, { select }), "goroutine", "function", table === "calls" ? "parent" : "parent_call");
  for (const select of [{ minimum: 5000 }, { from: 5000 }]) {
    expect(parents("calls", select).slice(0, 2), JSON.stringify(select)).toEqual([
      "1 main.main null",
      "2 main.worker 1",
    ]);
  }
  expect(parents("goroutines", { ignore: /other|main\.main/ })).toEqual([]);
  expect(parents("goroutines", { hide: /other/ })).toEqual([
    "1 main.main null",
    "2 main.worker 2",
    "4 main.worker null",
  ]);
});

test("one line for each function; total time counts recursion once, but goroutines for themselves", () => {
  const recursive = scripted(`
  0  g1 { main.a
  1  g1 { main.b
  2  g1 { main.a
  3  g1 go g2
  4  g1 }
  5  g1 }
  6  g2 { main.a
  7  g2 { main.a
  8  g2 }
  9  g2 }
  10 g1 }`);
  const names = ["function", "calls", "total_ns", "self_ns", "goroutines"];
  expect(pick(rows(recursive, "functions"), ...names)).toEqual(["main.a 4 13000 11000 2", "main.b 1 4000 2000 0"]);
  expect(pick(rows(program, "functions"), "function", "panics", "goexits", "recovered", "running")).toEqual([
    "main.main 0 0 0 1",
    "main.TestA 0 0 1 0",
    "main.leaf 1 0 0 1",
    "main.TestA.func1 0 0 0 0",
    "p/q.run 0 0 0 0",
    "p/q.run.func1 0 1 0 0",
  ]);
});

test("a function's times do not depend on how much of its paths is in the tree, nor on what is shown", () => {
  const times = (bytes: Uint8Array, options: RecordingOptions) =>
    pick(rows(bytes, "functions", options), "function", "calls", "total_ns", "self_ns").sort();
  const calls = fc.array(fc.nat(1 << 20), { maxLength: 600, size: "max" });
  fc.assert(
    fc.property(calls, fc.constantFrom({ pathLimit: 3 }, { pathLimit: 8 }, { depthLimit: 2 }), (choices, build) => {
      const { bytes } = run(choices, 4096);
      expect(times(bytes, { build, select: { minimum: 5000, depth: 1, top: 2 } })).toEqual(times(bytes, {}));
    }),
    { numRuns: 60 },
  );
});

test("the most that tracing may have added to a function's times, where it is known", () => {
  const nested = "0 g1 { main.main\n1 g1 { main.a\n2 g1 { main.a\n3 g1 }\n4 g1 }\n9 g1 }";
  const numbers = { hookInner: 20n * 256n, hookOuter: 10n * 256n };
  const names = ["function", "total_tracing_max_ns", "self_tracing_max_ns"];
  expect(pick(rows(scripted(nested, { header: { numbers } }), "functions"), ...names)).toEqual([
    "main.main 80 30",
    "main.a 50 50",
  ]);
  expect(pick(rows(scripted(nested), "functions"), ...names)).toEqual(["main.main null null", "main.a null null"]);
});

test("one line for each process", () => {
  expect(rows(program, "processes")).toEqual([
    expect.objectContaining({ process: 1, pid: 1000, executable: '/bin/a"b', exit_status: null, events: 13, lost: 0 }),
  ]);
});

test("comma-separated values: a header, CRLF, quotes where they are needed, nothing for no value", () => {
  expect(text(renderCsv(record(program), { table: "processes" })).split("\r\n")).toEqual([
    "process,pid,parent_pid,executable,directory,go_version,platform,time,duration_ns,exit_status,events,lost",
    expect.stringMatching(/^1,1000,0,"\/bin\/a""b",.*,2023-11-14T22:13:20\.999999744Z,10000,,13,0$/),
    "",
  ]);
  const lines = text(renderCsv(record(program))).split("\r\n");
  expect(lines[0]).toBe(Object.keys(rows(program, "calls")[0]).join(","));
  expect(lines[3]).toBe(
    "1,1000,1,1,1,,main.main,main,main.go,1,2023-11-14T22:13:20.999999744Z,0,10000,7000,1,running,",
  );
  expect(lines).toHaveLength(9);
});

test("what filters leave: numbers without gaps, parents among the rows", () => {
  const found = rows(program, "calls", { select: { ignore: /TestA/ } });
  expect(pick(found, "call", "parent", "function")).toEqual([
    "2 1 p/q.run",
    "3 1 main.leaf",
    "1 null main.main",
    "4 2 p/q.run.func1",
  ]);
});

test("no trace, no rows; names of any kind come back", () => {
  const odd = scripted('0 g1 { main.a\\"b\n1 g1 }');
  expect(pick(rows(odd, "calls"), "function")).toEqual(['main.a\\"b']);
});

test("rows of random programs fit together, and add up to the tree", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 10, maxLength: 600 }), fc.boolean(), (choices, small) => {
      const { bytes } = run(choices);
      const options = small ? { build: { depthLimit: 3, pathLimit: 8 } } : {};
      const calls = rows(bytes, "calls", options);
      const byNumber = new Map(calls.map((row) => [row.call, row]));
      expect(byNumber.size).toBe(calls.length);
      const beneath = new Map<unknown, number>();
      for (const { parent, goroutine, start_ns: start, duration_ns: duration } of calls) {
        if (parent === null) continue;
        const above = byNumber.get(parent)!;
        expect(Number(above.start_ns)).toBeLessThanOrEqual(Number(start));
        if (above.goroutine === goroutine) beneath.set(parent, (beneath.get(parent) ?? 0) + Number(duration));
      }
      const sums = new Map<unknown, [calls: number, self: number]>();
      for (const { call, function: name, duration_ns: duration, self_ns: self } of calls) {
        expect(self).toBe(Number(duration) - (beneath.get(call) ?? 0));
        const [count, time] = sums.get(name) ?? [0, 0];
        sums.set(name, [count + 1, time + Number(self)]);
      }
      const functions = rows(bytes, "functions", options);
      expect(new Map(functions.map((row) => [row.function, [row.calls, row.self_ns]]))).toEqual(sums);
      const goroutines = rows(bytes, "goroutines", options);
      expect(goroutines.reduce((sum, row) => sum + Number(row.calls), 0)).toBe(calls.length);
      for (const { goroutine, parent_call: parent } of goroutines) {
        const outermost = calls.filter((row) => row.goroutine === goroutine && row.depth === 1);
        expect(outermost.map((row) => row.parent)).toEqual(outermost.map(() => parent));
      }
    }),
    { numRuns: 60 },
  );
});

const joined = record(
  scripted(`
  0  g1 { main.main
  2  g1 go g2
  3  g1 { main.wait
  9  g1 }
  20 g1 }
  6  g2 { main.worker
  7  g2 { main.worker
  12 g2 }
  15 g2 }`),
).withStates(() =>
  scriptedStays(`
  g1 0-4 running
  g1 4-8 lock "sync" by g2 at main.wait main.worker
  g1 8-8.5 runnable "sync" by g2 at main.wait main.worker
  g1 8.5-30 running
  g2 2.2-5 runnable "created" by g1 at main.worker main.main
  g2 5-10 running
  g2 10-10.5 sleep "sleep" at main.worker
  g2 10.5-13 running
  g7 1-30 network "network"`),
);

/** The states of a row that have any time: `running 3 lock 4`, microseconds. */
function statesOf(row: Values, prefix = ""): string {
  const times = STATES.map((state) => [state, Number(row[`${prefix}${state}_ns`]) / 1000] as const);
  return times.flatMap(([state, time]) => (time === 0 ? [] : [`${state} ${time}`])).join(" ");
}

test("calls, functions and goroutines have the states of their times", () => {
  const states = (table: TableName, ...names: string[]) =>
    rowsOf(joined, table).map((row) => [...pick([row], ...names), statesOf(row)].join(": "));
  expect(states("calls", "function")).toEqual([
    "main.wait: running 1.5 runnable 0.5 lock 4",
    "main.main: running 15.5 runnable 0.5 lock 4",
    "main.worker: running 4.5 sleep 0.5",
    "main.worker: running 7.5 sleep 0.5 unknown 1",
  ]);
  expect(rowsOf(joined, "calls").map((row) => statesOf(row, "self_"))).toEqual([
    "running 1.5 runnable 0.5 lock 4",
    "running 14",
    "running 4.5 sleep 0.5",
    "running 3 unknown 1",
  ]);
  expect(states("functions", "function", "self_running_ns", "self_sleep_ns")).toEqual([
    "main.main 14000 0: running 15.5 runnable 0.5 lock 4",
    "main.wait 1500 0: running 1.5 runnable 0.5 lock 4",
    "main.worker 7500 500: running 7.5 sleep 0.5 unknown 1",
  ]);
  expect(states("goroutines", "goroutine", "ready_ns")).toEqual([
    "1 null: running 15.5 runnable 0.5 lock 4",
    "2 2800: running 7.5 sleep 0.5 unknown 1",
  ]);
});

const STAY = ["goroutine", "state", "reason", "start_ns", "duration_ns", "function", "call", "waker", "waker_function"];

test("one line for each stay of a goroutine, with the innermost call at its beginning and who ended it", () => {
  const calls = new Map(rowsOf(joined, "calls").map((row) => [row.call, row.function]));
  const found = rowsOf(joined, "intervals");
  expect(pick(found, ...STAY)).toEqual([
    "1 running null 0 4000 null 1 null null",
    "1 lock sync 4000 4000 main.wait 2 2 main.worker",
    "1 runnable sync 8000 500 main.wait 2 2 main.worker",
    "1 running null 8500 21500 null 2 null null",
    "2 runnable created 2200 2800 main.worker null 1 main.main",
    "2 running null 5000 5000 null null null null",
    "2 sleep sleep 10000 500 main.worker 4 null null",
    "2 running null 10500 2500 null 4 null null",
    "7 network network 1000 29000 null null null null",
  ]);
  expect(found.map(({ call }) => calls.get(call) ?? null)).toEqual([
    ...["main.main", "main.wait", "main.wait", "main.wait", null, null, "main.worker", "main.worker", null],
  ]);
  expect(found[0]).toMatchObject({ process: 1, pid: 1000, time: expect.stringMatching(/Z$/) });
  expect(rowsOf(record(program), "intervals")).toEqual([]);
});

test("filters leave the stays of the goroutines and of the time that they leave", () => {
  const left = (select: SelectOptions) => {
    const recording = record(program, { select }).withStates(() =>
      scriptedStays("g1 0-20 running\ng2 1-4 lock\ng3 2-9 sleep\ng8 0-9 running\ng9 0-9 running"),
    );
    return pick(rowsOf(recording, "intervals"), "goroutine", "start_ns", "duration_ns");
  };
  const all = ["1 0 20000", "2 1000 3000", "3 2000 7000", "8 0 9000", "9 0 9000"];
  expect(left({})).toEqual(all);
  expect(left({ minimum: 1_000_000 })).toEqual(expect.arrayContaining(all));
  expect(left({ focus: /leaf/ })).toEqual(["1 0 20000", "2 1000 3000"]);
  expect(left({ goroutines: [2, 8] })).toEqual(["2 1000 3000", "8 0 9000"]);
  expect(left({ from: 5000, to: 8000 })).toEqual(["1 5000 3000", "3 5000 3000", "8 5000 3000", "9 5000 3000"]);
});

test("in random programs each stay names the innermost call that was open when it began", () => {
  const choices = fc.array(fc.nat(1 << 20), { maxLength: 300, size: "max" });
  fc.assert(
    fc.property(choices, fc.constantFrom(211, 1013), (program, step) => {
      const clock = changingStays(8, step, 20_000);
      const recording = record(run(program).bytes).withStates(() => clock);
      const calls: { call: number; goid: number; start: number; end: number; depth: number }[] = [];
      let goid = 0;
      const stack: number[] = [];
      let latest = 0;
      recording.visit({
        begin(goroutine) {
          goid = goroutine.goid;
        },
        enter: () => stack.push(++latest),
        exit(_node, start, end) {
          calls.push({ call: stack.at(-1)!, goid, start, end, depth: stack.length });
          stack.pop();
        },
      });
      const expected: string[] = [];
      for (const goroutine of clock.stays!.goroutines) {
        const cursor = clock.stays!.cursor();
        for (let more = cursor.seek(goroutine, 0); more; more = cursor.next()) {
          const begin = Math.max(0, cursor.begin);
          const open = calls.filter(({ goid, start, end }) => goid === goroutine && start <= begin && begin < end);
          const innermost = open.sort((a, b) => b.depth - a.depth)[0];
          expected.push(`${goroutine} ${Math.round(begin)} ${innermost?.call ?? null}`);
        }
      }
      expect(pick(rowsOf(recording, "intervals"), "goroutine", "start_ns", "call").sort()).toEqual(expected.sort());
    }),
    { numRuns: 40 },
  );
});

test("states are in columns of their own only where any process has them", () => {
  const columns = (recording: Recording, table: TableName) => text(renderCsv(recording, { table })).split("\r\n")[0];
  for (const table of ["calls", "functions", "goroutines"] as const) {
    expect(columns(joined, table)).toContain(",running_ns,runnable_ns,lock_ns,");
    expect(columns(record(program), table)).not.toContain("running_ns");
  }
  const [known, unknown] = [program, program].map((bytes) => memorySource(bytes));
  const clocks = [scriptedStays("g1 0-100 lock"), undefined];
  const both = readRecording([known, unknown]).withStates(() => clocks.shift());
  for (const table of ["calls", "functions", "goroutines"] as const) {
    const found = rowsOf(both, table);
    expect(found.map((row) => row.lock_ns === null)).toEqual(found.map((row) => row.process === 2));
  }
});

const isState = new RegExp(`^(self_)?(ready|${STATES.join("|")})_ns$`);

test("the states of every row are whole numbers, and add up exactly", () => {
  const choices = fc.array(fc.nat(1 << 20), { maxLength: 300, size: "max" });
  const selections = fc.constantFrom<SelectOptions>(
    {},
    { minimum: 700 },
    { hide: /main\.b$/ },
    { from: 2000, to: 9000 },
  );
  const builds = fc.constantFrom({}, { pathLimit: 8 }, { depthLimit: 3 });
  fc.assert(
    fc.property(choices, selections, builds, fc.constantFrom(53, 1013), (program, select, build, step) => {
      const recording = record(run(program).bytes, { select, build });
      const withStates = recording.withStates(() => changingStays(20, step, 20_000));
      const sums: [TableName, string, string][] = [
        ["calls", "", "duration_ns"],
        ["calls", "self_", "self_ns"],
        ["functions", "", "total_ns"],
        ["functions", "self_", "self_ns"],
        ["goroutines", "", "duration_ns"],
      ];
      for (const [table, prefix, whole] of sums) {
        for (const row of rowsOf(withStates, table)) {
          const parts = STATES.map((state) => Number(row[`${prefix}${state}_ns`]));
          for (const part of parts) expect(Number.isInteger(part) && part >= 0).toBe(true);
          expect(parts.reduce((sum, part) => sum + part)).toBe(row[whole]);
        }
      }
      for (const table of ["calls", "functions", "goroutines"] as const) {
        const bare = rowsOf(withStates, table).map((row) =>
          Object.fromEntries(Object.entries(row).filter(([name]) => !isState.test(name))),
        );
        expect(bare).toEqual(rowsOf(recording, table));
      }
    }),
    { numRuns: 40 },
  );
});
