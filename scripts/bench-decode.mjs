// Measures the reader: builds the merged call trees of three generated traces, one with many calls a path, one with many paths
// and one with more than a tree may have; with --stats, the numbers of `gotrace stats`; with --walk, visits all calls after that,
// and measures only this. Prints events per second, by time and by CPU time, and
// resident memory, of the reader and of others in the same run: with several threads, and the one without the core, or that of
// an older release. Of several threads also the processor time of the one that works most (Linux): on a machine with free cores,
// that is how long the reading takes. Threads need dist/bin (npm run build).
//
//   node scripts/bench-decode.mjs [--size 256 | --trace-file FILE] [--before DIR] [--stats | --walk] [--threads N]
//
// --trace-file measures with the trace of a real program, saved by 'gotrace run --save', instead of generated ones. For 0.1.0 it
// must have no record that came with version 3: go statements in traced code have none.
// --threads is how many read a trace, by default as many as there are processors. One with very many paths is read by one.
// --size is the size of each trace in MiB; DIR is a checkout of an older release with its node_modules (a worktree of the
// first commit of 0.1.0, say). The traces are files, and each is read by a process of its own, so that the printed memory is
// only the reader's.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { build } from "esbuild";

const ROUNDS = 3;
/** By thread of this process: its processor time in seconds, when it was noted last. */
const threadTimes = new Map();
/** By what the trace is like: see `generate`. */
const BRANCHINGS = { "many calls a path": 7, "200,000 paths": 9, "many paths": 15 };

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "256" },
    "trace-file": { type: "string" },
    before: { type: "string" },
    trace: { type: "string" },
    reader: { type: "string" },
    plain: { type: "boolean", default: false },
    stats: { type: "boolean", default: false },
    walk: { type: "boolean", default: false },
    threads: { type: "string", default: String(Math.max(2, availableParallelism())) },
  },
});

if (values.trace) await measure(values.trace, values.reader, values.plain, Number(values.threads));
else {
  const directory = mkdtempSync(join(tmpdir(), "gotrace-bench-"));
  try {
    await compare(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function compare(directory) {
  const { generate, toVersion2 } = await import("./lib-calltrace.mjs");
  const own = [
    new URL("../src/calltree/index.ts", import.meta.url),
    new URL("../src/callstats/index.ts", import.meta.url),
  ];
  const now = await bundled(own.map(fileURLToPath), join(directory, "reader.mjs"));
  const theirs = ["calltree", "callstats"].map((room) => resolve(values.before ?? "", "src", room, "index.ts"));
  const before = values.before ? await bundled(theirs, join(directory, "before.mjs")) : now;
  const others = values.before ? [] : ["--plain"];
  const what = values.stats ? ["--stats"] : values.walk ? ["--walk"] : [];
  const file = join(directory, "trace.gotrace");
  const run = (reader, flags = []) => {
    const task = ["--trace", file, "--reader", reader, "--threads", "1", ...what, ...flags];
    const args = [fileURLToPath(import.meta.url), ...task];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
  };
  const real = values["trace-file"];
  for (const [title, branching] of real ? [[basename(real)]] : Object.entries(BRANCHINGS)) {
    if (real) copyFileSync(real, file);
    else writeFileSync(file, generate(Number(values.size) * 2 ** 20, branching));
    if (values.before) toVersion2(file);
    const ratios = [];
    const threaded = [];
    const busiest = [];
    for (let round = 0; round < ROUNDS; round++) {
      // One thread goes through single calls.
      const [old, ours] = [run(before, others), run(now)];
      const shared = values.walk ? ours : run(now, ["--threads", values.threads]);
      if (old.events !== ours.events) throw new Error(`${old.events} events before, ${ours.events} now`);
      if (shared.digest !== ours.digest) throw new Error(`${values.threads} threads built another tree than one`);
      ratios.push(ours.own / old.own);
      threaded.push(shared.rate / ours.rate);
      busiest.push(ours.busiest / shared.busiest);
      if (!values.walk) console.log(`${title}: ${values.threads} threads: ${line(shared)}`);
      console.log(`${title}: ${line(ours)}; ${values.before ? "before" : "without the core"}: ${line(old)}`);
    }
    ratios.sort((a, b) => a - b);
    threaded.sort((a, b) => a - b);
    busiest.sort((a, b) => a - b);
    if (!values.walk)
      console.log(
        `${title}: ${values.threads} threads ${threaded[ROUNDS >> 1].toFixed(2)} times as fast as one by time, ${busiest[ROUNDS >> 1].toFixed(2)} by the CPU time of the busiest thread`,
      );
    console.log(`${title}: ${ratios[ROUNDS >> 1].toFixed(2)} times as fast by CPU time`);
  }
}

function line({ rate, own, seconds, paths, rss }) {
  return `${rate.toFixed(1)} M events/s (${own.toFixed(1)} by CPU time), ${paths} paths, ${seconds.toFixed(2)} s, peak RSS ${rss} MiB`;
}

/** Bundles a reader. @param rooms absolute paths of what it consists of */
async function bundled(rooms, outfile) {
  const contents = rooms.map((room) => `export * from ${JSON.stringify(room)};`).join("\n");
  await build({
    stdin: { contents, resolveDir: "/" },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "warning",
  });
  return outfile;
}

/** Prints the measurement of one reader as JSON. */
async function measure(path, reader, isPlain, most) {
  const { replayTraces, buildForest, ...parts } = await import(reader);
  const descriptor = openSync(path, "r");
  const { size } = fstatSync(descriptor);
  const read = (offset, into) => readSync(descriptor, into, 0, into.length, offset);
  const source = { size, read, file: { descriptor, start: 0 } };
  const threads = most > 1 ? { threads: { most, start } } : {};
  const recording = values.walk ? parts.readRecording(source, { build: { isPlain } }) : undefined;
  noteThreads();
  const first = new Map(threadTimes);
  const begin = performance.now();
  const before = process.cpuUsage();
  const forest = recording
    ? walked(recording)
    : values.stats
      ? statistics(parts, source, isPlain, threads)
      : replayTraces
        ? replayTraces(source, { isPlain, ...threads }).forest
        : buildForest(source);
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(before);
  noteThreads();
  const busiest = Math.max(...[...threadTimes].map(([thread, time]) => time - (first.get(thread) ?? 0)));
  closeSync(descriptor);
  const [{ events, tree, problem }] = forest.processes;
  if (problem) throw new Error(JSON.stringify(problem));
  const [rate, own] = [events / seconds / 1e6, events / (user + system)];
  // Not maxRSS of resourceUsage, which begins with that of the process that started this one.
  const rss = Math.round(Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024);
  const hash = createHash("sha256");
  for (const column of Object.values(tree)) {
    if (ArrayBuffer.isView(column)) hash.update(column);
    else hash.update(JSON.stringify(column instanceof Map ? [...column].sort(([a], [b]) => a - b) : column));
  }
  const digest = hash.digest("hex");
  console.log(JSON.stringify({ rate, own, busiest, seconds, events, paths: tree.size - 1, rss, digest }));
  process.exit();
}

function noteThreads() {
  for (const thread of readdirSync("/proc/self/task")) {
    try {
      threadTimes.set(thread, Number(readFileSync(`/proc/self/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e9);
    } catch {
      // It has just ended; its time is known from before.
    }
  }
}

/** Starts a thread of the reader, as src/cli/reader-threads.ts does. */
function start() {
  const { port1, port2 } = new MessageChannel();
  const path = new URL("../dist/bin/share-worker.js", import.meta.url);
  const worker = new Worker(path, { workerData: port2, transferList: [port2] });
  return {
    send: (message, transfer = []) => port1.postMessage(message, transfer),
    receive: () => {
      const message = receiveMessageOnPort(port1)?.message;
      // After its last message it ends.
      if (message !== undefined) noteThreads();
      return message;
    },
    close: () => worker.terminate(),
  };
}

/** Visits all calls. @returns the forest */
function walked(recording) {
  const { forest } = recording;
  const sums = new Float64Array(2);
  const visitor = {
    enter: (_node, time) => {
      sums[0] += time;
    },
    exit: (_node, _start, _end, self) => {
      sums[1] += self;
    },
  };
  visitAll(recording, visitor);
  const self = forest.processes[0].tree.self.reduce((sum, time) => sum + time, 0);
  if (Math.abs(sums[1] - self) > 1e-6 * self) throw new Error(`calls of ${sums[1]} ns, but the tree has ${self}`);
  return forest;
}

/** Older releases have no `visit`. */
function visitAll(recording, visitor) {
  if (recording.visit) recording.visit(visitor);
  else for (const _ of recording.walk(visitor));
}

/** Computes the numbers of `gotrace stats`. @returns the forest */
function statistics({ readRecording, StatsMeter, treeStats }, source, isPlain, threads) {
  const recording = readRecording(source, { build: { isPlain, collectsDurations: !isPlain }, ...threads });
  const { forest } = recording;
  if (treeStats?.(forest, { spread: true }) !== undefined) return forest;
  const meter = new StatsMeter(forest, { spread: true });
  visitAll(recording, meter.visitor);
  meter.rows();
  return forest;
}
