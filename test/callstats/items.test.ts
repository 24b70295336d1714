import fc from "fast-check";
import { expect, test } from "vitest";
import { diffCalls, FunctionItems, PathItems, StatsMeter } from "../../src/callstats/index.js";
import { run } from "../calltree/program.js";
import { read, visit } from "./brute.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 400, size: "max" });

interface Sums {
  readonly calls: number;
  readonly total: number;
  readonly self: number;
}

/** Items by path, in the form of the tree's tests; `go? ` is `go ` here. */
function plainPaths(paths: ReadonlyMap<string, Sums>): Map<string, Sums> {
  const merged = new Map<string, Sums>();
  for (const [key, { calls, total, self }] of paths) {
    const path = key.slice(1).replaceAll(";", " > ").replaceAll("go? ", "go~ ");
    const before = merged.get(path) ?? { calls: 0, total: 0, self: 0 };
    merged.set(path, { calls: before.calls + calls, total: before.total + total, self: before.self + self });
  }
  return merged;
}

test("paths of two runs have the same numbers for the same names", () => {
  fc.assert(
    fc.property(programs, programs, (one, other) => {
      const table = new PathItems();
      const [a, b] = [run(one), run(other)];
      const items = [a, b].map(({ bytes }) => table.items(read(bytes).forest, () => true));
      const expected = [a, b].map(({ paths }) => plainPaths(paths));
      for (const side of [0, 1]) {
        const found = [...items[side]].map(([item, { calls, total, self }]) => {
          return [table.describe(item).path.join(" > "), { calls, total, self }] as const;
        });
        expect(new Map(found)).toEqual(expected[side]);
        expect(found).toHaveLength(expected[side].size);
      }
      const diff = diffCalls([items[0]], [items[1]], (item) => table.describe(item), { measure: "calls", min: 0 });
      for (const { path, shifts } of diff.changes) {
        const key = path!.join(" > ");
        const [before, after] = expected.map((side) => side.get(key)?.calls ?? 0);
        expect(shifts.calls.delta).toBe(after - before);
      }
      expect(diff.changes).toHaveLength(new Set(expected.flatMap((side) => [...side.keys()])).size);
    }),
    { numRuns: 40 },
  );
});

test("functions of two runs add up to all calls", () => {
  fc.assert(
    fc.property(programs, (choices) => {
      const table = new FunctionItems();
      const recording = read(run(choices).bytes);
      const meter = new StatsMeter(recording.forest, { spread: false });
      visit(recording, meter.visitor);
      const items = table.items(meter.rows(), () => true);
      const again = table.items(meter.rows(), (name) => name === "main.a");
      const calls = [...items.values()].reduce((sum, one) => sum + one.calls, 0);
      expect(calls).toBe(recording.forest.processes[0].tree.calls.reduce((sum, count) => sum + count, 0));
      for (const [item, sums] of again) {
        expect(table.describe(item).name).toBe("main.a");
        expect(items.get(item)).toEqual(sums);
      }
    }),
    { numRuns: 40 },
  );
});
