// npm run sweep:ring [-- --kills 200]: kills a process at random moments with SIGKILL, with rings of several sizes. Of each worker, a
// ring must have every call since the time from which it says that it is complete: gotrace's own reader is compared with the
// process's journal in shared memory, and `gotrace stats` must count the same. Exits with 1 if something is missing.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { failures, functionsOf, processIn, report, scratch, traced, traceFiles } from "./lib-ring.mjs";

const { ChunkReader, Kind, RecordDecoder, Status } = await import("../src/calltrace/index.ts");

const { values } = parseArgs({ options: { kills: { type: "string", default: "200" } } });

const WORKERS = 4;
const ENTRIES = 1 << 18;
/** The journal is written before a call; the clocks differ by less than this, in nanoseconds. */
const TOLERANCE = 100_000;

/** The calls of `main.stepN` in a trace by worker, as {step, time}, with times on the runtime's clock. */
function stepsOf(trace) {
  const start = Number(trace.header.numbers.startNano);
  const reader = new ChunkReader(trace.source);
  const decoder = new RecordDecoder(trace.clock);
  const { chunks, definitions } = trace;
  const byWorker = new Map();
  for (let slot = 0; slot < chunks.slots; slot++) {
    let calls = [];
    let worker;
    for (let chunk = chunks.first[slot]; chunk >= 0; chunk = chunks.next[chunk]) {
      const { window, index } = reader.fetch(chunks.offset[chunk], chunks.size[chunk], true);
      decoder.open(window.u16, index, chunks.size[chunk], 0, chunks.body[chunk]);
      do {
        const count = decoder.next();
        for (let i = 0; i < count; i++) {
          if (decoder.kind[i] !== Kind.enter) continue;
          const name = definitions.get(decoder.id[i])?.name ?? "";
          const step = /^main\.step(\d)$/.exec(name);
          if (step) calls.push({ step: Number(step[1]), time: start + decoder.time[i] });
          worker ??= /^main\.worker(\d)$/.exec(name)?.[1];
        }
        if (decoder.status === Status.begin) calls = [];
      } while (decoder.status === Status.more || decoder.status === Status.begin);
    }
    if (worker !== undefined) byWorker.set(Number(worker), calls);
  }
  return byWorker;
}

/** How the calls of a worker differ from its journal; undefined if they do not. */
function difference(journal, calls, from) {
  const made = Number(journal[0]);
  const at = (i) => Number(journal[1 + (i % ENTRIES)]);
  // The last call that was written down may not have begun.
  let last = made - 1;
  if (calls.length > 0 && calls.at(-1).step !== last % 7) last--;
  const first = last - calls.length + 1;
  for (let i = 0; i < calls.length && last - i > made - ENTRIES; i++) {
    const call = calls[calls.length - 1 - i];
    if (call.step !== (last - i) % 7) return `call ${last - i} of ${made} is a step${call.step}`;
    if (call.time < at(last - i) - TOLERANCE) return `call ${last - i} of ${made} is too early`;
    if (last - i + 1 < made && call.time > at(last - i + 1) + TOLERANCE)
      return `call ${last - i} of ${made} is too late`;
  }
  if (first > 0 && first > made - ENTRIES && at(first - 1) > from + TOLERANCE) {
    return `${made} calls, of which the ring has ${calls.length}; call ${first - 1} is missing`;
  }
  return undefined;
}

/** Kills a process after a while and reads its ring. */
async function kill(ring, after) {
  const directory = mkdtempSync(join(scratch, "kill-"));
  const journal = join(scratch, "journal");
  rmSync(journal, { force: true });
  const env = { ...process.env, GOTRACE_OUT: directory, GOTRACE_RING: ring };
  const child = spawn(traced, ["journal", journal], { env, stdio: ["ignore", "inherit", "inherit"] });
  const exit = once(child, "exit");
  while (!existsSync(journal) || statSync(journal).size < 8 * WORKERS * (1 + ENTRIES)) await sleep(1);
  await sleep(after);
  child.kill("SIGKILL");
  await exit;
  const [file] = traceFiles(directory);
  const trace = processIn(file);
  const from = trace.reach === undefined ? 0 : Number(trace.header.numbers.startNano) + trace.reach;
  const words = new BigUint64Array(new Uint8Array(readFileSync(journal)).buffer);
  const steps = stepsOf(trace);
  const wrong = [];
  if (trace.problem) wrong.push(trace.problem.message);
  let within = 0;
  for (let w = 0; w < WORKERS; w++) {
    const part = words.subarray(w * (1 + ENTRIES), (w + 1) * (1 + ENTRIES));
    const calls = steps.get(w);
    if (calls === undefined) {
      if (part[0] > 1n) wrong.push(`worker ${w} is missing`);
      continue;
    }
    const why = difference(part, calls, from);
    if (why) wrong.push(`worker ${w}: ${why}`);
    within += calls.filter(({ time }) => time >= from).length;
  }
  try {
    const counted = (await functionsOf(file))
      .filter((entry) => /^main\.step\d$/.test(entry.function))
      .reduce((sum, { calls }) => sum + calls, 0);
    // A call that began at the very edge may count or not.
    if (Math.abs(counted - within) > WORKERS) wrong.push(`gotrace stats counts ${counted} calls of ${within}`);
  } catch (error) {
    wrong.push(`gotrace stats: ${error.message}`);
  }
  rmSync(directory, { recursive: true });
  return { wrong, turned: from > 0, within };
}

const rings = ["64KiB", "256KiB", "1MiB", "4MiB", "30ms,1MiB"];
const kills = Number(values.kills);
const totals = new Map(rings.map((ring) => [ring, { kills: 0, turned: 0, calls: 0, wrong: 0 }]));
for (let n = 0; n < kills; n++) {
  const ring = rings[n % rings.length];
  const after = Math.floor(Math.random() * 500);
  const { wrong, turned, within } = await kill(ring, after);
  const total = totals.get(ring);
  total.kills++;
  total.turned += turned ? 1 : 0;
  total.calls += within;
  total.wrong += wrong.length > 0 ? 1 : 0;
  for (const line of wrong) failures.push(`ring of ${ring}, killed after ${after} ms: ${line}`);
}
console.log("ring         kills    turned  incomplete     calls");
for (const [ring, { kills, turned, calls, wrong }] of totals) {
  const row = [kills, turned, wrong, calls].map((value) => String(value).padStart(10)).join("");
  console.log(ring.padEnd(10) + row);
}
report();
