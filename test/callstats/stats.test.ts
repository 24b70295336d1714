import fc from "fast-check";
import { expect, test } from "vitest";
import { NeighbourMeter, StatsMeter } from "../../src/callstats/index.js";
import { Ending } from "../../src/calltree/index.js";
import { run } from "../calltree/program.js";
import { scripted } from "../calltree/script.js";
import { above, allCalls, beneath, type Call, read, sum, visit, withHooks } from "./brute.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 600, size: "max" });

function group(calls: readonly Call[]): Map<string, Call[]> {
  const groups = new Map<string, Call[]>();
  for (const call of calls) groups.set(call.name, [...(groups.get(call.name) ?? []), call]);
  return groups;
}

test("sums and spreads are those of the single calls", () => {
  fc.assert(
    fc.property(programs, fc.constantFrom(0, 3), fc.constantFrom(0, 7), (choices, inner, outer) => {
      const recording = read(run(choices).bytes);
      const forest = withHooks(recording, inner, outer);
      const stats = new StatsMeter(forest, { corrected: true, spread: true });
      visit(recording, stats.visitor);
      const expected = [...group(allCalls(recording))].map(([name, calls]) => {
        const outermost = calls.filter((call) => ![...above(call)].some((other) => other.name === name));
        const ended = (call: Call) => (call.how === Ending.running ? 0 : 1);
        const hooks = (call: Call) => ended(call) * inner + sum([...beneath(call)].map(ended)) * (inner + outer);
        const times = calls.map((call) => call.duration - hooks(call));
        const total = sum(outermost.map((call) => call.duration));
        const self = sum(calls.map((call) => call.self));
        const selfHooks = sum(calls.map((call) => ended(call) * inner + sum(call.callees.map(ended)) * outer));
        const mean = sum(times) / times.length;
        return {
          name,
          calls: calls.length,
          total: Math.max(0, total - sum(outermost.map(hooks))),
          self: Math.max(0, self - selfHooks),
          measured: { total, self },
          min: Math.max(0, Math.min(...times)),
          max: Math.max(0, Math.max(...times)),
          stddev: Math.sqrt(sum(times.map((time) => (time - mean) ** 2)) / times.length),
          panics: calls.filter(({ how }) => how === Ending.panic).length,
          recovered: calls.filter(({ how }) => how === Ending.recovered).length,
          goexits: calls.filter(({ how }) => how === Ending.goexit).length,
          running: calls.filter(({ how }) => how === Ending.running).length,
        };
      });
      const found = stats.rows().sort((a, b) => (a.name < b.name ? -1 : 1));
      expected.sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(found.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
      for (const [index, row] of found.entries()) {
        const { stddev, ...rest } = expected[index]!;
        expect(row).toMatchObject(rest);
        expect(Math.abs(row.stddev - stddev)).toBeLessThanOrEqual(1e-6 * stddev + 1e-6);
      }
    }),
    { numRuns: 60 },
  );
});

test("callers make up the total of a function, callees and self time that of one that is not recursive", () => {
  fc.assert(
    fc.property(programs, (choices) => {
      const recording = read(run(choices).bytes);
      const calls = allCalls(recording);
      const stats = new StatsMeter(recording.forest, { corrected: false, spread: false });
      visit(recording, stats.visitor);
      for (const { name, total, self, calls: count } of stats.rows()) {
        const neighbours = new NeighbourMeter(recording.forest, (one) => one === name, false);
        visit(recording, neighbours);
        const [callers, callees] = [neighbours.callers(), neighbours.callees()];
        expect(sum(callers.map((caller) => caller.total))).toBe(total);
        expect(sum(callers.map((caller) => caller.self))).toBe(self);
        expect(sum(callers.map((caller) => caller.calls))).toBe(count);
        const own = calls.filter((call) => call.name === name);
        expect(sum(callees.map((callee) => callee.calls))).toBe(sum(own.map((call) => call.callees.length)));
        const recursive = own.some((call) => [...beneath(call)].some((other) => other.name === name));
        if (!recursive) expect(sum(callees.map((callee) => callee.total))).toBe(total - self);
      }
    }),
    { numRuns: 25 },
  );
});

const RECURSIVE = `
  0   g1 { main.main
  10  g1 { main.fib
  20  g1 { main.fib
  30  g1 }
  35  g1 go g2
  40  g1 }
  50  g1 { main.fib
  60  g1 } panic
  70  g1 } deferred
  75  g2 { main.fib
  85  g2 }
`;

test("recursion counts once, on each goroutine", () => {
  const recording = read(scripted(RECURSIVE));
  const stats = new StatsMeter(recording.forest, { corrected: true, spread: true });
  visit(recording, stats.visitor);
  const fib = stats.rows().find(({ name }) => name === "main.fib");
  expect(fib).toMatchObject({
    calls: 4,
    total: 50_000,
    self: 50_000,
    min: 10_000,
    max: 30_000,
    mean: 15_000,
    panics: 1,
  });
});

test("callers: recursion is a caller without time, a go statement is one of its own", () => {
  const recording = read(scripted(RECURSIVE));
  const neighbours = new NeighbourMeter(recording.forest, (name) => name === "main.fib", true);
  visit(recording, neighbours);
  expect(neighbours.callers()).toEqual([
    { name: "main.main", spawned: false, calls: 2, total: 40_000, self: 30_000 },
    { name: "main.fib", spawned: true, calls: 1, total: 10_000, self: 10_000 },
    { name: "main.fib", spawned: false, calls: 1, total: 0, self: 10_000 },
  ]);
  expect(neighbours.callees()).toEqual([{ name: "main.fib", spawned: false, calls: 1, total: 10_000, self: 10_000 }]);
});

test("levels that are not shown do not count", () => {
  const recording = read(scripted(RECURSIVE));
  const stats = new StatsMeter(recording.forest, { corrected: true, spread: true, depth: 2 });
  visit(recording, stats.visitor);
  expect(stats.rows()).toMatchObject([
    { name: "main.main", calls: 1 },
    { name: "main.fib", calls: 2, self: 30_000 },
  ]);
});

test("what hooks took is subtracted, of hidden calls too, and marks what says little", () => {
  const script = `
    0   g1 { main.main
    10  g1 { main.a
    11  g1 { main.b
    12  g1 }
    13  g1 }
    100 g1 }
  `;
  const rows = (hide?: RegExp, corrected = true) => {
    const recording = read(scripted(script), hide ? { hide } : {});
    const stats = new StatsMeter(withHooks(recording, 400, 600), { corrected, spread: true });
    visit(recording, stats.visitor);
    return stats.rows().map(({ name, total, self, max, distorted }) => ({ name, total, self, max, distorted }));
  };
  expect(rows()).toEqual([
    { name: "main.main", total: 97_600, self: 96_000, max: 97_600, distorted: false },
    { name: "main.a", total: 1_600, self: 1_000, max: 1_600, distorted: false },
    { name: "main.b", total: 600, self: 600, max: 600, distorted: false },
  ]);
  expect(rows(/main\.a/)).toEqual([
    { name: "main.main", total: 97_600, self: 97_000, max: 97_600, distorted: false },
    { name: "main.b", total: 600, self: 600, max: 600, distorted: false },
  ]);
  expect(rows(undefined, false)).toMatchObject([
    { total: 100_000, self: 97_000 },
    { total: 3_000, self: 2_000 },
    { total: 1_000, self: 1_000 },
  ]);
});

test("nothing falls below zero, and calls of which hooks make up most are marked", () => {
  const recording = read(scripted("0 g1 { main.main\n 10 g1 { main.tiny\n 10.5 g1 }\n 100 g1 }"));
  const stats = new StatsMeter(withHooks(recording, 600, 100), { corrected: true, spread: true });
  visit(recording, stats.visitor);
  expect(stats.rows()[1]).toMatchObject({ total: 0, self: 0, min: 0, mean: 0, p50: 0, max: 0, distorted: true });
  expect(stats.rows()[0]).toMatchObject({ distorted: false });
});
