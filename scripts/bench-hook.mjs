// How well subtracting the hooks' own cost works: the functions of testdata/hookcost plain and traced, in turns.
//
//	npm run build && node scripts/bench-hook.mjs [--runs 5] [--go go1.23.12]
//
// For every case the quickest of all rounds: the plain time, the time as the trace has it and as corrected by what the
// traced process measured at its start, each per cent above plain; then what plain, the measured hook and the error
// come to a call. Fails if a correction makes a case worse; two per cent of the plain time are noise.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ChunkReader, Kind, memorySource, openTrace, RecordDecoder, Status } from "../dist/calltrace/index.js";

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
  const hooks = [];
  for (let i = 0; i < Number(values.runs); i++) {
    for (const [name, , time] of lines(run(join(scratch, "plain"), []))) {
      const entry = entryOf(name);
      entry.plain = Math.min(entry.plain, Number(time));
    }
    const directory = mkdtempSync(join(scratch, "out-"));
    run(join(scratch, "traced"), [], { GOTRACE_OUT: directory });
    hooks.push(collect(directory));
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
    const { inner, outer } = trace.info.hook;
    for (const { name, time, beneath } of callsOf(trace)) {
      if (!name.startsWith("main.case")) continue;
      const entry = entryOf(name.slice("main.case".length));
      if (time >= entry.measured) continue;
      entry.measured = time;
      entry.corrected = Math.max(0, time - inner - beneath * (inner + outer));
      entry.calls = beneath;
    }
    return [inner, outer];
  }

  function report() {
    const part = (index) => hooks.map((hook) => hook[index].toFixed(1)).join(" ");
    console.log(`hook as measured at start: inner ${part(0)}, outer ${part(1)} ns`);
    console.log("case         plain  measured  corrected     calls  plain/call  hook/call  error/call");
    let worse = 0;
    for (const [name, { plain, measured, corrected, calls }] of cases) {
      const percent = (time) => `${((time / plain - 1) * 100).toFixed(0)}%`;
      const each = (time) => (time / calls).toFixed(1);
      if (Math.abs(corrected - plain) > Math.abs(measured - plain) + 0.02 * plain) worse++;
      console.log(
        name.padEnd(8),
        `${(plain / 1000).toFixed(0)}µs`.padStart(9),
        percent(measured).padStart(9),
        percent(corrected).padStart(10),
        String(calls).padStart(9),
        each(plain).padStart(11),
        each(measured - plain).padStart(10),
        each(corrected - plain).padStart(11),
      );
    }
    if (worse > 0) throw new Error(`${worse} cases are further from the truth when corrected`);
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

/** The calls of the main goroutine as they end, with the number of calls beneath each. */
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
