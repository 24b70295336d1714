import fc from "fast-check";
import { expect, test } from "vitest";
import { type CallTree, EdgeKind } from "../../src/calltree/index.js";
import { foldRecursion } from "../../src/calltree/views/fold.js";
import { idleTimes } from "../../src/calltree/views/idle.js";
import { grow } from "./script.js";

interface Call {
  readonly func: number;
  readonly self: number;
  readonly calls: readonly Call[];
}

const call: fc.Arbitrary<Call> = fc.letrec<{ call: Call }>((tie) => ({
  call: fc.record({
    func: fc.nat(3),
    self: fc.nat(5),
    calls: fc.oneof(
      { depthSize: "large", withCrossShrink: true },
      fc.constant([]),
      fc.array(tie("call"), { maxLength: 3 }),
    ),
  }),
})).call;

/** The script of a call on goroutine 1 from `at` on; returns when it ends. */
function write(lines: string[], { func, self, calls }: Call, at: number): number {
  lines.push(`${at} g1 { main.f${func}`);
  let time = at + self;
  for (const one of calls) time = write(lines, one, time);
  lines.push(`${time + 1} g1 }`);
  return time + 1;
}

const byFunction = (tree: CallTree, of: (node: number) => number) => {
  const sums = new Map<number, number>();
  for (let node = 1; node < tree.size; node++) {
    sums.set(tree.func[node], (sums.get(tree.func[node]) ?? 0) + of(node));
  }
  return sums;
};

test("folding keeps calls and self times, and no path has a function twice", () => {
  fc.assert(
    fc.property(call, (root) => {
      const lines: string[] = [];
      write(lines, root, 0);
      const { tree } = grow(lines.join("\n")).processes[0];
      const folded = foldRecursion(tree);
      expect(byFunction(folded.tree, (node) => folded.tree.calls[node])).toEqual(
        byFunction(tree, (node) => tree.calls[node]),
      );
      const [now, before] = [folded.tree, tree].map((one) => byFunction(one, (node) => one.self[node]));
      for (const [func, self] of before) expect(now.get(func)).toBeCloseTo(self, 3);
      for (let node = 1; node < folded.tree.size; node++) {
        const seen = new Set<number>();
        for (let at = node; at > 0; at = folded.tree.parent[at]) {
          expect(seen.has(folded.tree.func[at])).toBe(false);
          seen.add(folded.tree.func[at]);
        }
        const above = folded.tree.parent[node];
        if (above > 0) expect(folded.tree.total[node]).toBeLessThanOrEqual(folded.tree.total[above] + 1e-6);
      }
      // The outermost function's total is that of its outermost call.
      expect(folded.tree.total[1]).toBe(tree.total[1]);
    }),
    { numRuns: 200 },
  );
});

test("a total counts recursion once; how deep it went is known", () => {
  const script = `0 g1 { main.f\n 1 g1 { main.g\n 2 g1 { main.f\n 3 g1 { main.g\n 5 g1 }\n 6 g1 { main.h\n 7 g1 }\n 8 g1 }\n 9 g1 }\n 10 g1 }`;
  const forest = grow(script);
  const { tree, recursion } = foldRecursion(forest.processes[0].tree);
  const rows = Array.from({ length: tree.size - 1 }, (_, i) => {
    const node = i + 1;
    return [forest.functions[tree.func[node]].name, tree.calls[node], tree.total[node] / 1e3, recursion.get(node)];
  });
  expect(rows).toEqual([
    ["main.f", 2, 10, { calls: 1, depth: 2 }],
    ["main.g", 2, 8, { calls: 1, depth: 2 }],
    ["main.h", 1, 1, undefined],
  ]);
});

test("a goroutine's calls are no recursion of those that started it; goroutines that start their kind are one node", () => {
  const script = `0 g1 { main.f\n 1 g1 go g2\n 2 g2 { main.f\n 3 g2 go g3\n 4 g3 { main.f\n 5 g3 }\n 6 g2 }\n 9 g1 }`;
  const { tree, recursion } = foldRecursion(grow(script).processes[0].tree);
  expect(recursion.size).toBe(0);
  expect([...tree.edge.slice(1)]).toEqual([EdgeKind.call, EdgeKind.exact]);
  expect(tree.goroutines.get(2)).toBe(2);
  expect(tree.total[2]).toBeCloseTo(5000, 6);
});

const waits = (script: string) => {
  const { processes, functions } = grow(script);
  const { tree } = processes[0];
  return [...idleTimes(tree, functions).waits.values()].map((node) => functions[tree.func[node]].name);
};

test("goroutines that wait for work: in one frame to the end, whatever they did in between", () => {
  const start = "0 g1 { main.main\n 1 g1 go g2\n";
  expect(waits(`${start} 2 g2 { main.accept\n 100 g1 }`)).toEqual(["main.accept"]);
  expect(waits(`${start} 2 g2 { main.worker\n 10 g2 { main.job\n 15 g2 }\n 100 g1 }`)).toEqual(["main.worker"]);
  expect(waits(`${start} 2 g2 { main.worker\n 3 g2 { main.next\n 100 g1 }`)).toEqual(["main.next"]);
});

test("what works, has ended, is short, is a test or the main goroutine does not wait for work", () => {
  const start = "0 g1 { main.main\n 1 g1 go g2\n";
  expect(waits(`${start} 2 g2 { main.worker\n 10 g2 { main.job\n 50 g2 }\n 100 g1 }`)).toEqual([]);
  expect(waits(`${start} 2 g2 { main.worker\n 99 g2 }\n 100 g1 }`)).toEqual([]);
  expect(waits(`${start} 95 g2 { main.late\n 100 g1 }`)).toEqual([]);
  expect(waits(`${start} 2 g2 { main.TestHangs\n 100 g1 }`)).toEqual([]);
  expect(waits("0 g1 { main.main\n 1 g1 { main.serve\n 100 g1 { main.last")).toEqual([]);
  // One of two goroutines has ended: the node shows both states.
  const two =
    "0 g1 { main.main\n 1 g1 { main.start\n 2 g1 go g2\n 2.5 g1 }\n 2.7 g1 { main.start\n 3 g1 go g3\n 3.5 g1 }\n";
  expect(waits(`${two} 4 g2 { main.worker\n 5 g3 { main.worker\n 90 g3 }\n 100 g1 }`)).toEqual([]);
});
