/** Threads of Node that read a trace together; shares.test.ts has what they do in one thread. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";
import { Durations } from "../../src/base/durations.js";
import { type ReplayOptions, replayTraces, type Threads } from "../../src/calltree/index.js";
import { readerThreads } from "../../src/cli/reader-threads.js";
import { type OpenFile, openFile } from "../../src/cli/trace-files.js";
import { TraceWriter } from "../support/calltrace/writer.js";

const directory = mkdtempSync(join(tmpdir(), "gotrace-threads-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** A trace with four goroutines that call much and start others, which begin on the slots of one another. */
function trace(): string {
  const path = join(directory, "trace.gotrace");
  const trace = new TraceWriter({ capacity: 4 << 20, rate: 2 });
  const functions = Array.from({ length: 9 }, (_, i) => trace.define("function", `main.f${i}`, "main.go", i + 1));
  const site = trace.define("go", "main.f0", "main.go", 5);
  const slots = Array.from({ length: 8 }, (_, i) => trace.slot(i));
  let goid = 0;
  let time = 1000;
  for (const slot of slots.slice(0, 4)) slot.begin(time, ++goid, goid === 1 ? 0 : 1);
  for (let round = 0; round < 60_000; round++) {
    const slot = slots[(round >> 6) % 4];
    time += 40 + (round % 7);
    slot.enter(time, functions[round % 3]);
    if (round % 50 === 0) {
      const other = slots[4 + ((round / 50) % 4)];
      other.begin(time + 20, ++goid, 1 + ((round >> 6) % 4), slot.spawn(time + 10, site));
      for (let i = 0; i < 8; i++) other.enter(time + 21 + i, functions[(round + i) % 9]);
      for (let i = 0; i < 8; i++) other.exit(time + 31 + i);
    }
    slot.enter(time + 20, functions[3 + (round % 5)]);
    slot.exit(time + 30);
    slot.exit(time + 35);
  }
  writeFileSync(path, trace.finish());
  return path;
}

/** Two threads; counts the messages that come from the other one, and how often one looked for them. */
function counting(threads = readerThreads(0)): Threads & { messages: number; looks: number } {
  const counted = {
    ...threads,
    most: 2,
    messages: 0,
    looks: 0,
    start: () => {
      const line = threads.start();
      const receive = () => {
        counted.looks++;
        const message = line.receive();
        if (message !== undefined) counted.messages++;
        return message;
      };
      return { ...line, receive };
    },
  };
  return counted;
}

/** Reads a trace with two threads. @returns what the other one said, after a comparison with what one thread reads */
function compare(file: OpenFile, options: Omit<ReplayOptions, "from" | "to">, threads = counting()): number {
  const { forest } = replayTraces(file.source, { ...options, threads, progress: () => undefined });
  const alone = replayTraces(file.source, options).forest;
  const spreads = (read: typeof forest) => {
    const sums = new Map<number, Durations>();
    read.processes[0].durations?.addTo((func) => {
      const own = sums.get(func) ?? new Durations();
      sums.set(func, own);
      return own;
    });
    return new Map([...sums].map(([func, durations]) => [func, durations.spread()]));
  };
  expect(spreads(forest)).toEqual(spreads(alone));
  const [{ durations: _own, ...process }] = forest.processes;
  const [{ durations: _alone, ...expected }] = alone.processes;
  expect(process).toEqual(expected);
  return threads.messages;
}

test("the tree of a trace that two threads read is that of one, also with durations, and where they give up", () => {
  const file = openFile(trace());
  expect(compare(file, { collectsDurations: true })).toBe(3);
  expect(compare(file, {})).toBe(3);
  expect(compare(file, { pathLimit: 4 })).toBe(1);
  file.close();
});

test("a thread that cannot be started, or fails at once, leaves the trace to the other one", () => {
  const file = openFile(trace());
  const refused = counting({
    ...readerThreads(0),
    start: () => {
      throw new Error("no more threads");
    },
  });
  expect(compare(file, {}, refused)).toBe(0);
  const workers: Worker[] = [];
  const failing = counting({
    ...readerThreads(0),
    start: () => {
      const worker = new Worker("throw new Error('broken')", { eval: true });
      worker.on("error", () => undefined);
      workers.push(worker);
      return {
        send: (task) => worker.postMessage(task),
        receive: () => undefined,
        close: () => void worker.terminate(),
      };
    },
  });
  expect(compare(file, {}, failing)).toBe(0);
  expect(workers.length).toBe(1);
  // Looks that find nothing are a second apart.
  expect(failing.looks).toBeLessThan(10);
  file.close();
});
