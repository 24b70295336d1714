/** Reports of many small traces: output is written as it comes, and what is kept of a process is small. */
import { expect, test } from "vitest";
import type { Definition } from "../../src/calltrace/index.js";
import { replayTraces } from "../../src/calltree/index.js";
import { NodePaths } from "../../src/calltree/replay/node-paths.js";
import { NodeTable } from "../../src/calltree/replay/nodes.js";
import { DefinitionPool, SharedDefinitions } from "../../src/calltree/shared-definitions.js";
import { renderNdjson } from "../../src/export/ndjson.js";
import { StayTable } from "../../src/join/stays.js";
import { scripted } from "../calltree/script.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { record } from "./calls.js";

test("the rows of short processes do not wait for those that follow", () => {
  const script = `0 g1 { main.main\n${"1 g1 { main.leaf\n 2 g1 }\n".repeat(200)}3 g1 }`;
  const pieces = [...renderNdjson(record(Array.from({ length: 40 }, () => script)), {})];
  const sizes = pieces.map(({ length }) => length);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  expect(Buffer.concat(pieces).toString().trim().split("\n").length).toBe(40 * 201);
  expect(Math.max(...sizes)).toBeLessThan(whole / 8);
});

test("walks find the nodes of a finished table under their numbers, without its counts", () => {
  const nodes = new NodeTable(true);
  nodes.reserve(4096);
  const one = nodes.child(0, 7, 0);
  const two = nodes.child(one, 8, 3);
  nodes.calls[two] = 5;
  const paths = new NodePaths(nodes);
  expect([paths.count, paths.parent(two), paths.func(two)]).toEqual([3, one, 8]);
  const table = paths.table();
  expect([table.child(0, 7, 0), table.child(one, 8, 3)]).toEqual([one, two]);
  expect([...table.calls.subarray(0, 3)]).toEqual([0, 0, 0]);
  table.reserve(1);
  expect([table.child(two, 9, 0), table.depth[3]]).toEqual([3, 3]);
});

test("a table of many paths has room for a batch, so that no replay copies it", () => {
  const nodes = new NodeTable(true);
  for (let id = 1; id < 5000; id++) {
    nodes.reserve(1);
    nodes.child(0, id, 0);
  }
  const table = new NodePaths(nodes).table();
  const { calls } = table;
  table.reserve(4096);
  expect(table.calls).toBe(calls);
  expect(table.child(0, 4999, 0)).toBe(4999);
});

test("calls on other paths are found again", () => {
  const nodes = new NodeTable(true, 10, 3);
  nodes.reserve(10);
  for (let id = 1; id < 6; id++) nodes.child(0, id, 0);
  const table = new NodePaths(nodes).table();
  const found = [1, 2, 3, 4, 5].map((id) => [nodes.child(0, id, 0), table.child(0, id, 0)]);
  expect(found.map(([, node]) => node)).toEqual(found.map(([node]) => node));
  expect(table.others).toBe(nodes.others);
});

test("processes share definitions, whatever ids they gave them", () => {
  const pool = new DefinitionPool();
  const define = (...names: string[]) =>
    new Map<number, Definition>(
      names.map((name, i) => [i + 1, { id: i + 1, kind: "function", name, file: "a.go", line: 7 }]),
    );
  const test = { id: 2 ** 32 - 1, kind: "test", name: "TestGet", file: "", line: 0 } as const;
  const first = new SharedDefinitions(new Map([...define("a", "b"), [test.id, test]]), pool);
  const second = new SharedDefinitions(define("b", "c", "a"), pool);
  expect([...first.values()]).toEqual([...define("a", "b").values(), test]);
  expect([...second.values()]).toEqual([...define("b", "c", "a").values()]);
  expect([first.size, second.size]).toEqual([3, 3]);
  expect([first.numberOf(1), first.numberOf(2)]).toEqual([second.numberOf(3), second.numberOf(1)]);
  expect([first.get(test.id), first.get(3), first.get(2 ** 32 - 9)]).toEqual([test, undefined, undefined]);
  const moved = new SharedDefinitions(new Map([[1, { ...define("a").get(1)!, line: 8 }]]), pool);
  expect(moved.numberOf(1)).not.toBe(first.numberOf(1));
});

test("what is kept of a process is in few pieces of memory, and its calls can still be walked", () => {
  const script = `0 g1 { main.main\n${"1 g1 { main.leaf\n 2 g1 }\n".repeat(50)}3 g1 }`;
  const { forest, built } = replayTraces(
    Array.from({ length: 3 }, () => memorySource(scripted(script, { control: {} }))),
  );
  for (const index of forest.processes.keys()) {
    const { process, paths, attachments, numbers } = built.at(index).replayed;
    const columns = [process.chunks, paths, attachments, process.definitions, { numbers }].flatMap((one) =>
      Object.values(one).filter((column) => ArrayBuffer.isView(column)),
    );
    const bytes = new Map(columns.map(({ buffer }) => [buffer, buffer.byteLength]));
    expect(bytes.size).toBeLessThanOrEqual(8);
    expect([...bytes.values()].reduce((sum, length) => sum + length, 0)).toBeLessThan(400);
  }
  expect(new Set(forest.processes.map(({ control }) => control)).size).toBe(1);
  expect(forest.functions.map(({ name }) => name)).toEqual(["main.main", "main.leaf"]);
});

test("stays are the same whatever room they had when they were added", () => {
  const table = new StayTable();
  const stay = { state: 0, reason: "", waker: -1, place: "", wakerPlace: "" };
  for (let at = 0; at < 150_000; at++) table.add(at % 3, at, at + 3, stay);
  const cursor = table.cursor();
  for (const goid of [0, 1, 2]) {
    const begins: number[] = [];
    for (let more = cursor.seek(goid, 0); more; more = cursor.next()) begins.push(cursor.begin);
    expect(begins).toEqual(Array.from({ length: 50_000 }, (_, i) => goid + 3 * i));
  }
});
