/** The lock of captures: it exists with its owner in it, or not at all. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { COOL_DOWN, Turn } from "../../src/cli/capture/turn.js";

function ownCache(): string {
  const cache = mkdtempSync(join(tmpdir(), "gotrace-turn-"));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  return cache;
}

const options = { pause: COOL_DOWN, wait: false, signal: new AbortController().signal, say: () => undefined };

test("who finds the lock finds its owner", async () => {
  const cache = ownCache();
  (await Turn.take(cache, "host:1", options)).end(false);
  const lock = join(cache, "capture", "host-1.lock");
  const state = new Int32Array(new SharedArrayBuffer(12));
  const reader = new Worker(
    `const { readFileSync } = require("node:fs");
     const { lock, state } = require("node:worker_threads").workerData;
     while (Atomics.load(state, 0) === 0) {
       try {
         Atomics.add(state, readFileSync(lock, "utf8") === "" ? 1 : 2, 1);
       } catch {}
     }`,
    { eval: true, workerData: { lock, state } },
  );
  const ended = new Promise((resolve) => reader.once("exit", resolve));
  // Until the reader has found the lock often: how long that takes is up to the machine.
  for (let takes = 0; takes < 1000 || Atomics.load(state, 1) + Atomics.load(state, 2) < 200; takes++) {
    (await Turn.take(cache, "host:1", options)).end(false);
    if (takes % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  Atomics.store(state, 0, 1);
  await ended;
  expect(Atomics.load(state, 1)).toBe(0);
  expect(readdirSync(join(cache, "capture"))).toEqual([]);
});

test("a lock of a living process is respected, that of a dead one is not", async () => {
  const cache = ownCache();
  const turn = await Turn.take(cache, "host:1", options);
  await expect(Turn.take(cache, "host:1", options)).rejects.toThrow(UserError);
  turn.end(false);
  for (const left of ["", "999999999", "text"]) {
    writeFileSync(join(cache, "capture", "host-1.lock"), left);
    (await Turn.take(cache, "host:1", options)).end(false);
  }
  expect(readdirSync(join(cache, "capture"))).toEqual([]);
});
