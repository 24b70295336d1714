// Measures the decoder: builds the merged call tree of a generated trace, and prints events per second and resident memory.
//
//   node scripts/bench-decode.mjs [--size 256]
//
// --size is the size of the generated trace in MiB. The trace is written to a file and read by another process, so that
// the printed memory is only the reader's.
import { execFileSync } from "node:child_process";
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values } = parseArgs({
  options: { size: { type: "string", default: "256" }, trace: { type: "string" }, reader: { type: "string" } },
});

if (values.trace) await measure(values.trace, values.reader);
else {
  const directory = mkdtempSync(join(tmpdir(), "gotrace-bench-"));
  try {
    const { generate } = await import("./lib-calltrace.mjs");
    const file = join(directory, "trace.gotrace");
    writeFileSync(file, generate(Number(values.size) * 2 ** 20));
    const reader = join(directory, "reader.mjs");
    const entryPoints = [fileURLToPath(new URL("../src/calltree/index.ts", import.meta.url))];
    await build({ entryPoints, outfile: reader, bundle: true, format: "esm", platform: "node", logLevel: "warning" });
    const self = [fileURLToPath(import.meta.url), "--trace", file, "--reader", reader];
    for (let run = 0; run < 3; run++) execFileSync(process.execPath, self, { stdio: "inherit" });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function measure(path, reader) {
  const { replayTraces } = await import(reader);
  const descriptor = openSync(path, "r");
  const { size } = fstatSync(descriptor);
  const read = (offset, into) => readSync(descriptor, into, 0, into.length, offset);
  const start = performance.now();
  const before = process.cpuUsage();
  const { forest } = replayTraces({ size, read });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  const busy = (user + system) / 1e6;
  closeSync(descriptor);
  const [{ events, goroutines, tree, problem }] = forest.processes;
  if (problem) throw new Error(JSON.stringify(problem));
  const rate = (events / seconds / 1e6).toFixed(1);
  const ownRate = (events / busy / 1e6).toFixed(1);
  const rss = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  console.log(
    `${rate} M events/s (${ownRate} by CPU time): ${events} events, ${goroutines} goroutines, ${(size / events).toFixed(2)} bytes an event, ` +
      `${tree.size - 1} nodes, ${seconds.toFixed(2)} s, peak RSS ${rss} MiB`,
  );
}
