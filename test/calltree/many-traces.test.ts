/** Reports of many traces: what is not kept of a process is made again, and is the same. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, onTestFinished, test } from "vitest";
import { RequestCollector, StatsMeter, TreeSums, treeStats } from "../../src/callstats/index.js";
import {
  type CallTree,
  type FunctionInfo,
  type ProcessTree,
  type Recording,
  type RecordingOptions,
  readRecording,
} from "../../src/calltree/index.js";
import { Holding } from "../../src/calltree/shelf.js";
import { renderCsv } from "../../src/export/csv.js";
import { renderFolded } from "../../src/export/folded.js";
import { tableOf } from "../../src/export/tables/index.js";
import { tableNames } from "../../src/export/tables/names.js";
import { filterNotices, overall } from "../../src/render/notices.js";
import { renderJson } from "../../src/render/tree/json.js";
import { renderTree } from "../../src/render/tree/tree.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { run } from "./program.js";
import { scripted } from "./script.js";
import { ScriptedClock } from "./scripted-clock.js";

const SCRIPT = `
  0   g1 { main.main
  10  g2<g1 { main.handle
  12  g2 { main.query
  18  g2 } panic
  20  g2 } deferred
  30  g2 { main.handle
  60  g2 }
  50  g4<g1=TestGet { main.TestGet
  90  g4 }
  100 g1 }`;

/** A program, the same for the same number. */
function program(seed: number, length = 120): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 12;
  });
}

/** Processes of several builds: whole, damaged, rings, two in one file; and a file that is no trace. */
function sources() {
  const [whole, other, damaged, ring] = [
    run(program(1)).bytes,
    run(program(2), 1024).bytes,
    run(program(3, 500)).bytes.slice(0, 6_000),
    run(program(4, 500), 256, 8192).bytes,
  ];
  const pair = Buffer.concat([scripted(SCRIPT), run(program(5)).bytes]);
  const all = [whole, scripted(SCRIPT), damaged, ring, Buffer.from("no trace"), pair, other, scripted(SCRIPT)];
  return all.map((bytes) => memorySource(bytes));
}

/** What reports say, in all kinds of ways. */
function told(recording: Recording): unknown[] {
  const { forest, filtered } = recording;
  const title = () => "server";
  const calls: unknown[] = [];
  recording.visit({
    begin: ({ process, goid, node }) => calls.push([process, goid, node]),
    exit: (node, start, end, self, how, beneath, states, number) =>
      calls.push([node, start, end, self, how, beneath, number, states && [...states.total]]),
  });
  const stats = new StatsMeter(forest, { spread: true });
  const requests = new RequestCollector(recording, { kind: "handlers" }, 5);
  recording.visit(stats.visitor);
  recording.visit(requests);
  return [
    ...[filtered, calls, stats.rows(), treeStats(forest, { spread: true }), requests.requests()],
    ...[overall(forest, title), filterNotices(recording), forest.problem],
    ...[[...renderTree(forest)].join(""), [...renderTree(forest, { lines: 40 })].join("")],
    ...[[...renderFolded(forest)].join(""), [...renderJson(forest, { tests: true })].join("")],
    ...tableNames.map((table) => Buffer.concat([...renderCsv(recording, { table })]).toString()),
    forest.processes.map((process) => ({ ...process, tree: process.tree, durations: undefined })),
  ];
}

const withStates = (recording: Recording) =>
  recording.withStates(({ info }) => (info.pid % 2 === 0 ? undefined : new ScriptedClock("g2 35-55 lock")), true);

test.each<[string, RecordingOptions, ((recording: Recording) => Recording)?]>([
  ["everything", { build: { collectsDurations: true } }],
  ["some paths", { select: { focus: /main\.(b|query)/, hide: /func1/ } }],
  ["a part of the time", { select: { from: 5000, to: 60_000, goroutines: [1, 2, 3] } }],
  ["states", {}, withStates],
  ["states of some paths", { select: { ignore: /query/ } }, withStates],
])("%s of processes of which nothing is kept", (_what, options, change = (recording) => recording) => {
  const [kept, made] = [Number.POSITIVE_INFINITY, 0].map((most) => {
    const held = { processes: most, paths: 0 };
    const recording = change(readRecording(sources(), { ...options, held }));
    const { processes } = recording.forest;
    expect(processes.map(({ reach }) => reach !== undefined)).toContain(true);
    expect(processes.map(({ problem }) => problem !== undefined)).toContain(true);
    return told(recording).map((one) => JSON.parse(JSON.stringify(one ?? null, plain)));
  });
  expect(made).toEqual(kept);
  expect(kept.length).toBeGreaterThan(12);
});

/** Maps, columns and large numbers as JSON; without what a process that is made again has beside the others. */
function plain(key: string, value: unknown): unknown {
  if (["again", "index", "hasRequests"].includes(key)) return undefined;
  if (typeof value === "bigint") return `${value}`;
  if (value instanceof Map) return [...value];
  return ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value;
}

test("a call is selected among processes of which nothing is kept", () => {
  const call = { pid: undefined, goid: 2, number: 1 };
  const source = () => [memorySource(scripted(SCRIPT))];
  const [kept, made] = [1, 0].map((processes) =>
    readRecording(source(), { select: { call }, held: { processes, paths: 0 } }),
  );
  expect([...renderTree(made.forest)]).toEqual([...renderTree(kept.forest)]);
  expect(made.family).toEqual(kept.family);
});

test("however many processes there are, few trees are in memory", async () => {
  const trees: WeakRef<object>[] = [];
  // Trees are frozen when they are made, and their columns are in one piece of memory.
  const { freeze } = Object;
  Object.freeze = <T>(one: T) => {
    if (typeof one === "object" && one !== null && "goids" in one)
      trees.push(new WeakRef((one as unknown as CallTree).func.buffer));
    return freeze(one);
  };
  onTestFinished(() => {
    Object.freeze = freeze;
  });
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const alive = async () => {
    // What a weak reference returned stays until the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    return trees.filter((tree) => tree.deref() !== undefined).length;
  };
  const bytes = scripted(SCRIPT);
  const many = Array.from({ length: 60 }, () => memorySource(bytes));
  const recording = readRecording(many, { held: { processes: 5, paths: 0 } });
  expect(trees.length).toBe(60);
  const forest = () => recording.forest;
  const requests = new RequestCollector(recording, { kind: "handlers" }, 3);
  const stats = new StatsMeter(forest(), { spread: true });
  recording.visit(stats.visitor);
  const after = [await alive()];
  recording.visit(requests);
  expect(requests.requests().count).toBe(120);
  after.push(await alive());
  for (const _ of renderTree(forest()));
  for (const _ of renderJson(forest()));
  after.push(await alive());
  const tables = tableNames.map((name) => tableOf(recording, name));
  for (const { columns, rows } of tables) {
    for (const _ of rows((row) => columns.map(({ of }) => of(row))));
    after.push(await alive());
  }
  expect(tables.length).toBe(6);
  expect(Math.max(...after)).toBeLessThan(15);
  // The first ones are not made again.
  const before = trees.length;
  expect(
    forest()
      .processes.slice(0, 5)
      .map(({ tree }) => tree.size),
  ).toEqual(Array(5).fill(5));
  expect(trees.length).toBe(before);
  expect(forest().processes[30].tree.size).toBe(5);
  expect(trees.length).toBe(before + 1);
});

test("what was added up while traces were read is what their trees and calls add up to", () => {
  const read = new TreeSums(true);
  const build = { collectsDurations: true };
  const each = (process: ProcessTree, functions: readonly FunctionInfo[]) => read.add(process, functions);
  const kinds = [scripted(SCRIPT), run(program(1)).bytes, run(program(3, 500), 256).bytes, run(program(2)).bytes];
  const sources = () => [...kinds, ...kinds].map((bytes) => memorySource(bytes));
  const recording = readRecording(sources(), { build, each, held: { processes: 0, paths: 0 } });
  const { forest } = recording;
  const meter = new StatsMeter(forest, { spread: true });
  recording.visit(meter.visitor);
  expect(read.rows(recording)).toEqual(meter.rows());
  expect(read.of(recording)).toBe(read);
  expect(read.rows(recording)?.length).toBeGreaterThan(3);
  // Durations of all processes would take much memory.
  expect(forest.processes.filter(({ durations }) => durations !== undefined)).toEqual([]);
  // The core collects the same.
  for (const isPlain of [false, true]) {
    const others = readRecording(sources(), { build: { ...build, isPlain } });
    expect(treeStats(others.forest, { spread: true })).toEqual(read.rows(recording));
  }
  const filtered = readRecording(memorySource(scripted(SCRIPT)), { select: { focus: /query/ }, build });
  expect(read.of(filtered)).not.toBe(read);
  expect(read.of(filtered).rows(filtered)).toBeUndefined();
});

test("a trace that has changed is not read again", () => {
  let bytes = scripted(SCRIPT);
  const source = { ...memorySource(bytes), read: (at: number, into: Uint8Array) => memorySource(bytes).read(at, into) };
  const others = Array.from({ length: 8 }, () => memorySource(bytes));
  let told = 0;
  const progress = () => told++;
  const { processes } = readRecording([source, ...others], { held: { processes: 0, paths: 0 }, progress }).forest;
  const before = told;
  expect(before).toBeGreaterThan(0);
  expect(processes[0].tree.size).toBe(5);
  for (const { tree } of processes) expect(tree.size).toBe(5);
  // By then, the progress of reading is no longer shown.
  expect(told).toBe(before);
  bytes = scripted("0 g1 { main.main\n1 g1 }");
  expect(() => processes[0].tree).toThrow("a trace was changed while it was read");
});

test("of the first processes everything is kept, and of further ones as long as they have few paths together", () => {
  const holding = new Holding({ processes: 2, paths: 10 });
  for (const [process, paths] of [8, 9, 1, 1].entries()) holding.decide(process, paths);
  expect([0, 1, 2, 3].map((process) => holding.has(process))).toEqual([true, true, false, false]);
  const small = new Holding({ processes: 1, paths: 10 });
  for (const [process, paths] of [4, 4, 2, 1].entries()) small.decide(process, paths);
  small.decide(3, 0);
  expect([0, 1, 2, 3].map((process) => small.has(process))).toEqual([true, true, true, false]);
});
