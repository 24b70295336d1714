/** Exports of a real program's trace, read by the tools they are made for. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { beforeAll, expect, test } from "vitest";
import { STATES } from "../../src/calltree/index.js";
import { go, gotrace, repository, temporaryDirectory } from "./support.js";

const cwd = join(repository, "testdata/spawns");
const directory = temporaryDirectory();
const at = (name: string) => join(directory, name);
const saved = at("spawns.gotrace");
beforeAll(() => {
  expect(gotrace(["run", "--save", saved, "."], { cwd }).code).toBe(0);
});

function report(...words: string[]) {
  const result = gotrace(["report", ...words, saved], { cwd });
  expect(result.code, result.stderr).toBe(0);
  return result;
}

type Row = Record<string, string | number | boolean | null>;

async function query(sql: string): Promise<Row[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjectsJson() as Row[];
}

/** Number of calls by function, from another report. */
function callsByFunction(): Map<string, number> {
  const [head, ...lines] = report("--format", "csv", "--table", "functions").stdout.trim().split("\r\n");
  const [name, calls] = ["function", "calls"].map((column) => head.split(",").indexOf(column));
  return new Map(lines.map((line) => [line.split(",")[name], Number(line.split(",")[calls])]));
}

test("go tool pprof reads calls, times, places, comments", () => {
  const profile = at("wall.pb.gz");
  report("--format", "pprof", "-o", profile);
  const pprof = (...words: string[]) => {
    const { code, stdout, stderr } = go(["tool", "pprof", "-symbolize=none", ...words, profile], { cwd });
    expect(code, stderr).toBe(0);
    return stdout;
  };
  const top = pprof("-top", "-sample_index=calls", "-nodecount=1000", "-nodefraction=0");
  const flat = [...top.matchAll(/^ +(\d+) +\S+% +\S+% +\d+ +\S+% {2}(\S+)$/gm)].map(
    ([, count, name]) => [name, Number(count)] as const,
  );
  expect(new Map(flat)).toEqual(callsByFunction());
  expect(pprof("-top")).toMatch(/^Type: wall$/m);
  expect(pprof("-comments")).toMatch(
    /^\d+ events, \d+ goroutines\nleft by panic: 1 frame\ntimes are as measured: tracing may have added up to \d\S+ a call\n$/,
  );
  expect(pprof("-tree")).toMatch(/\| +main\.leaf$/m);
  const source = readFileSync(join(cwd, "main.go"), "utf8").split("\n");
  const line = (text: string) => source.findIndex((found) => found.includes(text)) + 1;
  // The function's line has its own time; the line of its go statement has the time of the goroutines started there.
  const list = pprof("-list", "main.nested$");
  expect(list).toMatch(
    new RegExp(`^ +[\\d.]+[nmµu]?s +[\\d.]+[nmµu]?s +${line("func nested()")}:func nested\\(\\) \\{$`, "m"),
  );
  expect(list).toMatch(
    new RegExp(`^ +\\. +[\\d.]+[nmµu]?s +${line("go underNested()")}:\\tgo underNested\\(\\)$`, "m"),
  );
  expect(pprof("-peek", "main.underNested$")).toContain("main.nested");
  report("--format", "pprof", "--goroutine-roots", "-o", profile);
  expect(pprof("-peek", "main.underNested$")).not.toContain("main.nested");
  report("--format", "pprof", "--focus", "nested", "-o", profile);
  expect(pprof("-traces")).not.toContain("main.afterFunc");
});

test("what runs in a test says so, in profiles and tables", () => {
  const tests = at("tests.gotrace");
  const words = ["test", "--save", tests, "./count"];
  expect(gotrace(words, { cwd: join(repository, "testdata/wordcount") }).code).toBe(0);
  const exported = (...words: string[]) => {
    const { code, stdout, stderr } = gotrace(["report", ...words, tests], { cwd });
    expect(code, stderr).toBe(0);
    return stdout;
  };
  const profile = at("tests.pb.gz");
  exported("--format", "pprof", "-o", profile);
  const found = go(["tool", "pprof", "-tags", profile], { cwd }).stdout;
  const labels = [...found.matchAll(/: (wordcount\/count\..+)$/gm)].map(([, name]) => name);
  const subtests = ["FuzzWords/seed#0", 'TestWords/""', 'TestWords/"a_b_a"', 'TestWords/"one__two"'];
  expect(labels.sort()).toEqual(
    ["ExampleTop", "FuzzWords", "TestAll", "TestWords", ...subtests].map((name) => `wordcount/count.${name}`).sort(),
  );
  const lines = exported("--format", "ndjson").trim().split("\n");
  const rows = lines.map(
    (line) => JSON.parse(line) as { function: string; test: string | null; parent: number | null },
  );
  expect([...new Set(rows.flatMap(({ test }) => test ?? []))].sort()).toEqual(labels);
  for (const row of rows) if (labels.includes(row.function)) expect(row.test).toBe(row.function);
});

/** Checks that a table is the same in text as in a Parquet file. */
async function sameInText(trace: string, tables: string, table: string): Promise<void> {
  const files = ["csv", "ndjson"].map((format) => {
    const file = at(`${table}.${format}`);
    const { code, stderr } = gotrace(["report", "--format", format, "--table", table, "-o", file, trace], { cwd });
    expect(code, stderr).toBe(0);
    return file;
  });
  const parquet = `SELECT * FROM '${tables}/${table}.parquet'`;
  // Times have nine digits in text and six in Parquet.
  const cut = `REPLACE (time_bucket(INTERVAL 1 MICROSECOND, "time"::TIMESTAMPTZ) AS "time")`;
  const text = (file: string) => `SELECT * ${table === "functions" ? "" : cut} FROM ${file}`;
  const others = [text(`'${files[0]}'`), text(`read_json('${files[1]}', maximum_object_size = 100000)`)];
  const [{ rows }] = await query(`SELECT count(*)::INT AS rows FROM (${parquet})`);
  expect(rows).toBeGreaterThan(0);
  for (const other of others) {
    expect(await query(`SELECT count(*)::INT AS rows FROM (${other})`)).toEqual([{ rows }]);
    expect(await query(`(${parquet}) EXCEPT ALL (${other})`)).toEqual([]);
  }
}

test("DuckDB reads the tables, and finds the same in every format", async () => {
  report("--format", "parquet", "-o", at("tables"));
  expect(readdirSync(at("tables")).sort()).toEqual([
    ...["calls.parquet", "functions.parquet", "goroutines.parquet", "processes.parquet", "requests.parquet"],
  ]);
  const metadata = `parquet_kv_metadata('${at("tables")}/calls.parquet')`;
  const [{ said }] = await query(
    `SELECT decode(value) AS said FROM ${metadata} WHERE decode(key) = 'gotrace.statements'`,
  );
  expect(JSON.parse(said as string)).toContainEqual(expect.stringMatching(/^\d+ events, \d+ goroutines$/));
  for (const table of ["calls", "functions", "goroutines", "processes", "requests"])
    await sameInText(saved, at("tables"), table);
  const [sums] = await query(`SELECT count(*)::INT AS calls, count(DISTINCT "call")::INT AS numbers,
    (count(*) FILTER (parent IS NULL))::INT AS roots, (count(*) FILTER (ending = 'panic'))::INT AS panics,
    max(epoch_ms(now()) - epoch_ms("time")) < 600000 AS recent FROM '${at("tables")}/calls.parquet'`);
  const calls = [...callsByFunction().values()].reduce((sum, count) => sum + count);
  // main.main, and the handlers that a goroutine of net/http started.
  expect(sums).toEqual({ calls, numbers: calls, roots: 4, panics: 1, recent: true });
});

test("tables without rows also have their columns", async () => {
  report("--format", "parquet", "-o", at("tables"));
  report("--format", "parquet", "--focus", "no such function", "-o", at("none"));
  for (const name of readdirSync(at("tables"))) {
    const columns = (path: string) => query(`DESCRIBE SELECT * FROM '${join(path, name)}'`);
    expect(await columns(at("none"))).toEqual(await columns(at("tables")));
  }
  expect(await query(`SELECT count(*)::INT AS rows FROM '${at("none")}/calls.parquet'`)).toEqual([{ rows: 0 }]);
});

/** The queries of a part of docs/parquet.md. */
function queries(from: string, to: string): string[] {
  const page = readFileSync(join(repository, "docs/parquet.md"), "utf8");
  const part = page.slice(page.indexOf(from), page.indexOf(to));
  return [...part.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql);
}

const inTables = (sql: string, directory: string) => query(sql.replace(/'(\w+\.parquet)'/g, `'${directory}/$1'`));

test("the queries of docs/parquet.md run", async () => {
  report("--format", "parquet", "-o", at("tables"));
  const known = queries("\n## DuckDB", "\n### Waits");
  expect(known.length).toBeGreaterThan(5);
  for (const sql of known) expect((await inTables(sql, at("tables"))).length, sql).toBeGreaterThan(0);
});

const WAITS = `package main

import (
	"sync"
	"time"
)

var mu sync.Mutex
var started sync.WaitGroup

func hold(ready chan<- bool) {
	mu.Lock()
	ready <- true
	started.Wait()
	time.Sleep(50 * time.Millisecond)
	mu.Unlock()
}

func put() {
	mu.Lock()
	mu.Unlock()
}

func receive(c <-chan bool) { <-c }

func main() {
	var wait sync.WaitGroup
	ready := make(chan bool)
	started.Add(3)
	go hold(ready)
	receive(ready)
	for range [3]int{} {
		wait.Add(1)
		go func() {
			defer wait.Done()
			started.Done()
			put()
		}()
	}
	wait.Wait()
}
`;

test("the queries about waits run, and find who waited for what and whom", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "go.mod"), "module waits\n\ngo 1.22\n");
  writeFileSync(join(directory, "main.go"), WAITS);
  const trace = join(directory, "waits.gotrace");
  const run = gotrace(["run", "--states", "--save", trace, "."], { cwd: directory });
  expect(run.code, run.stderr).toBe(0);
  const tables = join(directory, "tables");
  expect(gotrace(["report", "--format", "parquet", "-o", tables, trace], { cwd: directory }).code).toBe(0);
  for (const table of ["calls", "functions", "goroutines", "intervals"]) await sameInText(trace, tables, table);
  const known = queries("\n### Waits", "\n## ClickHouse");
  expect(known).toHaveLength(7);
  const found: Row[][] = [];
  for (const sql of known) found.push(await inTables(sql, tables));
  for (const [index, rows] of found.entries()) expect(rows.length, known[index]).toBeGreaterThan(0);
  const [locks, ended, offProcessor, longest, created] = found;
  expect(new Set(locks.map((row) => row.function))).toEqual(new Set(["main.put"]));
  expect(locks.map(({ waker_function: waker }) => waker)).toContain("main.hold");
  expect(ended).toContainEqual(expect.objectContaining({ waits: "main.put", ended_by: "main.hold" }));
  expect(offProcessor).toContainEqual(
    expect.objectContaining({ function: "main.hold", state: "sleep", reason: "sleep" }),
  );
  expect(longest).toContainEqual(
    expect.objectContaining({ state: "lock", path: "main.main > main.main.func1 > main.put" }),
  );
  expect(longest).toContainEqual(expect.objectContaining({ state: "wait", path: "main.main" }));
  expect(created.map((row) => `${row.function} ${row.goroutines}`).sort()).toEqual([
    "main.hold 1",
    "main.main.func1 3",
  ]);
  const sums = STATES.map((state) => `${state}_ns`).join(" + ");
  const selfSums = STATES.map((state) => `self_${state}_ns`).join(" + ");
  const wrong = `SELECT * FROM 'calls.parquet' WHERE ${sums} <> duration_ns OR ${selfSums} <> self_ns`;
  expect(await inTables(wrong, tables)).toEqual([]);
  const gaps = `SELECT * FROM (SELECT start_ns, lag(start_ns + duration_ns)
    OVER (PARTITION BY goroutine ORDER BY start_ns) AS before FROM 'intervals.parquet') WHERE start_ns <> before`;
  expect(await inTables(gaps, tables)).toEqual([]);
});

test("the table of intervals is refused for a trace without states", () => {
  const { code, stdout, stderr } = gotrace(["report", "--format", "csv", "--table", "intervals", saved], { cwd });
  expect([code, stdout, stderr]).toEqual([
    64,
    "",
    "gotrace: --table intervals needs the states of calls, and the trace does not have them\n" +
      "  record it with --states: gotrace run --states --save FILE PACKAGE\n",
  ]);
});

test("spans hang together across goroutines", () => {
  const lines = report("--format", "otlp").stdout.trim().split("\n");
  interface Span {
    readonly traceId: string;
    readonly spanId: string;
    readonly parentSpanId?: string;
    readonly name: string;
    readonly status?: { readonly code: number };
  }
  const spans = lines.flatMap((line) => JSON.parse(line).resourceSpans[0].scopeSpans[0].spans as Span[]);
  const ids = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const calls = [...callsByFunction().values()].reduce((sum, count) => sum + count);
  expect(ids.size).toBe(calls);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name)).toEqual([
    "main.main",
    ...["main.handler", "main.handler", "main.handler"],
  ]);
  for (const { parentSpanId } of spans) if (parentSpanId !== undefined) expect(ids.has(parentSpanId)).toBe(true);
  const parentOf = (name: string) => ids.get(spans.find((span) => span.name === name)!.parentSpanId!);
  expect(parentOf("main.underNested")).toBe("main.nested");
  expect(parentOf("main.underAfterFunc")).toBe("main.afterFunc.func1");
  expect(spans.filter(({ status }) => status?.code === 2).map(({ name }) => name)).toEqual(["main.throws"]);
});

test("every format says how many calls it leaves out, on standard error where it has no place for that", () => {
  const said = (...words: string[]) => report("--format", ...words, "-o", at("out")).stderr;
  for (const format of ["folded", "json", "pprof", "speedscope", "chrome", "perfetto", "ndjson", "csv", "otlp"]) {
    expect(said(format, "--depth", "2"), format).toMatch(/^gotrace: left out by --depth: \d+ calls\n$/);
    expect(said(format, "--top", "3"), format).toMatch(/^gotrace: left out by --top: \d+ calls\n$/);
    expect(said(format, "--min", "1ms"), format).toMatch(/^gotrace: left out by --min: \d+ calls\n$/);
  }
});

test("what is left out is said, what cannot be written is refused before anything is read", () => {
  const { stdout, stderr } = report("--format", "ndjson", "--min", "100us");
  expect(stdout).toMatch(/"main.main"/);
  expect(stderr).toMatch(/^gotrace: left out by --min: \d+ calls\n$/);
  const refused = (...words: string[]) => {
    const { code, stdout, stderr } = gotrace(["report", ...words, saved], { cwd: directory });
    expect(code).toBe(64);
    expect(stdout).toBe("");
    return stderr;
  };
  const advice = "name a directory with -o, or choose one table: --format parquet --table calls -o calls.parquet";
  expect(refused("--format", "parquet")).toBe(`gotrace: parquet writes one file per table\n  ${advice}\n`);
  expect(refused("--format", "parquet", "-o", saved)).toContain(advice);
  const before = readFileSync(saved);
  expect(refused("--format", "csv", "-o", saved)).toContain("is the trace to read\n");
  expect(gotrace(["diff", "-o", saved, saved, saved], { cwd: directory }).code).toBe(2);
  expect(readFileSync(saved)).toEqual(before);
  expect(refused("--format", "csv", "--min-percent", "5")).toBe(
    "gotrace: --min-percent is not for --format csv\n  leave it out\n",
  );
  expect(refused("--events", "10")).toContain("--events is not for trees");
  expect(refused("--html", "--table", "calls")).toContain("--table is not for --format html");
  expect(refused("--format", "csv", "--table", "lines")).toBe(
    'gotrace: --table: "lines" is not valid\n  use calls, functions, goroutines, processes, requests, intervals\n',
  );
  expect(existsSync(at("calls.parquet"))).toBe(false);
});

test("an execution trace alone, for timeline viewers; flags about calls are refused", () => {
  const trace = at("workload.trace");
  writeFileSync(trace, gunzipSync(readFileSync(join(repository, "testdata/exectrace/go1.24-workload.trace.gz"))));
  const alone = (...words: string[]) => gotrace(["report", "--format", "chrome", ...words, trace], { cwd: directory });
  const whole = alone();
  expect(whole.code, whole.stderr).toBe(0);
  const names = (text: string) => new Set(JSON.parse(text).traceEvents.map(({ name }: { name: string }) => name));
  expect(names(whole.stdout)).toContain("running");
  const waits = alone("--by", "sleep,channel", "-o", "-");
  expect(names(waits.stdout)).not.toContain("running");
  expect(alone("--events", "20").stderr).toMatch(
    /^gotrace: cut for the viewer: only states of at least .* are left out\n$/,
  );
  expect(alone("--focus", "x").stderr).toBe(
    "gotrace: --focus is not for execution traces, which have no calls\n  leave it out\n",
  );
  expect(alone(saved).stderr).toContain("one execution trace at a time");
  expect(report("--format", "perfetto", "-o", at("calls.perfetto")).stderr).toBe("");
  const lock = gotrace(["report", "--format", "folded", "--by", "lock", saved], { cwd });
  expect(lock.code).toBe(64);
  expect(lock.stderr).toContain("record it with --states");
});
