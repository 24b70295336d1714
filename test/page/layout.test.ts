import fc from "fast-check";
import { expect, test } from "vitest";
import { frameAt, layOut, shareOf, type Weight } from "../../src/page/calls/layout.js";
import { calleesOf, callersOf, relationsOf } from "../../src/page/calls/relations.js";
import { callTotals, framePlaces } from "../../src/page/data/totals.js";
import { run } from "../calltree/program.js";
import { grow } from "../calltree/script.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 500, size: "max" });
const weights = fc.constantFrom<Weight[]>("total", "self", "calls");
const orders = fc.constantFrom("weight" as const, "start" as const);

function treeOf(choices: readonly number[]) {
  const { functions, processes } = buildForest(memorySource(run(choices).bytes));
  const paths = processes[0].tree;
  return {
    paths,
    functions: functions.length,
    stacks: framePlaces(paths, functions.length),
    spans: [[1, paths.size]] as const,
  };
}

test("frames lie within the frame above, beside one another, and a place finds its frame", () => {
  fc.assert(
    fc.property(programs, weights, orders, (choices, weight, order) => {
      const { paths, spans } = treeOf(choices);
      const layout = layOut(paths, spans, { weight, order });
      const { x, width, row, above, first, list, whole } = layout;
      const slack = whole * 1e-9;
      expect(list.length).toBe(paths.size - 1);
      for (let node = 0; node < paths.size; node++) {
        let left = node === 0 ? 0 : x[node];
        for (const below of list.subarray(first[node], first[node + 1])) {
          expect(above[below]).toBe(node);
          expect(row[below]).toBe(node === 0 ? 0 : row[node] + 1);
          expect(x[below]).toBeCloseTo(left, 3);
          left += width[below];
        }
        expect(left).toBeLessThanOrEqual(x[node] + width[node] + slack);
        if (node > 0 && width[node] > slack * 10)
          expect(frameAt(layout, x[node] + width[node] / 2, row[node])).toBe(node);
      }
    }),
    { numRuns: 60 },
  );
});

test("widths of total time leave goroutines out of who started them; of self time and calls they do not", () => {
  const { functions, processes } = grow(`
    0   g1 { main.main
    5   g1 go g2
    10  g1 { main.f
    40  g1 }
    100 g1 }
    20  g2 { main.worker
    90  g2 }`);
  const { tree } = processes[0];
  const node = (name: string) => [...tree.func].findIndex((func) => functions[func]?.name === name);
  const widths = (weight: Weight) => {
    const { width, row, whole } = layOut(tree, [[1, tree.size]], { weight, order: "weight" });
    const of = (name: string) => [width[node(name)], row[node(name)]];
    return { main: of("main.main"), worker: of("main.worker"), f: of("main.f"), whole };
  };
  expect(widths("total")).toEqual({ main: [100e3, 0], worker: [70e3, 0], f: [30e3, 1], whole: 170e3 });
  expect(widths("self")).toEqual({ main: [170e3, 0], worker: [70e3, 1], f: [30e3, 1], whole: 170e3 });
  expect(widths("calls")).toEqual({ main: [3, 0], worker: [1, 1], f: [1, 1], whole: 3 });
});

test("the share of a search counts frames within others once", () => {
  const { functions, processes } = grow(`
    0   g1 { main.main
    10  g1 { main.f
    20  g1 { main.f
    30  g1 }
    40  g1 }
    100 g1 }`);
  const { tree } = processes[0];
  const layout = layOut(tree, [[1, tree.size]], { weight: "total", order: "weight" });
  const matches = Uint8Array.from(functions, ({ name }) => (name === "main.f" ? 1 : 0));
  expect(shareOf(layout, [[1, tree.size]], matches)).toBeCloseTo(0.3);
});

test("callers and callees of a function add up to its calls and times", () => {
  fc.assert(
    fc.property(programs, (choices) => {
      const { paths, functions, stacks, spans } = treeOf(choices);
      const totals = callTotals(paths, functions, stacks, spans);
      const sum = (list: readonly { calls: number; total: number; self: number }[], name: "calls" | "total" | "self") =>
        list.reduce((all, each) => all + each[name], 0);
      let calls = 0;
      for (let func = 0; func < functions; func++) {
        const { callers, callees } = relationsOf(paths, stacks, spans, func);
        expect(sum(callers, "calls")).toBe(totals.calls[func]);
        expect(sum(callers, "total")).toBeCloseTo(totals.total[func], 3);
        expect(sum(callers, "self")).toBeCloseTo(totals.self[func], 3);
        for (const { func: callee, calls: times, go, total } of callees) {
          const back = relationsOf(paths, stacks, spans, callee).callers;
          const same = back.find((caller) => caller.func === func && caller.go === go)!;
          expect(times).toBe(same.calls);
          expect(total).toBeLessThanOrEqual(totals.total[callee] + 1e-3 + (go ? Number.POSITIVE_INFINITY : 0));
        }
        calls += sum(callees, "calls");
      }
      const roots = [...paths.parent.keys()].filter((node) => paths.parent[node] === 0);
      expect(calls + roots.reduce((all, node) => all + paths.calls[node], 0)).toBe(
        totals.calls.reduce((a, b) => a + b, 0),
      );
    }),
    {
      numRuns: 40,
      // A goroutine started within a call has its own outermost calls; the call goes on after it.
      examples: [
        [
          [
            ...[
              0, 0, 0, 0, 0, 0, 0, 115694, 0, 0, 0, 0, 0, 0, 327637, 0, 467797, 0, 0, 0, 0, 0, 0, 769039, 79039, 0, 0,
            ],
            966439,
          ],
        ],
      ],
    },
  );
});

test("a function in the middle: what is below and above its outermost calls, merged", () => {
  fc.assert(
    fc.property(programs, (choices) => {
      const { paths, functions, stacks, spans } = treeOf(choices);
      const totals = callTotals(paths, functions, stacks, spans);
      const value = layOut(paths, spans, { weight: "total", order: "weight" }).width;
      for (let func = 0; func < functions; func++) {
        if (totals.calls[func] === 0) continue;
        const { paths: below } = calleesOf(paths, stacks, spans, func, { functions, goroutines: false });
        const { paths: above } = callersOf(paths, stacks, spans, func, { functions, value });
        for (const merged of [below, above]) {
          expect(merged.func[1]).toBe(func);
          expect(merged.end[1]).toBe(merged.size);
          expect(merged.total[1]).toBeCloseTo(totals.total[func], 3);
        }
        // Every frame leaves room for those above it; only at the beginning of a stack there is less.
        const sums = new Float64Array(above.size);
        for (let node = 2; node < above.size; node++) sums[above.parent[node]] += above.total[node];
        for (let node = 1; node < above.size; node++) expect(sums[node]).toBeLessThanOrEqual(above.total[node] + 1e-3);
      }
    }),
    { numRuns: 40 },
  );
});
