// Compares gotrace's reader of execution traces with golang.org/x/exp/trace event by event: all fields, all stacks.
//
//	npm run oracle [-- --only PATTERN] [--quick] [--damaged N] [--keep DIRECTORY] [FILE...]
//
// Traces: the text traces of x/exp, the test programs of each Go release from 1.22 to 1.26 (some with one proc, some with
// events of the alloc/free experiment), testdata/exectrace/programs with each release, and the traces in testdata/exectrace.
// If files are given, only those. With --damaged, only this number of damaged traces: both readers must reject each at the
// same event, or neither.
//
// They differ on purpose in three cases: a file ends within a generation (x/exp delivers parts of it); a time is beyond 2^53
// nanoseconds (gotrace rejects the trace at once); a program ends a region in the wrong order or on another goroutine (x/exp
// rejects the trace at that event, gotrace reads on). In the last case both must agree up to there, and the next event must
// be the end of a region; such traces are counted.
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { at, buildOracle, buildProgram, chunksOf, go, goldenTraces, loadFuzzing, RELEASES } from "./lib-exectrace.mjs";
import "./typescript.mjs";

const { TraceReader } = await import("../src/exectrace/index.ts");
const { traceText } = await import("../test/support/exectrace/to-text.ts");

const { values, positionals } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    quick: { type: "boolean" },
    damaged: { type: "string" },
    seed: { type: "string", default: "1" },
    keep: { type: "string" },
  },
  allowPositionals: true,
});
const directory = values.keep ?? mkdtempSync(join(tmpdir(), "gotrace-oracle-"));
mkdirSync(directory, { recursive: true });
const wanted = new RegExp(values.only);
const totals = { traces: 0, refused: 0, regions: 0, cut: 0, earlier: 0, lines: 0, bytes: 0, different: 0 };

try {
  const oracle = buildOracle(directory);
  const sources = values.damaged
    ? await damagedTraces(Number(values.damaged))
    : positionals.length
      ? positionals.map((file) => [basename(file), () => file])
      : allTraces(oracle);
  for (const [name, make] of sources) {
    if (!wanted.test(name)) continue;
    const path = make(join(directory, `${name}.trace`));
    if (!path) continue;
    const copy = path.startsWith(directory);
    compare(oracle, name, path);
    if (copy && !values.keep) for (const file of [path, `${path}.go.txt`]) rmSync(file, { force: true });
  }
} finally {
  if (!values.keep) rmSync(directory, { recursive: true });
}
const { traces, refused, regions, cut, earlier, lines, bytes, different } = totals;
console.log(
  `${traces} traces (${(bytes / 1e6).toFixed(1)} MB, ${lines} lines), ${refused} of them refused by both` +
    `${regions ? `, ${regions} read on by gotrace behind the end of a region that x/exp refuses` : ""}` +
    `${cut ? `, ${cut} cut off` : ""}${earlier ? `, ${earlier} refused earlier by gotrace` : ""}; ${different} different`,
);
if (different > 0 || traces === 0) process.exitCode = 1;

/** Names of traces, with functions that make each at a path (or return undefined if it cannot be made here). */
function* allTraces(oracle) {
  const tests = join(
    go("local", ["list", "-m", "-f", "{{.Dir}}", "golang.org/x/exp"], { cwd: at("test/oracle") }),
    "trace/testdata/tests",
  );
  for (const file of readdirSync(tests).sort()) {
    yield [`text-${file}`, (path) => execFileSync(oracle, ["binary", join(tests, file), path]) && path];
  }
  const crossed = at("testdata/exectrace/cases/region-crossed.trace.gz");
  yield ["region-crossed", (path) => writeFileSync(path, gunzipSync(readFileSync(crossed))) ?? path];
  for (const [file, bytes] of goldenTraces()) yield [`golden-${file}`, (path) => writeFileSync(path, bytes) ?? path];
  for (const release of RELEASES) {
    yield* ownPrograms(release);
    yield* goPrograms(release);
  }
}

function* ownPrograms(release) {
  const run = (program, args, env) => (path) => {
    const executable = buildProgram(release, at(`testdata/exectrace/programs/${program}.go`), directory);
    execFileSync(executable, [...args, path], { env: { ...process.env, ...env }, timeout: 60_000 });
    return path;
  };
  yield [`${release}-workload`, run("workload", ["-cpu", "-rounds", "20", "-workers", "30"])];
  const many = { GODEBUG: "traceadvanceperiod=1000000" };
  yield [`${release}-workload-generations`, run("workload", ["-cpu", "-rounds", "20"], many)];
  yield [`${release}-workload-1`, run("workload", ["-cpu", "-for", "2s"], { GOMAXPROCS: "1" })];
  if (release >= "go1.25") yield [`${release}-recorder`, run("recorder", [])];
}

/** Go's own test programs, which write a trace to standard output. */
function* goPrograms(release) {
  const root = go(release, ["env", "GOROOT"]);
  const folder = ["internal/trace/testdata/testprog", "internal/trace/v2/testdata/testprog"]
    .map((path) => join(root, "src", path))
    .find((path) => existsSync(path));
  for (const file of readdirSync(folder).sort()) {
    const run = (env) => (path) => {
      const out = openSync(path, "w");
      const executable = buildProgram(release, join(folder, file), directory);
      const options = { stdio: ["ignore", out, "ignore"], env: { ...process.env, ...env }, timeout: 120_000 };
      const { status } = spawnSync(executable, options);
      closeSync(out);
      if (status !== 0) console.log(`${release} ${file}: exit code ${status}`);
      return path;
    };
    const name = `${release}-${basename(file, ".go")}`;
    yield [name, run({})];
    if (values.quick) continue;
    yield [`${name}-1`, run({ GOMAXPROCS: "1" })];
    yield [`${name}-stress`, run({ GODEBUG: "traceadvanceperiod=3000000" })];
    if (release > "go1.23" && !/stress/.test(file)) yield [`${name}-alloc`, run({ GODEBUG: "traceallocfree=1" })];
  }
}

async function damagedTraces(count) {
  const { damaged, randomBelow } = await loadFuzzing();
  const corpus = [...goldenTraces().values()];
  const below = randomBelow(Number(values.seed));
  return Array.from({ length: count }, (_, i) => {
    const bytes = damaged(corpus, below);
    return [`damaged-${i}`, (path) => writeFileSync(path, bytes) ?? path];
  });
}

function compare(oracle, name, path) {
  execFileSync(oracle, ["dump", path], { stdio: ["ignore", "inherit", values.keep ? "inherit" : "ignore"] });
  const theirs = linesOf(`${path}.go.txt`);
  const ours = traceText(new TraceReader(chunksOf(path)));
  let line = 0;
  let last = "";
  let pair = [ours.next().value, nextOf(theirs)];
  // x/exp delivers a Sync even if it then rejects the trace without any other event.
  if (pair[0] === "refused" && pair[1] === "start 1") {
    nextOf(theirs);
    pair = ["refused", nextOf(theirs)];
  }
  for (; pair[0] === pair[1] && pair[0] !== undefined; pair = [ours.next().value, nextOf(theirs)]) {
    line++;
    last = pair[0];
  }
  totals.traces++;
  totals.lines += line;
  totals.bytes += statSync(path).size;
  if (last === "refused") totals.refused++;
  if (pair[0] === pair[1]) return;
  if (pair[1] === "refused region") {
    // New stacks precede the event.
    let next = pair[0];
    while (next?.startsWith("stack ")) next = ours.next().value;
    if (/^\S+ m=\S+ p=\S+ g=\S+ RegionEnd /.test(next ?? "")) {
      totals.regions++;
      return;
    }
  }
  const rest = [pair[0], ...ours];
  if (values.damaged && rest.at(-1)?.startsWith("cut ") && rest.length <= 3) totals.cut++;
  else if (values.damaged && pair[0] === "refused" && endsBadly(pair[1], theirs)) totals.earlier++;
  else {
    totals.different++;
    console.log(`${name}: line ${line + 1}\n  gotrace ${pair[0]}\n  x/exp   ${pair[1]}`);
  }
}

/** Whether x/exp also rejects the trace, later, or takes damage for its end (as it does at the end of a table's batch). */
function endsBadly(line, lines) {
  return line === undefined || [line, ...lines].at(-1).startsWith("refused");
}

function nextOf(lines) {
  return lines.next().value;
}

function* linesOf(path) {
  let rest = "";
  const decoder = new TextDecoder();
  for (const chunk of chunksOf(path, 1 << 20)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop();
    yield* lines;
  }
  if (rest) yield rest;
}
