// Measures the speed and memory of every format of `gotrace report`.
//
//	npm run bench:export [-- --mb 3] [--only NAME]
//
// Generates a trace of this many megabytes, and one ten times as large with the same call paths. Writes each in every
// format with the built command, and prints the size of the output, the speed (by processor time, Node's start included)
// and the peak of resident memory, which must not grow with the trace.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generate } from "./lib-calltrace.mjs";
import "./typescript.mjs";

const { sumOf } = await import("../src/calltree/index.ts");
const { buildForest } = await import("../test/support/calltrace/build-forest.ts");
const { openFile } = await import("../src/cli/trace-files.ts");
const { formats } = await import("../src/cli/report/formats.ts");

const { values } = parseArgs({ options: { mb: { type: "string", default: "3" }, only: { type: "string" } } });
const command = fileURLToPath(new URL("../dist/bin/main.js", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "gotrace-bench-"));
try {
  const [small, large] = [1, 10].map((times) => {
    const file = join(directory, `${times}.gotrace`);
    writeFileSync(file, generate(times * Number(values.mb) * 2 ** 20, 3));
    console.log(describe(file));
    return file;
  });
  console.log("\n| format | written | MB/s | million calls/s | peak RSS | peak RSS, ten times the trace |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
  for (const { name, files } of formats) {
    if (values.only && values.only !== name) continue;
    const first = measure(name, files !== undefined, small);
    const second = measure(name, files !== undefined, large);
    const speed = (count, unit) => (count / second.seconds / unit).toFixed(count < unit ? 2 : 1);
    console.log(
      `| ${name} | ${(second.bytes / 1e6).toFixed(1)} MB | ${speed(second.bytes, 1e6)} | ${speed(callsOf(large), 1e6)} | ` +
        `${first.rss} MiB | ${second.rss} MiB |`,
    );
  }
} finally {
  rmSync(directory, { recursive: true });
}

function forestOf(file) {
  const { source, close } = openFile(file);
  const forest = buildForest(source);
  close();
  return forest.processes[0];
}

function callsOf(file) {
  return sumOf(forestOf(file).tree.calls);
}

function describe(file) {
  const { tree, events, goroutines } = forestOf(file);
  const size = (statSync(file).size / 1e6).toFixed(1);
  return `${size} MB: ${events} events, ${goroutines} goroutines, ${tree.size - 1} call paths`;
}

/** Runs the command, which reports its memory when it ends. */
function measure(format, several, trace) {
  const tell = `import { writeSync } from "node:fs";
    process.on("exit", () => {
      const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
      writeSync(2, "USED " + maxRSS + " " + (userCPUTime + systemCPUTime) + "\\n");
    });`;
  const out = join(directory, "out");
  rmSync(out, { recursive: true, force: true });
  if (several) mkdirSync(out);
  const words = ["--import", `data:text/javascript,${encodeURIComponent(tell)}`, command];
  const { status, stderr } = spawnSync(process.execPath, [...words, "report", "--format", format, "-o", out, trace], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${format}: ${stderr}`);
  const written = several ? readdirSync(out).map((name) => join(out, name)) : [out];
  const bytes = written.reduce((sum, file) => sum + statSync(file).size, 0);
  const [, rss, micros] = /^USED (\d+) (\d+)$/m.exec(stderr);
  return { seconds: Number(micros) / 1e6, bytes, rss: Math.round(Number(rss) / 1024) };
}
