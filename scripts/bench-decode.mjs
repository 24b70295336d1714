// Measures the reader: builds the merged call trees of two generated traces, one with many calls a path and one with as many
// paths as a tree may have; with --stats, the numbers of `gotrace stats`. Prints events per second, by time and by CPU time, and resident memory, of the reader and of
// another one in the same run: the one without the core, or that of an older release.
//
//   node scripts/bench-decode.mjs [--size 256] [--before DIR] [--stats]
//
// --size is the size of each trace in MiB; DIR is a checkout of an older release with its node_modules (a worktree of the
// first commit of 0.1.0, say). The traces are files, and each is read by a process of its own, so that the printed memory is
// only the reader's.
import { execFileSync } from "node:child_process";
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const ROUNDS = 3;
/** By what the trace is like: see `generate`. */
const BRANCHINGS = { "many calls a path": 7, "many paths": 15 };

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "256" },
    before: { type: "string" },
    trace: { type: "string" },
    reader: { type: "string" },
    plain: { type: "boolean", default: false },
    stats: { type: "boolean", default: false },
  },
});

if (values.trace) await measure(values.trace, values.reader, values.plain);
else {
  const directory = mkdtempSync(join(tmpdir(), "gotrace-bench-"));
  try {
    await compare(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function compare(directory) {
  const { generate } = await import("./lib-calltrace.mjs");
  const own = [
    new URL("../src/calltree/index.ts", import.meta.url),
    new URL("../src/callstats/index.ts", import.meta.url),
  ];
  const now = await bundled(own.map(fileURLToPath), join(directory, "reader.mjs"));
  const theirs = ["calltree", "callstats"].map((room) => join(values.before ?? "", "src", room, "index.ts"));
  const before = values.before ? await bundled(theirs, join(directory, "before.mjs")) : now;
  const others = values.before ? [] : ["--plain"];
  const what = values.stats ? ["--stats"] : [];
  const file = join(directory, "trace.gotrace");
  const run = (reader, flags = []) => {
    const args = [fileURLToPath(import.meta.url), "--trace", file, "--reader", reader, ...what, ...flags];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
  };
  for (const [title, branching] of Object.entries(BRANCHINGS)) {
    const bytes = generate(Number(values.size) * 2 ** 20, branching);
    // The trace has no record that came with version 3, and older releases read only version 2.
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(8, 2, true);
    writeFileSync(file, bytes);
    const ratios = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [old, ours] = [run(before, others), run(now)];
      if (old.events !== ours.events) throw new Error(`${old.events} events before, ${ours.events} now`);
      ratios.push(ours.own / old.own);
      console.log(`${title}: ${line(ours)}; ${values.before ? "before" : "without the core"}: ${line(old)}`);
    }
    ratios.sort((a, b) => a - b);
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
async function measure(path, reader, isPlain) {
  const { replayTraces, buildForest, ...parts } = await import(reader);
  const descriptor = openSync(path, "r");
  const { size } = fstatSync(descriptor);
  const read = (offset, into) => readSync(descriptor, into, 0, into.length, offset);
  const start = performance.now();
  const before = process.cpuUsage();
  const forest = values.stats
    ? statistics(parts, { size, read }, isPlain)
    : replayTraces
      ? replayTraces({ size, read }, { isPlain }).forest
      : buildForest({ size, read });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  closeSync(descriptor);
  const [{ events, tree, problem }] = forest.processes;
  if (problem) throw new Error(JSON.stringify(problem));
  const [rate, own] = [events / seconds / 1e6, events / (user + system)];
  // Not maxRSS of resourceUsage, which begins with that of the process that started this one.
  const rss = Math.round(Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024);
  console.log(JSON.stringify({ rate, own, seconds, events, paths: tree.size - 1, rss }));
}

/** Computes the numbers of `gotrace stats`. @returns the forest */
function statistics({ readRecording, StatsMeter, treeStats }, source, isPlain) {
  const recording = readRecording(source, { build: { isPlain, collectsDurations: !isPlain } });
  const { forest } = recording;
  if (treeStats?.(forest, { spread: true }) !== undefined) return forest;
  const meter = new StatsMeter(forest, { spread: true });
  recording.visit(meter.visitor);
  meter.rows();
  return forest;
}
