// Compares the speed and memory of gotrace's reader of execution traces with golang.org/x/exp/trace.
//
//	npm run bench:exectrace [-- --mb 100] [--runs 5] [--trace FILE]
//
// Records testdata/exectrace/programs/server.go until the trace has this many megabytes (with --mb 1000: memory on a large
// trace of one-second generations). The two readers alternate; each run is a process that reads all events of the file.
// Prints the MB/s of each run, the best of each reader, and the ratio of the medians. Prints processor time as well (of
// all threads, compilers and garbage collectors included), because other programs may disturb the two unequally.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { at, buildOracle, buildProgram, chunksOf, RELEASES } from "./lib-exectrace.mjs";

const { values } = parseArgs({
  options: {
    mb: { type: "string", default: "100" },
    runs: { type: "string", default: "5" },
    trace: { type: "string" },
    read: { type: "string" },
    reader: { type: "string" },
  },
});

if (values.read) await read(values.read, values.reader);
else {
  const directory = mkdtempSync(join(tmpdir(), "gotrace-bench-"));
  try {
    await compare(values.trace ?? record(directory), directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Records for a time that it doubles until the trace is large enough; the size depends on the machine. */
function record(directory) {
  const program = buildProgram(RELEASES.at(-1), at("testdata/exectrace/programs/server.go"), directory);
  const file = join(directory, "server.trace");
  let seconds = Math.max(2, Number(values.mb) / 12);
  for (;;) {
    execFileSync(program, ["-for", `${seconds}s`, file], { timeout: 600_000 });
    const { size } = statSync(file);
    if (size >= Number(values.mb) * 0.9e6) return file;
    seconds *= Math.min(4, (Number(values.mb) * 1.05e6) / size);
  }
}

async function compare(file, directory) {
  const megabytes = statSync(file).size / 1e6;
  const oracle = buildOracle(directory);
  const reader = join(directory, "reader.mjs");
  const entryPoints = [at("src/exectrace/index.ts")];
  await build({ entryPoints, outfile: reader, bundle: true, format: "esm", platform: "node", logLevel: "warning" });
  const self = [fileURLToPath(import.meta.url), "--read", file, "--reader", reader];
  const rates = { gotrace: [], go: [] };
  const cpu = { gotrace: [], go: [] };
  for (let run = 0; run < Number(values.runs); run++) {
    const [events, seconds, used, rss] = numbers(execFileSync(process.execPath, self, { encoding: "utf8" }));
    const [goEvents, goSeconds, goUsed] = numbers(execFileSync(oracle, ["bench", file], { encoding: "utf8" }));
    if (events !== goEvents) throw new Error(`${events} events, but x/exp has ${goEvents}`);
    rates.gotrace.push(megabytes / seconds);
    rates.go.push(megabytes / goSeconds);
    cpu.gotrace.push(used);
    cpu.go.push(goUsed);
    console.log(
      `${megabytes.toFixed(0)} MB, ${events} events: gotrace ${(megabytes / seconds).toFixed(1)} MB/s, ` +
        `${used.toFixed(2)} s CPU, RSS ${rss} MiB; ` +
        `x/exp/trace ${(megabytes / goSeconds).toFixed(1)} MB/s, ${goUsed.toFixed(2)} s CPU`,
    );
  }
  const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
  const best = (list) => Math.max(...list).toFixed(1);
  const ratio = (median(rates.gotrace) / median(rates.go)).toFixed(2);
  const cpuRatio = (median(cpu.go) / median(cpu.gotrace)).toFixed(2);
  console.log(
    `best ${best(rates.gotrace)} and ${best(rates.go)} MB/s; ratio of medians ${ratio}, of CPU times ${cpuRatio}`,
  );
}

function numbers(line) {
  return line.split(" ").map(Number);
}

async function read(file, path) {
  const { TraceReader } = await import(path);
  const start = performance.now();
  const before = process.cpuUsage();
  const reader = new TraceReader(chunksOf(file));
  let events = 0;
  while (reader.next()) events++;
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  console.log(events, seconds, (user + system) / 1e6, Math.round(process.resourceUsage().maxRSS / 1024));
}
