// npm run sweep:states [-- --go go1.22.12,local] [-- --programs N] [-- --seed N]: states of calls under several releases of
// Go. Waits that are known by construction (testdata/states/waits, with cgo) are right within 5 % or 1 ms. For random
// programs all states of each call and function are whole nanoseconds, not negative, and add up to its times exactly; and
// only what lies before the first event of the execution trace or after its last one is unknown.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { at, RELEASES } from "./lib-exectrace.mjs";
import { randomProgram } from "./lib-random-go.mjs";
import "./typescript.mjs";

const { differences } = await import("../test/support/known-waits.ts");

const { values } = parseArgs({
  options: {
    go: { type: "string", default: RELEASES.join(",") },
    programs: { type: "string", default: "8" },
    seed: { type: "string", default: "1" },
  },
});
const directory = mkdtempSync(join(tmpdir(), "gotrace-states-"));
let failures = 0;

try {
  for (const release of values.go.split(",")) sweep(release);
} finally {
  rmSync(directory, { recursive: true });
}
if (failures > 0) process.exitCode = 1;

function sweep(release) {
  const before = failures;
  const waits = record(release, at("testdata/states"), "./waits");
  const known = JSON.parse(waits.stdout);
  const functions = statsOf(waits.trace);
  for (const line of differences(known, functions)) fail(release, line);
  let calls = 0;
  let unknown = 0;
  const first = Number(values.seed);
  for (let seed = first; seed < first + Number(values.programs); seed++) {
    const module = join(directory, "random");
    mkdirSync(module, { recursive: true });
    writeFileSync(join(module, "go.mod"), "module random\n\ngo 1.22\n");
    writeFileSync(join(module, "main.go"), randomProgram(seed));
    const { trace } = record(release, module, ".");
    const found = checkSums(`${release}, seed ${seed}`, trace);
    calls += found.calls;
    unknown = Math.max(unknown, found.unknown);
  }
  const how = failures === before ? "all right" : `${failures - before} WRONG`;
  console.log(
    `${release}: ${known.length} waits, ${calls} calls of random programs, at most ${unknown} ns unknown: ${how}`,
  );
}

function record(release, cwd, program) {
  const trace = join(directory, "trace.gotrace");
  const stdout = gotrace(
    ["run", "--states", "--save", trace, "-o", join(directory, "tree.txt"), program],
    cwd,
    release,
  );
  return { trace, stdout };
}

function gotrace(args, cwd = directory, release = "local") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at("dist/bin/main.js"), ...args], {
    cwd,
    encoding: "utf8",
    maxBuffer: 1 << 30,
    timeout: 120_000,
    env: { ...process.env, GOTOOLCHAIN: release },
  });
  if (status !== 0) throw new Error(`gotrace ${args.join(" ")} in ${cwd}: ${stderr}`);
  return stdout;
}

function statsOf(trace) {
  return JSON.parse(gotrace(["stats", "--format", "json", trace])).functions;
}

/** Checks all calls and functions of a trace. */
function checkSums(what, trace) {
  const lines = gotrace(["calls", "/./", "--first", "1000000", "--format", "ndjson", trace]).trim().split("\n");
  const calls = lines.map((line) => JSON.parse(line));
  for (const call of calls) {
    checkParts(what, call, call.states, call.duration_ns);
    checkParts(what, call, call.self_states, call.self_ns);
  }
  for (const one of statsOf(trace)) {
    checkParts(what, one, one.states, one.total_ns);
    checkParts(what, one, one.self_states, one.self_ns);
  }
  const unknown = calls.map(({ states }) => states.unknown_ns ?? 0);
  for (const [i, { function: name, path }] of calls.entries()) {
    if (unknown[i] > 0 && path.length > 1) fail(what, `${unknown[i]} ns of ${name} are unknown`);
  }
  return { calls: calls.length, unknown: unknown.reduce((a, b) => Math.max(a, b), 0) };
}

function checkParts(what, of, parts, whole) {
  const times = Object.values(parts);
  const sum = times.reduce((a, b) => a + b, 0);
  if (sum === whole && times.every((time) => Number.isInteger(time) && time > 0)) return;
  fail(what, `${JSON.stringify(parts)} is not ${whole}: ${JSON.stringify(of)}`);
}

function fail(what, text) {
  failures++;
  if (failures <= 20) console.log(`${what}: ${text}`);
}
