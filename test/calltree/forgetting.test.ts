/** What a replay of a trace that grows without end forgets, and what it must not forget. */
import { expect, test } from "vitest";
import { AttachmentTable } from "../../src/calltree/replay/attachments.js";
import { EndedGoroutines } from "../../src/calltree/replay/ended-goroutines.js";
import { LiveReplay } from "../../src/calltree/replay/live.js";
import { SpawnTable } from "../../src/calltree/replay/spawns.js";
import { GrowingSource } from "../support/calltrace/growing-source.js";
import { scripted } from "./script.js";

test("spawn records are found as long as the goroutine may still come", () => {
  const table = new SpawnTable(false);
  table.forget();
  const waiting: number[] = [];
  const wrong: number[] = [];
  const look = (at: number) => {
    if (table.take(at % 50, at, 0)?.node !== Math.floor(at / 150)) wrong.push(at);
  };
  for (let at = 0; at < 30_000; at++) {
    // Runs of three with the same frame in chunks that take turns; the goroutines of some begin much later, or never.
    table.add(at % 50, at, { node: Math.floor(at / 150), goStatement: 7, goid: 1 }, 0);
    if (at % 11 !== 0) waiting.push(at);
    if (waiting.length < 3000) continue;
    const [one] = waiting.splice((at * 7919) % waiting.length, 1);
    look(one);
  }
  waiting.forEach(look);
  expect(wrong).toEqual([]);
});

test("of spawn records whose goroutines never come, the latest are kept", () => {
  const table = new SpawnTable(false);
  table.forget();
  const COUNT = 700_000;
  for (let at = 0; at < COUNT; at++) table.add(Math.floor(at / 1000), at, { node: at, goStatement: 0, goid: 1 }, 0);
  expect(table.take(0, 5, 0)).toBeUndefined();
  for (const at of [COUNT - 1, COUNT - 250_000]) expect(table.take(Math.floor(at / 1000), at, 0)?.node).toBe(at);
});

test("of goroutines that have ended, the latest are known, and of the others that they have ended", () => {
  const ended = new EndedGoroutines();
  const COUNT = 500_000;
  const goroutine = (goid: number) => ({ place: goid % 100, end: goid, open: goid % 9 === 0 ? [goid] : undefined });
  for (let goid = 1; goid <= COUNT; goid++) {
    if (goid === 1000) ended.forget();
    ended.add(goid, goroutine(goid));
  }
  for (const goid of [COUNT, COUNT - 100_000]) {
    expect(ended.get(goid)).toEqual(goroutine(goid));
    expect(ended.isForgotten(goid)).toBe(false);
  }
  for (const goid of [1, 2000]) {
    expect(ended.get(goid)).toBeUndefined();
    expect(ended.isForgotten(goid)).toBe(true);
  }
  expect([ended.get(COUNT + 1), ended.isForgotten(COUNT + 1)]).toEqual([undefined, false]);
});

test("a table of attachments that forgets has none", () => {
  const table = new AttachmentTable(1);
  const one = { goid: 5, node: 1, edge: 0, starter: 0 };
  table.add(0, one);
  expect([...table.of(0)]).toEqual([one]);
  table.forget();
  table.add(0, one);
  table.growTo(3);
  expect([...table.of(0), ...table.of(2)]).toEqual([]);
});

test("where a trace that cannot be read again is damaged, its tree ends there, and says so", () => {
  const lines = Array.from({ length: 40 }, (_, i) => `${10 + 10 * i} g1 { main.f\n${15 + 10 * i} g1 }`).join("\n");
  const bytes = scripted(`0 g1 { main.main\n${lines}\n900 g1 }`, { chunkMin: 128, chunkMax: 128 });
  const source = new GrowingSource(bytes);
  const live = new LiveReplay(source, () => 0n);
  for (let time = 0; time < 200_000; time += 10_000) {
    source.advance(time);
    live.poll();
  }
  live.forget();
  const last = live.process.chunks.count - 1;
  const end = live.process.chunks.offset[last] + live.process.chunks.size[last];
  // The next chunk begins with what is no record.
  bytes.fill(0xff, end + 32, end + 64);
  source.advance(Number.POSITIVE_INFINITY);
  const { builder, prescan } = live.finish();
  builder.close(1e6);
  expect(prescan.problem?.message).toBe("it could not be followed from here on: a record cannot be read");
  const { nodes } = builder.stacks.take();
  const calls = nodes.calls[nodes.count - 1];
  expect(calls).toBeGreaterThan(10);
  expect(calls).toBeLessThan(40);
});
