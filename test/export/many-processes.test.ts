/** Reports of many small traces: output is written as it comes, and what is kept of a process is small. */
import { expect, test } from "vitest";
import { NodeTable } from "../../src/calltree/replay/nodes.js";
import { renderNdjson } from "../../src/export/ndjson.js";
import { StayTable } from "../../src/join/stays.js";
import { record } from "./calls.js";

test("the rows of short processes do not wait for those that follow", () => {
  const script = `0 g1 { main.main\n${"1 g1 { main.leaf\n 2 g1 }\n".repeat(200)}3 g1 }`;
  const pieces = [...renderNdjson(record(Array.from({ length: 40 }, () => script)), {})];
  const sizes = pieces.map(({ length }) => length);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  expect(Buffer.concat(pieces).toString().trim().split("\n").length).toBe(40 * 201);
  expect(Math.max(...sizes)).toBeLessThan(whole / 8);
});

test("a table of nodes gives up its room, and finds and adds nodes as before", () => {
  const nodes = new NodeTable(true);
  nodes.reserve(4096);
  const one = nodes.child(0, 7, 0);
  const two = nodes.child(one, 8, 0);
  nodes.calls[two] = 5;
  nodes.trim();
  expect(nodes.calls.length).toBe(3);
  expect([nodes.child(0, 7, 0), nodes.child(one, 8, 0)]).toEqual([one, two]);
  nodes.reserve(1);
  expect(nodes.child(two, 9, 0)).toBe(3);
  expect([...nodes.calls.subarray(0, 4)]).toEqual([0, 0, 5, 0]);
});

test("a large table of nodes keeps room for a batch, so that no replay copies it", () => {
  const nodes = new NodeTable(true);
  for (let id = 1; id < 5000; id++) {
    nodes.reserve(1);
    nodes.child(0, id, 0);
  }
  nodes.reserve(4096);
  nodes.trim();
  const { calls } = nodes;
  nodes.reserve(4096);
  expect(nodes.calls).toBe(calls);
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
