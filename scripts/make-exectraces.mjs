// Makes testdata/exectrace/*.trace.gz and their golden dumps anew.
//
//	npm run build && node scripts/make-exectraces.mjs [--only NAME]
//
// Each trace is recorded by a real Go release (one then gets another clock). The dumps come from golang.org/x/exp/trace, not
// from gotrace. Times differ from run to run, so all files change.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { constants, gzipSync } from "node:zlib";
import { at, buildOracle, buildProgram, goldenTraces, loadFuzzing, RELEASES } from "./lib-exectrace.mjs";

const { values } = parseArgs({ options: { only: { type: "string" } } });
const directory = mkdtempSync(join(tmpdir(), "gotrace-exectrace-"));
const WORK = ["-rounds", "2", "-workers", "3", "-steps", "4", "-pause", "3ms"];
const programs = at("testdata/exectrace/programs");

/** Name, release, program, arguments, environment. */
const recordings = [
  // Generations of 2 ms, so that the trace has several.
  ...RELEASES.map((release) => [
    `${release.split(".").slice(0, 2).join(".")}-workload`,
    release,
    "workload",
    ["-cpu", ...WORK],
    { GODEBUG: "traceadvanceperiod=2000000" },
  ]),
  ["go1.26-one-proc", "go1.26.8", "workload", WORK, { GOMAXPROCS: "1" }],
  ["go1.25-allocfree", "go1.25.9", "workload", ["-rounds", "1", ...WORK.slice(2)], { GODEBUG: "traceallocfree=1" }],
  ["go1.26-flight-recorder", "go1.26.8", "recorder", [], {}],
];

try {
  const oracle = buildOracle(directory);
  for (const [name, release, program, args, env] of recordings) {
    if (values.only && values.only !== name) continue;
    const executable = buildProgram(release, join(programs, `${program}.go`), directory);
    const trace = join(directory, `${name}.trace`);
    execFileSync(executable, [...args, trace], { env: { ...process.env, ...env }, stdio: "inherit", timeout: 60_000 });
    keep(oracle, name, trace);
  }
  // A clock whose ticks are not whole nanoseconds, as on Windows.
  const odd = "go1.26-odd-clock";
  if (!values.only || values.only === odd) {
    const { withFrequency } = await loadFuzzing();
    const trace = join(directory, `${odd}.trace`);
    writeFileSync(trace, withFrequency(goldenTraces().get("go1.26-workload.trace.gz"), 37_495_117));
    keep(oracle, odd, trace);
  }
} finally {
  rmSync(directory, { recursive: true });
}

function keep(oracle, name, trace) {
  execFileSync(oracle, ["dump", trace], { stdio: "inherit" });
  const sizes = [pack(trace, `${name}.trace.gz`), pack(`${trace}.go.txt`, `${name}.txt.gz`)];
  console.log(`${name}: ${sizes.join(" + ")} bytes`);
}

function pack(from, to) {
  const bytes = gzipSync(readFileSync(from), { level: constants.Z_BEST_COMPRESSION });
  writeFileSync(at(`testdata/exectrace/${to}`), bytes);
  return bytes.length;
}
