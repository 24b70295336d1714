import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Recording } from "../../src/calltree/index.js";
import { type EventBudget, leftOut, NO_BUDGET } from "../../src/export/event-budget.js";
import { fitSpeedscope, renderSpeedscope } from "../../src/export/speedscope.js";
import { batchesOf } from "../../src/export/speedscope-goroutines.js";
import { programs, record, recordProgram, workers } from "./calls.js";

interface Event {
  readonly type: "O" | "C";
  readonly frame: number;
  readonly at: number;
}

interface Profile {
  readonly name: string;
  readonly startValue: number;
  readonly endValue: number;
  readonly events: readonly Event[];
}

interface File {
  readonly name: string;
  readonly exporter: string;
  readonly activeProfileIndex: number;
  readonly shared: { readonly frames: readonly { name: string; file?: string; line?: number }[] };
  readonly profiles: readonly Profile[];
}

const schema = JSON.parse(
  readFileSync(
    join(resolve(import.meta.dirname, "../.."), "node_modules/speedscope/dist/release/file-format-schema.json"),
    "utf8",
  ),
);
const validate = new Ajv({ strict: false }).compile(schema);

function render(recording: Recording, budget?: EventBudget, inPlace = true): File {
  const fit = fitSpeedscope(recording, budget);
  const pieces = [...renderSpeedscope(recording, { fit, exporter: "gotrace@test", inPlace })];
  const file = JSON.parse(Buffer.concat(pieces).toString());
  expect(validate(file), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  return file;
}

/** Calls of a profile as `start-end path`; checks that frames are balanced and times never decrease. */
function calls({ profiles, shared }: File, index: number): string[] {
  const { startValue, endValue, events } = profiles[index];
  const open: { frame: number; at: number; line: number }[] = [];
  const lines: string[] = [];
  let now = startValue;
  for (const { type, frame, at } of events) {
    expect(at).toBeGreaterThanOrEqual(now);
    now = at;
    if (type === "O") open.push({ frame, at, line: lines.push("") - 1 });
    else {
      const path = open.map((entry) => shared.frames[entry.frame].name).join(";");
      const top = open.pop()!;
      expect(frame).toBe(top.frame);
      lines[top.line] = `${top.at}-${at} ${path}`;
    }
  }
  expect(open).toEqual([]);
  expect(now).toBeLessThanOrEqual(endValue);
  return lines;
}

test("all goroutines by path, then each goroutine by its start", () => {
  const file = render(record(workers));
  expect(file).toMatchObject({ name: "program0", exporter: "gotrace@test", activeProfileIndex: 0 });
  expect(file.profiles.map(({ name, startValue, endValue }) => [name, startValue, endValue])).toEqual([
    ["all goroutines", 0, 102_000],
    ["main.main goroutine 1", 0, 40_000],
    ["main.worker goroutine 2", 3000, 9000],
    ["main.slow goroutine 4", 5000, 40_000],
    ["main.worker goroutine 3", 10_000, 31_000],
  ]);
  expect(file.shared.frames).toContainEqual({ name: "main.worker", file: "main.go", line: 3 });
  expect(calls(file, 0)).toEqual([
    "0-102000 main.main",
    "0-27000 main.main;main.worker",
    "0-20000 main.main;main.worker;main.step",
    "27000-62000 main.main;main.slow",
  ]);
  expect(calls(file, 2)).toEqual(["3000-9000 main.worker", "7000-8000 main.worker;main.step"]);
  expect(calls(file, 3)).toEqual(["5000-40000 main.slow"]);
});

test("goroutines that wait for work stand last, and their waiting is not in the profile of all", () => {
  const file = render(record(workers), undefined, false);
  expect(file.profiles.map(({ name }) => name)).toEqual([
    "all goroutines",
    "main.main goroutine 1",
    "main.worker goroutine 2",
    "main.worker goroutine 3",
    "main.slow goroutine 4 (waits for work)",
  ]);
  expect(calls(file, 0)).toEqual([
    "0-67000 main.main",
    "0-27000 main.main;main.worker",
    "0-20000 main.main;main.worker;main.step",
    "27000-27000 main.main;main.slow",
  ]);
  expect(calls(file, 4)).toEqual(["5000-40000 main.slow"]);
});

test("several processes share functions, not goroutines", () => {
  const file = render(record([workers, "0 g1 { main.main\n7 g1 }"]));
  expect(file.name).toBe("program0, program1");
  expect(file.profiles.at(-1)!.name).toBe("program1 (pid 101): main.main goroutine 1");
  expect(calls(file, 0).filter((line) => !line.includes(";"))).toEqual([
    "0-102000 program0 (pid 100)",
    "102000-109000 program1 (pid 101)",
  ]);
  expect(calls(file, 5)).toEqual(["0-7000 main.main"]);
});

test("no calls at all", () => {
  const file = render(record(""));
  expect(file.profiles).toHaveLength(1);
  expect(calls(file, 0)).toEqual([]);
});

test("names are text, whatever is in them", () => {
  const name = 'main."quoted\\back[é·世界';
  expect(render(record(`0 g1 { ${name}\n1 g1 }`)).profiles[1].name).toBe(`${name} goroutine 1`);
});

test("what is too much: the shortest calls, and it is said", () => {
  const lines = Array.from({ length: 100 }, (_, i) => `${10 * i + 1} g1 { main.step\n${10 * i + 1 + i / 100} g1 }`);
  const recording = record(`0 g1 { main.main\n${lines.join("\n")}\n2000 g1 }`);
  const file = render(recording, { ...NO_BUDGET, events: 60 });
  const shown = calls(file, 1);
  expect(shown[0]).toBe("0-2000000 main.main");
  expect(shown.length).toBeGreaterThan(20);
  expect(shown.length).toBeLessThanOrEqual(30);
  expect(shown.at(-1)).toBe("991000-991990 main.main;main.step");
  expect(file.profiles[1].name).toMatch(/^main\.main goroutine 1 \(calls ≥ \d+ns\)$/);
  expect(file.name).toBe(
    `program0 (only calls of at least ${/\d+ns/.exec(file.name)}; ${101 - shown.length} of 101 calls are left out)`,
  );
  // The sum over all goroutines keeps every call.
  expect(calls(file, 0)).toEqual(["0-2000000 main.main", `0-${10 * 99 * 50} main.main;main.step`]);
});

test("what is too much: goroutines with little time, deep calls; main stays", () => {
  const goroutines = Array.from(
    { length: 9 },
    (_, i) => `${100 * i} g${i + 2}<g1 { main.job\n${100 * i + 10 * i} g${i + 2} }`,
  );
  const recording = record(`0 g1 { main.main\n1 g1 }\n${goroutines.join("\n")}`);
  const file = render(recording, { ...NO_BUDGET, goroutines: 3 });
  expect(file.profiles.slice(1).map(({ name }) => name.split(" ").at(-1))).toEqual(["1", "9", "10"]);
  expect(file.name).toContain("only the 3 goroutines with the most time, of 10; 7 of 10 calls are left out");
  const deep = "0 g1 { main.a\n1 g1 { main.b\n2 g1 { main.c\n3 g1 }\n4 g1 }\n5 g1 }";
  const flat = render(record(deep), { ...NO_BUDGET, depth: 2 });
  expect(calls(flat, 1)).toEqual(["0-5000 main.a", "1000-4000 main.a;main.b"]);
  expect(flat.name).toContain("only 2 levels of calls, of 3; 1 of 3 calls are left out");
});

test("whatever the program: valid, balanced, in order, within the budget, and whole where there is none", () => {
  const budgets = fc.record({
    events: fc.constantFrom(0, 10, 40, 1000, Number.POSITIVE_INFINITY),
    goroutines: fc.constantFrom(1, 2, 5, Number.POSITIVE_INFINITY),
    depth: fc.constantFrom(1, 3, Number.POSITIVE_INFINITY),
  });
  fc.assert(
    fc.property(programs, budgets, (program, budget) => {
      const recording = recordProgram(program);
      let whole = 0;
      recording.visit({ exit: () => whole++ });
      const fit = fitSpeedscope(recording, budget);
      const file = render(recording, budget);
      const shown = file.profiles.slice(1).map((_, index) => calls(file, index + 1));
      const sum = shown.reduce((all, { length }) => all + length, 0);
      expect(sum).toBe(fit.calls);
      expect(fit.whole.calls).toBe(whole);
      expect(2 * sum).toBeLessThanOrEqual(budget.events);
      expect(shown.length).toBeLessThanOrEqual(budget.goroutines);
      expect(sum === whole).toBe(leftOut(fit).length === 0);
      const self = recording.forest.processes.reduce((all, { tree }) => tree.self.reduce((a, b) => a + b, all), 0);
      expect(file.profiles[0].endValue).toBe(Math.round(self));
      calls(file, 0);
    }),
    { numRuns: 150 },
  );
});

test("one walk writes all goroutines if what is left of their events fits its buffer", () => {
  const goroutines = Array.from({ length: 3 }, (_, ordinal) => ({
    ...{ ordinal, process: 0, goid: ordinal + 1, node: 1, start: 0, end: 9, states: 0, time: 9 },
    events: 3_000_000,
  }));
  expect([...batchesOf(goroutines, { calls: 900_000, states: 100_000 })]).toEqual([goroutines]);
  expect([...batchesOf(goroutines, { calls: 4_500_000, states: 0 })]).toEqual(goroutines.map((one) => [one]));
});
