// Compares the states of calls with what Go's internal/trace makes of regions of runtime/trace around the same calls.
//
//	npm run oracle:states [-- --runs N]
//
// Each function of testdata/states/regions opens a region first and ends it last. Both sides read one execution trace.
// Waits lie wholly within the region, so each must be the same to the nanosecond, but for rounding (2 ns). Total,
// running and runnable of a call may exceed those of its region by what lies between gotrace's hook and the region: on
// the average 10 µs a call, and 2 % for what the operating system does there.
//
// Go has no state for the collector: what a goroutine waits for on behalf of a collection has the reasons of other waits
// (`sync`, `chan receive`), and marking is running. So there are bounds for those instead.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { at, buildSummary } from "./lib-exectrace.mjs";

const { values } = parseArgs({ options: { runs: { type: "string", default: "3" } } });
const directory = mkdtempSync(join(tmpdir(), "gotrace-oracle-"));
const ROUNDING = 2;
let different = 0;

try {
  const summary = buildSummary(directory);
  for (let run = 1; run <= Number(values.runs); run++) compare(summary, run);
} finally {
  rmSync(directory, { recursive: true });
}
if (different > 0) process.exitCode = 1;

function compare(summary, run) {
  const regions = new Map();
  const { trace, execution } = record();
  // Go's own mutator utilization, which is not needed here, panics on some traces (index -1 in MutatorUtilizationV2).
  const env = { ...process.env, NO_MUTATOR: "1" };
  for (const line of execFileSync(summary, [execution], { encoding: "utf8", env, maxBuffer: 1 << 30 })
    .trim()
    .split("\n")) {
    const one = JSON.parse(line);
    if (one.Kind === "region") add(regions, `${one.Name} on goroutine ${one.Goroutine}`, one.Begin, one);
  }
  const calls = new Map();
  for (const call of callsOf(trace)) {
    const key = `${call.function} on goroutine ${call.goroutine}`;
    if (regions.has(key)) add(calls, key, call.start_ns, call);
  }
  const sums = new Map();
  for (const [key, list] of regions) {
    const own = calls.get(key) ?? [];
    if (own.length !== list.length) tell(key, `${own.length} calls, ${list.length} regions`);
    const byStart = (a, b) => a.start - b.start;
    own.sort(byStart);
    list.sort(byStart);
    for (const [i, { value: region }] of list.entries()) {
      if (own[i]) compareCall(key, mine(own[i].value), theirs(region), sums);
    }
  }
  let count = 0;
  for (const [name, { calls: n, outside, whole }] of sums) {
    count += n;
    for (const [what, time] of Object.entries(outside)) {
      if (time > 10_000 * n + 0.02 * whole) tell(name, `${what}: ${time} ns more in ${n} calls than in their regions`);
    }
  }
  const average = [...sums.values()].reduce((sum, { outside }) => sum + outside.total, 0) / count;
  console.log(
    `run ${run}: ${count} calls of ${sums.size} functions, ${Math.round(average)} ns a call outside of the region`,
  );
  if (count < 500) tell("run", "too few calls");
}

/** Runs the program; one execution trace for both sides. */
function record() {
  const trace = join(directory, "regions.gotrace");
  const execution = join(directory, "regions.trace");
  const args = [
    "run",
    "--states",
    `--exec-trace=${execution}`,
    "--save",
    trace,
    "-o",
    join(directory, "tree.txt"),
    "./regions",
  ];
  gotrace(args);
  return { trace, execution };
}

function gotrace(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at("dist/bin/main.js"), ...args], {
    cwd: at("testdata/states"),
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function callsOf(trace) {
  const lines = gotrace(["calls", "/^main/", "--first", "1000000", "--format", "ndjson", trace]).trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

function add(map, key, start, value) {
  const list = map.get(key) ?? [];
  list.push({ start, value });
  map.set(key, list);
}

function mine({ duration_ns, states }) {
  const of = (...names) => names.reduce((sum, name) => sum + (states[`${name}_ns`] ?? 0), 0);
  return {
    total: duration_ns,
    running: of("running"),
    runnable: of("runnable"),
    syscall: of("syscall"),
    channel: of("channel"),
    select: of("select"),
    network: of("network"),
    sleep: of("sleep"),
    sync: of("lock", "wait", "other"),
    gc: of("gc"),
    unknown: of("unknown"),
  };
}

function theirs({ Begin, End, Exec, Runnable, Syscalling, Waits, Assist }) {
  const left = { ...Waits };
  const of = (...reasons) => {
    const sum = reasons.reduce((all, reason) => all + (left[reason] ?? 0), 0);
    for (const reason of reasons) delete left[reason];
    return sum;
  };
  const result = {
    total: End - Begin,
    running: Exec,
    runnable: Runnable,
    syscall: Syscalling,
    channel: of("chan send", "chan receive", "forever"),
    select: of("select"),
    network: of("network"),
    sleep: of("sleep"),
    collecting: of(...Object.keys(left).filter((reason) => reason.includes("GC") || reason === "preempted")),
    assist: Assist,
  };
  return { ...result, sync: of(...Object.keys(left)) };
}

function compareCall(key, call, region, sums) {
  const check = (what, holds) => {
    if (!holds) tell(key, `${what}\n  gotrace ${JSON.stringify(call)}\n  Go      ${JSON.stringify(region)}`);
  };
  for (const state of ["syscall", "select", "network", "sleep"]) {
    check(state, Math.abs(call[state] - region[state]) <= ROUNDING);
  }
  // What of Go's waits is for a collection.
  const forCollector = region.channel - call.channel + region.sync - call.sync;
  check("channel", call.channel <= region.channel + ROUNDING);
  check("sync", call.sync <= region.sync + ROUNDING);
  check("collection", forCollector <= call.gc + ROUNDING);
  // To begin a region allocates, so that the goroutine may have to assist the collector before it.
  const before = Math.max(0, call.total - region.total);
  check("gc at most", call.gc <= region.assist + region.collecting + forCollector + before + 3 * ROUNDING);
  check("gc at least", region.assist <= call.gc + call.runnable + ROUNDING);
  const running = call.running + call.gc - region.collecting - forCollector;
  const outside = {
    total: call.total - region.total,
    running: running - region.running,
    runnable: call.runnable - region.runnable,
  };
  // Clocks of 64 ns and of their own.
  for (const [what, time] of Object.entries(outside)) check(`${what} less than Go's`, time >= -1000);
  check("unknown", call.unknown === 0);
  const name = key.split(" ")[0];
  const sum = sums.get(name) ?? { calls: 0, whole: 0, outside: { total: 0, running: 0, runnable: 0 } };
  sum.calls++;
  sum.whole += region.total;
  for (const [what, time] of Object.entries(outside)) sum.outside[what] += time;
  sums.set(name, sum);
}

function tell(what, text) {
  different++;
  if (different <= 20) console.log(`${what}: ${text}`);
}
