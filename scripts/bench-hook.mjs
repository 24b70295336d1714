// Checks the bound that reports give for the cost of tracing: runs the functions of testdata/hookcost plain and traced.
//
//	node scripts/bench-hook.mjs [--runs 5] [--go go1.23.12]
//
// Plain and traced runs alternate, and the fastest of all rounds counts. Prints for each case the plain time and the time
// that tracing added; then both per call, and the report's bound (the smallest of all runs). Exits with 1 if tracing added
// more than the bound in any case, allowing five per cent of the plain time for noise.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import "./typescript.mjs";

const { ChunkReader, Kind, openTrace, RecordDecoder, Status } = await import("../src/calltrace/index.ts");
const { memorySource } = await import("../test/support/calltrace/memory-source.ts");
const { costBound } = await import("../src/calltree/index.ts");

const { values } = parseArgs({ options: { runs: { type: "string", default: "5" }, go: { type: "string" } } });
const root = fileURLToPath(new URL("..", import.meta.url));
const cwd = join(root, "testdata/hookcost");
const env = { ...process.env, ...(values.go ? { GOTOOLCHAIN: values.go } : {}) };
const scratch = mkdtempSync(join(tmpdir(), "gotrace-bench-"));
const run = (command, args, more = {}) =>
  execFileSync(command, args, {
    cwd,
    env: { ...env, ...more },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });

try {
  run("go", ["build", "-o", join(scratch, "plain"), "."]);
  run(process.execPath, [join(root, "dist/bin/main.js"), "build", "-o", join(scratch, "traced"), "."]);
  const cases = new Map();
  const bounds = [];
  for (let i = 0; i < Number(values.runs); i++) {
    for (const [name, , time] of lines(run(join(scratch, "plain"), []))) {
      const entry = entryOf(name);
      entry.plain = Math.min(entry.plain, Number(time));
    }
    const directory = mkdtempSync(join(scratch, "out-"));
    run(join(scratch, "traced"), [], { GOTRACE_OUT: directory });
    bounds.push(collect(directory));
    rmSync(directory, { recursive: true });
  }
  report();

  function entryOf(name) {
    if (!cases.has(name)) cases.set(name, { plain: Number.POSITIVE_INFINITY, measured: Number.POSITIVE_INFINITY });
    return cases.get(name);
  }

  function collect(directory) {
    const [file] = execFileSync("ls", [directory], { encoding: "utf8" }).trim().split("\n");
    const [trace] = openTrace(memorySource(readFileSync(join(directory, file)))).processes;
    for (const { name, time, beneath } of callsOf(trace)) {
      if (!name.startsWith("main.case")) continue;
      const entry = entryOf(name.slice("main.case".length));
      if (time >= entry.measured) continue;
      entry.measured = time;
      entry.calls = beneath;
    }
    const { inner, outer } = costBound(trace.info);
    return inner + outer;
  }

  function report() {
    const bound = Math.min(...bounds);
    console.log(
      `tracing adds at most, as its runs said: ${bounds.map((most) => most.toFixed(0)).join(", ")} ns a call`,
    );
    console.log("case         plain  measured     calls  plain/call  added/call  at most");
    const broken = [];
    for (const [name, { plain, measured, calls }] of cases) {
      const each = (time) => (time / calls).toFixed(1);
      if (measured - plain > bound * calls + 0.05 * plain) broken.push(name);
      console.log(
        name.padEnd(8),
        `${(plain / 1000).toFixed(0)}µs`.padStart(9),
        `${((measured / plain - 1) * 100).toFixed(0)}%`.padStart(9),
        String(calls).padStart(9),
        each(plain).padStart(11),
        each(measured - plain).padStart(11),
        bound.toFixed(0).padStart(8),
      );
    }
    if (broken.length > 0) {
      console.log(`THE BOUND DOES NOT HOLD: tracing added more in ${broken.join(", ")}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function lines(text) {
  return text
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
}

/** Yields the calls of the main goroutine as they end, each with the number of calls below it. */
function* callsOf({ source, chunks, clock, definitions }) {
  const reader = new ChunkReader(source);
  const decoder = new RecordDecoder(clock);
  const stack = [];
  for (let chunk = 0; chunk < chunks.count; chunk++) {
    if (chunks.slot[chunk] !== 0) continue;
    const { window, index } = reader.fetch(chunks.offset[chunk], chunks.size[chunk], true);
    decoder.open(window.u16, index, chunks.size[chunk], 0);
    do {
      const count = decoder.next();
      for (let i = 0; i < count; i++) {
        if (decoder.kind[i] === Kind.enter) {
          stack.push({ name: definitions.get(decoder.id[i]).name, start: decoder.time[i], beneath: 0 });
          continue;
        }
        const { name, start, beneath } = stack.pop();
        if (stack.length > 0) stack.at(-1).beneath += beneath + 1;
        yield { name, time: decoder.time[i] - start, beneath };
      }
    } while (decoder.status !== Status.end);
  }
}
