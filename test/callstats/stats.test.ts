import fc from "fast-check";
import { expect, test } from "vitest";
import { NeighbourMeter, StatsMeter } from "../../src/callstats/index.js";
import { FunctionItems, PathItems } from "../../src/callstats/items.js";
import { type CallForest, Ending } from "../../src/calltree/index.js";
import { renderJson } from "../../src/render/tree/json.js";
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
      const stats = new StatsMeter(forest, { spread: true });
      visit(recording, stats.visitor);
      const expected = [...group(allCalls(recording))].map(([name, calls]) => {
        const outermost = calls.filter((call) => ![...above(call)].some((other) => other.name === name));
        const most = (call: Call) => inner + [...beneath(call)].length * (inner + outer);
        const times = calls.map((call) => call.duration);
        const total = sum(outermost.map((call) => call.duration));
        const self = sum(calls.map((call) => call.self));
        const selfMost = sum(calls.map((call) => inner + call.callees.length * outer));
        const mean = sum(times) / times.length;
        return {
          name,
          calls: calls.length,
          total,
          self,
          tracing: { total: Math.min(total, sum(outermost.map(most))), self: Math.min(self, selfMost) },
          min: Math.min(...times),
          max: Math.max(...times),
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
        const { stddev, ...rest } = expected[index];
        expect(row).toMatchObject(rest);
        expect(Math.abs(row.stddev - stddev)).toBeLessThanOrEqual(1e-6 * stddev + 1e-6);
      }
    }),
    { numRuns: 60 },
  );
});

test("self time is never more than the total, whatever filters leave", () => {
  const filters = fc.record(
    {
      hide: fc.constantFrom(/main\.a$/, /T/, /./),
      focus: fc.constantFrom(/main\.b/, /x$/),
      from: fc.nat(1000),
      to: fc.integer({ min: 1000, max: 6000 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(programs, filters, fc.constantFrom(0, 400), (choices, select, cost) => {
      const recording = read(run(choices).bytes, select);
      const stats = new StatsMeter(withHooks(recording, cost, cost), { spread: true });
      visit(recording, stats.visitor);
      for (const { self, total, max, calls } of stats.rows()) {
        expect(self).toBeLessThanOrEqual(total);
        expect(max).toBeLessThanOrEqual(total);
        if (max > 0) expect(total, `${calls} calls`).toBeGreaterThan(0);
      }
      for (const { tree } of recording.forest.processes) {
        for (let node = 1; node < tree.size; node++) expect(tree.self[node]).toBeLessThanOrEqual(tree.total[node]);
      }
    }),
    { numRuns: 100 },
  );
});

test("callers make up the total of a function, callees and self time that of one that is not recursive", () => {
  fc.assert(
    fc.property(programs, (choices) => {
      const recording = read(run(choices).bytes);
      const calls = allCalls(recording);
      const stats = new StatsMeter(recording.forest, { spread: false });
      visit(recording, stats.visitor);
      for (const { name, total, self, calls: count } of stats.rows()) {
        const neighbours = new NeighbourMeter(recording.forest, (one) => one === name);
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
  const stats = new StatsMeter(recording.forest, { spread: true });
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
  const neighbours = new NeighbourMeter(recording.forest, (name) => name === "main.fib");
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
  const stats = new StatsMeter(recording.forest, { spread: true, depth: 2 });
  visit(recording, stats.visitor);
  expect(stats.rows()).toMatchObject([
    { name: "main.main", calls: 1 },
    { name: "main.fib", calls: 2, self: 30_000 },
  ]);
});

test("the most that tracing may have added stands beside the times, that of hidden calls too", () => {
  const script = `
    0   g1 { main.main
    10  g1 { main.a
    11  g1 { main.b
    12  g1 }
    13  g1 }
    100 g1 }
  `;
  const rows = (hide?: RegExp) => {
    const recording = read(scripted(script), hide ? { hide } : {});
    const stats = new StatsMeter(withHooks(recording, 400, 700), { spread: true });
    visit(recording, stats.visitor);
    return stats.rows().map(({ name, total, self, max, tracing }) => ({ name, total, self, max, tracing }));
  };
  expect(rows()).toEqual([
    { name: "main.main", total: 100_000, self: 97_000, max: 100_000, tracing: { total: 2_600, self: 1_100 } },
    { name: "main.a", total: 3_000, self: 2_000, max: 3_000, tracing: { total: 1_500, self: 1_100 } },
    { name: "main.b", total: 1_000, self: 1_000, max: 1_000, tracing: { total: 400, self: 400 } },
  ]);
  expect(rows(/main\.a/)).toEqual([
    { name: "main.main", total: 100_000, self: 99_000, max: 100_000, tracing: { total: 2_600, self: 2_200 } },
    { name: "main.b", total: 1_000, self: 1_000, max: 1_000, tracing: { total: 400, self: 400 } },
  ]);
});

test("a bound is never more than the time, and not known where one of the processes did not measure it", () => {
  const recording = read(scripted("0 g1 { main.main\n 10 g1 { main.tiny\n 10.5 g1 }\n 100 g1 }"));
  const rows = (forest: CallForest) => {
    const stats = new StatsMeter(forest, { spread: true });
    visit(recording, stats.visitor);
    return stats.rows();
  };
  expect(rows(withHooks(recording, 600, 100))[1]).toMatchObject({ total: 500, tracing: { total: 500, self: 500 } });
  expect(rows(recording.forest)[1].tracing).toBeUndefined();
});

test("times are whole nanoseconds, the same in all results, where a tick is not", () => {
  // A tick is 0.7 ns; times in the script are thousands of ticks.
  const numbers = {
    flags: 1n,
    startTicks: 0n,
    startNano: 0n,
    latest: 2n,
    pairBTicks: 10n ** 7n,
    pairBNano: 7n * 10n ** 6n,
  };
  const script = `0 g1 { main.main\n 0.001 g1 { main.f\n 0.004 g1 }\n 0.005 g1 { main.f\n 0.011 g1 }\n 0.083 g1 }`;
  const recording = read(scripted(script, { header: { numbers } }));
  const { forest } = recording;
  const stats = new StatsMeter(forest, { spread: true });
  visit(recording, stats.visitor);
  const rows = stats.rows().map(({ name, total, self, min, p50, max }) => ({ name, total, self, min, p50, max }));
  // 3 and 6 of 83 ticks: 2.1, 4.2 and 58.1 ns.
  expect(rows).toEqual([
    { name: "main.main", total: 58, self: 52, min: 58, p50: 58, max: 58 },
    { name: "main.f", total: 6, self: 6, min: 2, p50: 2, max: 4 },
  ]);
  const items = [...new FunctionItems().items(stats.rows(), () => true).values()];
  const paths = [...new PathItems().items(forest, () => true).values()];
  const times = (list: readonly { total: number; self: number }[]) => list.map(({ total, self }) => [total, self]);
  expect(times(items)).toEqual(times(rows));
  expect(times(paths)).toEqual(times(rows));
  const tree = JSON.parse([...renderJson(forest)].join(""))[0];
  expect([tree.duration_ms, tree.self_ms, tree.children[0].duration_ms]).toEqual([58e-6, 52e-6, 6e-6]);
});
