import { expect, test } from "vitest";
import { readRecording } from "../../src/calltree/index.js";
import { processNotices } from "../../src/render/notices.js";
import { renderTree } from "../../src/render/tree/tree.js";
import { grow } from "../calltree/script.js";
import type { ControlParts } from "../support/calltrace/encode.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter, type WriterOptions } from "../support/calltrace/writer.js";

const START = 5_000_000;

/** A program in which main runs for a second and calls work every millisecond. */
function traceOf(options: WriterOptions): Uint8Array {
  const trace = new TraceWriter({ startNano: BigInt(START), chunkMax: 1024, ...options });
  const [main, work] = ["main.main", "main.work"].map((name) => trace.define("function", name));
  const slot = trace.slot(0);
  slot.begin(1000, 1);
  slot.enter(2000, main);
  for (let time = 1e6; time < 1e9; time += 1e6) {
    slot.enter(time, work);
    slot.exit(time + 5e5);
  }
  slot.exit(1e9);
  return trace.finish();
}

function noticesOf(options: WriterOptions): string[] {
  const [process] = readRecording(memorySource(traceOf(options))).forest.processes;
  return processNotices(process).map(({ text }) => text);
}

const controlled = (control: ControlParts) => noticesOf({ control }).slice(1);
const gate = (milliseconds: number, isPaused: boolean) => ({ nano: BigInt(START + milliseconds * 1e6), isPaused });

test("a report says from when to when a ring reaches, and what began before that", () => {
  const [counts, reach, earlier] = noticesOf({ ring: 8192 });
  expect(counts).toMatch(/ events, 1 goroutine, with what is left from just before the ring begins$/);
  expect(reach).toMatch(/^a ring: the last \d+ms of 1\.00s; what came before was overwritten$/);
  expect(earlier).toBe("began before that: 2 frames, with the times since then (≥)");
  const text = [...renderTree(readRecording(memorySource(traceOf({ ring: 8192 }))).forest)].join("");
  expect(text).toMatch(/^main\.main +≥\d+ms 100\.0%$/m);
});

test("a goroutine that began before a ring was not always started by untraced code", () => {
  const forest = grow("0 g1 { main.main\n1 g2<g1 { main.serve\n2 g2 }\n3 g1 }");
  const text = (reach?: number) => {
    const processes = forest.processes.map((process) => ({ ...process, ...(reach === undefined ? {} : { reach }) }));
    return [...renderTree({ ...forest, processes })].join("");
  };
  expect(text()).toContain("\ngo~: a goroutine started by code that is not traced, shown");
  expect(text(1000)).toContain(
    "\ngo~: a goroutine started by code that is not traced, or before the ring begins, shown",
  );
});

test("a ring in which nothing was overwritten is like any other trace", () => {
  expect(noticesOf({ ring: 1 << 20 })).toEqual(noticesOf({}));
});

test("a report marks calls that were entered late, after a pause", () => {
  const text = [
    ...renderTree(grow("0 g1 late main.main\n0 g1 late main.serve\n1 g1 { main.query\n2 g1 }\n3 g1 }\n4 g1 }")),
  ];
  expect(text.join("")).toMatch(/^main\.main +≥4\.00µs 100\.0%$/m);
  expect(text.join("")).toContain("\nbegan while they were not recorded: 2 calls, with the times since then (≥)\n");
});

/** What follows a pause. */
const missing = "calls that began then are missing, except those that made others later";

test("pauses are told, with how often and how long", () => {
  expect(controlled({ gates: [gate(100, true), gate(350, false)], numbers: { gate: 0n } })).toEqual([
    `recording was paused once, for 250ms: ${missing}`,
  ]);
  expect(controlled({ gates: [gate(100, true), gate(200, false), gate(900, true)], numbers: { gate: 1n } })).toEqual([
    `recording was paused 2 times, for 200ms, the last time to the end: ${missing}`,
  ]);
  // Paused from the start, by GOTRACE_START.
  expect(controlled({ gates: [gate(400, false)] })).toEqual([`recording was paused once, for 400ms: ${missing}`]);
  expect(controlled({ numbers: { gate: 1n } })).toEqual([
    `recording was paused once, for 1.00s, to the end: ${missing}`,
  ]);
  const twice = [gate(100, true), gate(200, false), gate(300, true), gate(400, false)];
  for (const [behind, line] of [
    [2n, /^that is because gotrace could not read as fast as the program wrote: /],
    [1n, /^1 pause because gotrace could not read as fast as the program wrote: /],
  ] as const) {
    expect(controlled({ gates: twice, numbers: { gate: 0n, behind } })[1]).toMatch(line);
  }
  const many = Array.from({ length: 17 }, (_, i) => gate(10 + i, i % 2 === 0));
  expect(controlled({ gates: many, numbers: { gate: 1n } })[0]).toMatch(/^recording was paused at least 8 times, /);
});

test("what was left out on purpose is told", () => {
  expect(controlled({ numbers: { minimum: 10_000n, depth: 12n }, text: "+main\\.\n-codec\n" })).toEqual([
    "calls shorter than 10.0µs are not kept, unless they made longer ones: none so far",
    "calls deeper than 12 levels are not recorded",
    "only some functions are recorded; the last of these that matches decides: +main\\., -codec",
  ]);
  expect(controlled({})).toEqual([]);
});

test("a snapshot is no recording that stopped", () => {
  const header = { numbers: { stopReason: 6n, stopTicks: 1_000_000n + 1_000_000_000n } };
  expect(noticesOf({ header })[1]).toBe("a snapshot, taken 1.00s after the start; the recording went on");
});

test("a ring that does not have the states that were asked for says why", () => {
  const notice = (states: number) => controlled({ numbers: { states: BigInt(states) } });
  expect([0, 2].flatMap(notice)).toEqual([]);
  expect([1, 3, 4, 5, 6, 7].flatMap(notice)).toEqual([
    "no states of calls: the process did not end by itself, and had them in memory; snapshots have them (--dump-when, gotrace record --dump)",
    "no states of calls: those of four earlier snapshots were still to be written",
    "no states of calls: they could not be written to the snapshot",
    "no states of calls: those of a ring need a program built by Go 1.25 or later",
    "no states of calls: the program uses Go's flight recorder itself, and a process can have only one",
    "no states of calls: Go's flight recorder could not be started, because the program was traced already",
  ]);
});
