import fc from "fast-check";
import { expect, test } from "vitest";
import { buildForest } from "../support/calltrace/build-forest.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { pathsOf, run } from "./program.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 1000, size: "max" });
const chunkSizes = fc.constantFrom(128, 256, 1024, 262144);

function sorted<T>(paths: Map<string, T>): [string, T][] {
  return [...paths].sort(([a], [b]) => (a < b ? -1 : 1));
}

test("a merged tree has the paths, calls and times of the program", () => {
  fc.assert(
    fc.property(programs, chunkSizes, (choices, chunkMax) => {
      const program = run(choices, chunkMax);
      const forest = buildForest(memorySource(program.bytes));
      const [process] = forest.processes;
      expect(process.problem).toBeUndefined();
      expect(process.strayExits).toBe(0);
      expect(process.events).toBe(program.events);
      expect(process.goroutines).toBe(program.goroutines);
      expect(sorted(pathsOf(forest))).toEqual(sorted(program.paths));
    }),
    { numRuns: 200 },
  );
});

test("an unmerged tree has them too, with one node a call", () => {
  fc.assert(
    fc.property(programs, chunkSizes, (choices, chunkMax) => {
      const program = run(choices, chunkMax);
      const forest = buildForest(memorySource(program.bytes), { noMerge: true });
      expect(sorted(pathsOf(forest))).toEqual(sorted(program.paths));
      const { tree } = forest.processes[0];
      expect(tree.calls.subarray(1).every((calls) => calls === 1)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("pruning an unmerged tree keeps every call that is long enough", () => {
  fc.assert(
    fc.property(programs, fc.constantFrom(50, 5000, 300000), (choices, minimum) => {
      const program = run(choices);
      const all = buildForest(memorySource(program.bytes), { noMerge: true }).processes[0].tree;
      const some = buildForest(memorySource(program.bytes), { noMerge: true, minimum }).processes[0];
      const long = (tree: typeof all) =>
        tree.total
          .subarray(1)
          .filter((total) => total >= minimum)
          .sort();
      expect([...long(some.tree)]).toEqual([...long(all)]);
      expect(some.tree.size + some.pruned).toBe(all.size);
    }),
    { numRuns: 100 },
  );
});

test("parents come before children, and a subtree is one stretch", () => {
  fc.assert(
    fc.property(programs, fc.boolean(), (choices, noMerge) => {
      const { tree } = buildForest(memorySource(run(choices).bytes), { noMerge }).processes[0];
      for (let node = 1; node < tree.size; node++) {
        const parent = tree.parent[node];
        expect(parent).toBeLessThan(node);
        expect(tree.depth[node]).toBe(tree.depth[parent] + 1);
        expect(tree.end[node]).toBeGreaterThan(node);
        expect(tree.end[node]).toBeLessThanOrEqual(tree.end[parent]);
      }
    }),
    { numRuns: 100 },
  );
});
