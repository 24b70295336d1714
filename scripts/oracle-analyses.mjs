// Compares gotrace's analyses of execution traces with those of Go's internal/trace: how each goroutine spent its time,
// regions, tasks, and minimum mutator utilisation.
//
//	npm run oracle:analyses [-- --keep DIRECTORY] [FILE...]
//
// Traces: the text traces of x/exp, the traces in testdata/exectrace, and traces of its programs run with the newest Go; if
// files are given, only those. Two known differences are ignored: Go ends a goroutine that blocks "forever"; and it counts a
// syscall twice if it lost its P and is open at the end of the trace.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { at, buildOracle, buildProgram, buildSummary, chunksOf, go } from "./lib-exectrace.mjs";
import "./typescript.mjs";

const { Accounts, Intervals, Mutator, MutatorCurve, Ranges, Tasks } = await import("../src/analyses/index.ts");
const { EventKind, GoState, ResourceKind, TraceReader } = await import("../src/exectrace/index.ts");

const { values, positionals } = parseArgs({ options: { keep: { type: "string" } }, allowPositionals: true });
const directory = values.keep ?? mkdtempSync(join(tmpdir(), "gotrace-oracle-"));
mkdirSync(directory, { recursive: true });
const totals = { traces: 0, refused: 0, goroutines: 0, regions: 0, tasks: 0, windows: 0, changes: 0, different: 0 };

try {
  const summary = buildSummary(directory);
  for (const [name, path] of positionals.length ? positionals.map((file) => [basename(file), file]) : allTraces()) {
    compare(summary, name, path);
  }
} finally {
  if (!values.keep) rmSync(directory, { recursive: true });
}
console.log(
  Object.entries(totals)
    .map(([what, count]) => `${count} ${what}`)
    .join(", "),
);
if (totals.different > 0 || totals.goroutines === 0) process.exitCode = 1;

function* allTraces() {
  const oracle = buildOracle(directory);
  const exp = go("local", ["list", "-m", "-f", "{{.Dir}}", "golang.org/x/exp"], { cwd: at("test/oracle") });
  const tests = join(exp, "trace/testdata/tests");
  for (const file of readdirSync(tests).sort()) {
    if (/fail|confuse/.test(file)) continue;
    const path = join(directory, `${file}.trace`);
    execFileSync(oracle, ["binary", join(tests, file), path]);
    yield [file, path];
  }
  for (const file of readdirSync(at("testdata/exectrace")).filter((name) => name.endsWith(".trace.gz"))) {
    const path = join(directory, basename(file, ".gz"));
    writeFileSync(path, gunzipSync(readFileSync(at(`testdata/exectrace/${file}`))));
    yield [file, path];
  }
  for (const [program, args] of [
    ["workload", ["-rounds", "20", "-workers", "30"]],
    ["server", ["-for", "1s", "-clients", "20"]],
    ["garbage", ["-for", "300ms"]],
  ]) {
    const path = join(directory, `${program}.trace`);
    const executable = buildProgram("local", at(`testdata/exectrace/programs/${program}.go`), directory);
    execFileSync(executable, [...args, path], { timeout: 60_000 });
    yield [program, path];
  }
}

/** gotrace's results, in the format of the Go program. */
function ours(path) {
  const reader = new TraceReader(chunksOf(path));
  const intervals = new Intervals(reader);
  const ranges = new Ranges();
  const accounts = new Accounts(intervals, ranges);
  const tasks = new Tasks(intervals, accounts);
  const goroutines = new Map();
  const openSyscalls = new Set();
  intervals.onInterval((i) => {
    if (i.cutEnd && i.procLost >= 0) openSyscalls.add(i.goroutine);
  });
  accounts.onClose((g, sums) =>
    goroutines.set(g.id, { ...accounts.breakdown(sums), name: g.startFunction, begin: g.begin }),
  );
  const records = new Map();
  tasks.onTaskEnd((task) => {
    if (!task.cutBegin && !task.cutEnd) records.set(task.id, task);
  });
  for (let e = reader.next(); e; e = reader.next()) {
    intervals.feed(e);
    ranges.feed(e);
    tasks.feed(e);
  }
  tasks.finish();
  ranges.finish();
  intervals.finish();
  return { goroutines, tasks: records, regions: tasks.regionResult(reader.stacks), openSyscalls };
}

function compare(program, name, path) {
  const { status, stdout } = spawnSync(program, [path], { encoding: "utf8", maxBuffer: 1 << 30 });
  if (status !== 0) {
    totals.refused++;
    return;
  }
  totals.traces++;
  const lines = stdout.trim().split("\n");
  const theirs = lines.map((line) => JSON.parse(line));
  const found = ours(path);
  const differ = (what, mine, go) => {
    if (same(mine, go)) return;
    totals.different++;
    console.log(`${name}: ${what}\n  gotrace ${JSON.stringify(mine)}\n  Go      ${JSON.stringify(go)}`);
  };
  const list = (kind) => theirs.filter((one) => one.Kind === kind);
  differ("goroutines", found.goroutines.size, list("goroutine").length);
  for (const g of list("goroutine")) {
    totals.goroutines++;
    const mine = found.goroutines.get(g.ID);
    if (!mine) continue;
    const forever = "forever" in mine.waiting;
    const picked = {
      name: mine.name,
      begin: mine.begin,
      exec: mine.running + mine.gcAssist,
      waits: waits(mine.waiting),
    };
    const go = { name: g.Name, begin: g.Begin, exec: g.Exec, waits: waits(g.Waits) };
    if (!found.openSyscalls.has(g.ID)) {
      Object.assign(picked, { runnable: mine.runnable, syscall: mine.syscall + mine.syscallBlocked });
      Object.assign(go, { runnable: g.Runnable, syscall: g.Syscall + g.SyscallBlock });
    }
    if (!forever) Object.assign(picked, { total: mine.total });
    if (!forever) Object.assign(go, { total: g.Total });
    differ(`goroutine ${g.ID}`, picked, go);
  }
  const regions = new Map();
  for (const r of list("region")) {
    totals.regions++;
    const sums = regions.get(r.Name) ?? { count: 0, total: 0, exec: 0, runnable: 0, syscall: 0, max: 0, waits: {} };
    sums.count++;
    sums.total += r.End - r.Begin;
    sums.exec += r.Exec;
    sums.runnable += r.Runnable;
    sums.syscall += r.Syscalling;
    sums.max = Math.max(sums.max, r.End - r.Begin);
    for (const [reason, ns] of Object.entries(r.Waits)) sums.waits[reason] = (sums.waits[reason] ?? 0) + ns;
    regions.set(r.Name, sums);
  }
  for (const { type, durations, breakdown: b } of found.regions.filter((region) => region.durations.count > 0)) {
    const { count, total, max } = durations;
    const syscall = b.syscall + b.syscallBlocked;
    const mine = {
      count,
      total,
      exec: b.running + b.gcAssist,
      runnable: b.runnable,
      syscall,
      max,
      waits: waits(b.waiting),
    };
    const go = regions.get(type);
    differ(`region ${type}`, mine, go && { ...go, waits: waits(go.waits) });
    regions.delete(type);
  }
  differ("regions left", [...regions.keys()], []);
  for (const t of list("task")) {
    totals.tasks++;
    const mine = found.tasks.get(t.ID);
    const { Name: type, Begin: begin, End: end } = t;
    differ(`task ${t.ID}`, mine && { type: mine.type, begin: mine.begin, end: mine.end }, { type, begin, end });
  }
  differ("tasks", found.tasks.size, list("task").length);
  compareCurve(list("utilization")[0], path, differ);
}

/** Compares the curves of Go's utilisation function and ours. */
function compareCurve({ Changes, Windows }, path, differ) {
  if (!Changes) return;
  const curve = new MutatorCurve(Windows.map(([window]) => window));
  for (const [time, util] of Changes.slice(0, -1)) curve.change(time, util);
  const mine = curve.finish(Changes.at(-1)[0]);
  for (const [i, [window, util]] of Windows.entries()) {
    totals.windows++;
    if (Math.abs(mine[i].utilization - util) > 1e-6) differ(`MMU of ${window} ns`, mine[i].utilization, util);
  }
  const { changes, until } = utilization(path);
  const before = (list) => list.filter(([time]) => time < until).map(([time, util]) => [time, util.toFixed(6)]);
  // Go also records changes below the precision of its sums.
  const distinct = (list) => list.filter(([, util], i) => i === 0 || util !== list[i - 1][1]);
  totals.changes += before(changes).length;
  differ("utilisation", distinct(before(changes)), distinct(before(Changes)));
}

/**
 * Our utilisation function, and the time from which Go's is wrong: it counts a mark worker twice when it runs for the second
 * time, and subtracts it once when it stops.
 */
function utilization(path) {
  const reader = new TraceReader(chunksOf(path));
  const intervals = new Intervals(reader);
  const changes = [];
  const mutator = new Mutator(intervals, { change: (time, util) => changes.push([time, util]), finish: () => [] });
  const workers = new Set();
  let until = Number.POSITIVE_INFINITY;
  for (let e = reader.next(); e; e = reader.next()) {
    intervals.feed(e);
    mutator.feed(e);
    if (e.kind === EventKind.Label && e.name.startsWith("GC (") && e.name !== "GC (idle)") workers.add(e.id);
    const starts = e.kind === EventKind.StateTransition && e.to === GoState.Running && e.from === GoState.Runnable;
    if (starts && e.resource === ResourceKind.Goroutine && workers.has(e.id)) until = Math.min(until, e.time);
  }
  mutator.result();
  return { changes, until: Math.min(until, intervals.now) };
}

/**
 * Sorts waiting times by reason, and merges those that one side does not distinguish: the runtime has no reason for
 * coroutines, and Go's summary has none for waits that began before the trace.
 */
function waits(by) {
  const named = {};
  for (const [reason, ns] of Object.entries(by)) {
    if (reason === "forever") continue;
    const key = reason === "coroutine" ? "" : reason;
    named[key] = (named[key] ?? 0) + ns;
  }
  return Object.fromEntries(Object.entries(named).sort());
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
