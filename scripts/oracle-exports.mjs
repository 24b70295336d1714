// Reads exports of a real program with tools that the tests do not install:
//
//	npm run oracle:exports [-- --python venv/bin/python]
//
// The OpenTelemetry collector's own reader (Go module go.opentelemetry.io/collector/pdata) reads OTLP. With --python, whose
// environment needs chdb and pyspark (pip install chdb pyspark; Spark needs Java), ClickHouse and Spark read Parquet and run
// the queries of docs/parquet.md and, on a data set of several processes and hosts, those of docs/fleet.md. All must find the same calls and sums as in the CSV.
import { deepStrictEqual, ok } from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { python: { type: "string" } } });
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "gotrace-oracle-"));
const run = (program, args, options = {}) =>
  execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "ignore"], ...options });
const gotrace = (args, cwd = directory) => run(process.execPath, [at("dist/bin/main.js"), ...args], { cwd });

try {
  const trace = join(directory, "trace.gotrace");
  gotrace(["run", "--save", trace, "."], at("testdata/spawns"));
  const report = (...words) => gotrace(["report", ...words, trace]);
  const calls = table(report("--format", "csv"));
  const sum = (rows, column) => rows.reduce((total, row) => total + Number(row[column]), 0);

  const otlp = join(directory, "spans.jsonl");
  report("--format", "otlp", "-o", otlp);
  const spans = JSON.parse(run("go", ["run", "."], { cwd: at("test/oracle/otlp"), input: readFileSync(otlp) }));
  const children = calls.filter(({ parent }) => parent !== "").length;
  const errors = calls.filter(({ ending }) => ending === "panic").length;
  const expected = { spans: calls.length, traces: 1, children, parents: children, errors };
  deepStrictEqual(spans, { ...expected, nanoseconds: sum(calls, "duration_ns") });
  console.log(`collector: ${JSON.stringify(spans)}`);

  if (values.python) {
    report("--format", "parquet", "-o", directory);
    const columns = ["duration_ns", "self_ns", "start_ns", "parent", "depth"];
    engines("parquet", [calls.length, ...columns.map((column) => sum(calls, column))]);

    const shop = join(directory, "shop");
    gotrace(["build", "--states", "-o", shop, "."], at("testdata/shop"));
    const hosts = ["web-1", "web-2"].map((host) => join(directory, "traces", host));
    const append = () =>
      gotrace(["report", "--format", "parquet", "--append", "-o", join(directory, "fleet"), ...hosts]);
    for (const states of ["0", "1", "1"]) {
      for (const host of hosts) {
        mkdirSync(host, { recursive: true });
        run(shop, [], { env: { ...process.env, GOTRACE_OUT: host, GOTRACE_STATES: states } });
      }
      append();
    }
    // Each trace for itself: calls are numbered for each.
    const traces = hosts.flatMap((host) => readdirSync(host).map((name) => join(host, name)));
    const all = traces
      .filter((path) => path.endsWith(".gotrace"))
      .flatMap((path) => table(gotrace(["report", "--format", "csv", path])));
    engines("fleet", [all.length, 6, 2, ...columns.map((column) => sum(all, column))]);
  }
} finally {
  rmSync(directory, { recursive: true });
}

/** Runs the queries of a page with both engines. @param sums over all calls */
function engines(page, sums) {
  const lines = run(values.python, [at(`test/oracle/${page}.py`), directory, at(`docs/${page}.md`)]);
  const engines = lines.split("\n").filter((line) => line.startsWith("{"));
  deepStrictEqual(engines.length, 2);
  for (const line of engines) {
    const found = JSON.parse(line);
    deepStrictEqual(found.sums, sums);
    ok(found.rows.length > 2 && found.rows.every((rows) => rows > 0));
    console.log(line);
  }
}

/** The rows of a CSV file without commas in values. */
function table(text) {
  const [head, ...lines] = text.trim().split("\r\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((value, index) => [names[index], value])));
}
