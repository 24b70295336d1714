import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader, ByteWriter } from "../../src/base/varint.js";
import { readRecording } from "../../src/calltree/index.js";
import { type CallPageOptions, packCalls } from "../../src/page/data/calls.js";
import { readStats } from "../../src/page/data/functions.js";
import { readGoroutines } from "../../src/page/data/goroutine-rows.js";
import { readPaths, writePaths } from "../../src/page/data/paths.js";
import { callTotals, framePlaces } from "../../src/page/data/totals.js";
import { run } from "../calltree/program.js";
import { grow, scripted } from "../calltree/script.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 500, size: "max" });
const everything = ({ size }: { size: number }) => Int32Array.from({ length: size }, (_, node) => node);

function treeOf(bytes: Uint8Array) {
  const forest = buildForest(memorySource(bytes));
  return { forest, tree: forest.processes[0].tree };
}

const options: CallPageOptions = { title: () => "shop", notes: () => [] };
const pack = (script: string, more: Partial<CallPageOptions> = {}) =>
  packCalls(readRecording(memorySource(scripted(script))), { ...options, ...more });
const unpack = (text: string) => inflateSync(Buffer.from(text, "base64"));

test("paths come back as they were, times to the nanosecond", () => {
  fc.assert(
    fc.property(programs, (choices) => {
      const { tree } = treeOf(run(choices).bytes);
      const writer = new ByteWriter();
      writePaths(writer, tree, everything(tree), tree.size);
      const paths = readPaths(new ByteReader(writer.bytes()));
      const { size, parent, end, depth, func, edge, goStatement, calls } = tree;
      expect(paths).toMatchObject({ size, parent, end, depth, func, edge, goStatement, calls });
      expect(paths.self).toEqual(tree.self.map(Math.round));
      // Times are fractions of nanoseconds; the page stores whole ones, rounded for each node.
      for (let node = 1; node < size; node++) expect(paths.total[node]).toBe(Math.round(tree.total[node]));
      for (const name of ["panics", "goexits", "running", "recovered", "earlier", "goroutines"] as const) {
        expect(new Map(paths[name])).toEqual(new Map([...tree[name]].filter(([node]) => node > 0)));
      }
    }),
    { numRuns: 60 },
  );
});

test("the total of a function is the time of its outermost calls, each goroutine by itself", () => {
  fc.assert(
    fc.property(programs, (choices) => {
      const { bytes } = run(choices);
      const recording = readRecording(memorySource(bytes));
      const { functions, processes } = recording.forest;
      const { tree } = processes[0];
      const size = functions.length;
      const wanted = { calls: new Float64Array(size), total: new Float64Array(size), self: new Float64Array(size) };
      const open: number[] = [];
      recording.visit({
        enter: (node) => {
          open.push(tree.func[node]);
        },
        exit: (node, start, time, self) => {
          const func = tree.func[node];
          open.pop();
          wanted.calls[func]++;
          wanted.self[func] += self;
          if (!open.includes(func)) wanted.total[func] += time - start;
        },
      });
      const found = callTotals(tree, size, framePlaces(tree, size), [[1, tree.size]]);
      expect(found.calls).toEqual(wanted.calls);
      for (let func = 0; func < size; func++) {
        expect(found.total[func]).toBeCloseTo(wanted.total[func], 3);
        expect(found.self[func]).toBeCloseTo(wanted.self[func], 3);
      }
    }),
    { numRuns: 60 },
  );
});

test("the numbers of functions in the page are those of their calls, and agree with the paths", () => {
  fc.assert(
    fc.property(programs, (choices) => {
      const recording = readRecording(memorySource(run(choices).bytes));
      const [process] = packCalls(recording, options).processes;
      const reader = new ByteReader(unpack(process.packed));
      const paths = readPaths(reader);
      readGoroutines(reader);
      const size = recording.forest.functions.length;
      const stats = readStats(reader, size);
      const totals = callTotals(paths, size, framePlaces(paths, size), [[1, paths.size]]);
      expect(stats.calls).toEqual(totals.calls);
      for (let func = 0; func < size; func++) {
        if (stats.calls[func] === 0) continue;
        const { min, p50, p95, p99, max, mean } = stats;
        const rising = [min[func], p50[func], p95[func], p99[func], max[func], totals.total[func] + paths.size];
        expect([...rising].sort((a, b) => a - b)).toEqual(rising);
        expect(mean[func]).toBeGreaterThanOrEqual(min[func]);
        expect(Math.abs(stats.total[func] - totals.total[func])).toBeLessThanOrEqual(paths.size);
        expect(Math.abs(stats.self[func] - totals.self[func])).toBeLessThanOrEqual(paths.size);
      }
    }),
    { numRuns: 40 },
  );
});

test("recursion counts once, and again in a goroutine of its own", () => {
  const { functions, processes } = grow(`
    0   g1 { main.f
    10  g1 { main.g
    20  g1 { main.f
    30  g1 go g2
    40  g1 }
    50  g1 }
    100 g1 }
    100 g2 { main.f
    107 g2 }`);
  const { tree } = processes[0];
  const totals = callTotals(tree, functions.length, framePlaces(tree, functions.length), [[1, tree.size]]);
  const f = functions.findIndex(({ name }) => name === "main.f");
  expect([totals.calls[f], totals.total[f]]).toEqual([3, 107_000]);
});

test("goroutines come back in rows, with their calls", () => {
  const [process] = pack(`
    0   g1 { main.main
    10  g1 go g2
    20  g2 { main.worker
    30  g2 { main.step
    35  g2 }
    90  g2 }
    100 g1 }`).processes;
  const reader = new ByteReader(unpack(process.packed));
  const { depth } = readPaths(reader);
  const { rows, omitted } = readGoroutines(reader);
  expect(omitted).toBe(0);
  expect(
    rows.map(({ goid, parentGoid, level, start, length, calls }) => [goid, parentGoid, level, start, length, calls]),
  ).toEqual([
    [1, 0, 0, 0, 100_000, 1],
    [2, 1, 1, 20_000, 70_000, 2],
  ]);
  const { spans } = rows[1];
  expect([[...spans.start], [...spans.length], [...spans.level]]).toEqual([
    [20_000, 30_000],
    [70_000, 5_000],
    [0, 1],
  ]);
  expect([...spans.node].map((node) => depth[node])).toEqual([2, 3]);
});

test("tests are parts, and so is what ran outside of them; what filters hide is counted", () => {
  const script = `
    0   g1 { main.TestMain
    1   g1 { main.setup
    2   g1 }
    10  g2<g1 { main.TestA
    11  g2 { main.work
    19  g2 }
    30  g2 }
    40  g3<g1 { main.TestB
    60  g3 }
    100 g1 }`;
  const [process] = pack(script, { tests: true }).processes;
  expect(process.sections.map(({ title, whole }) => [title, whole])).toEqual([
    ["main.TestA", 20_000],
    ["main.TestB", 20_000],
    ["outside of tests", 100_000],
  ]);
  const paths = readPaths(new ByteReader(unpack(process.packed)));
  const covered = process.sections.flatMap(({ spans }) => spans).sort(([a], [b]) => a - b);
  expect(covered[0][0]).toBe(1);
  expect(covered.at(-1)![1]).toBe(paths.size);
  for (let i = 1; i < covered.length; i++) expect(covered[i][0]).toBe(covered[i - 1][1]);
  const [short] = pack(script, { tests: true, minimum: 15_000 }).processes;
  expect(short).toMatchObject({ paths: 5, omitted: { paths: 2, calls: 2 } });
});

test("of too many paths the longest are in the page, equally long ones together", () => {
  const script = [1, 5, 3, 3, 9].map((length, i) => `${i * 20} g${i + 1} { main.f${i}\n${i * 20 + length} g${i + 1} }`);
  const shown = (mostPaths: number) => {
    const [process] = pack(script.join("\n"), { maxPaths: mostPaths }).processes;
    const paths = readPaths(new ByteReader(unpack(process.packed)));
    expect(process.paths).toBe(5);
    expect(process.omitted).toEqual({ paths: 6 - paths.size, calls: 6 - paths.size });
    return [...paths.total.subarray(1)].map((time) => time / 1000);
  };
  expect(shown(5)).toEqual([1, 5, 3, 3, 9]);
  expect(shown(4)).toEqual([5, 3, 3, 9]);
  expect(shown(3)).toEqual([5, 9]);
  expect(shown(1)).toEqual([9]);
});
