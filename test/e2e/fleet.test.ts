/** A fleet of real processes in one Parquet data set, read by DuckDB. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { beforeAll, expect, test } from "vitest";
import { openTrace } from "../../src/calltrace/index.js";
import { openFile } from "../../src/cli/trace-files.js";
import { gotrace, repository, temporaryDirectory } from "./support.js";

const directory = temporaryDirectory();
const at = (...names: string[]) => join(directory, ...names);
const shop = at("shop");
const hosts = ["web-1", "web-2"];

/** Runs the shop once on each host. @param states "1" to record them */
function runOn(hosts: readonly string[], states: string): void {
  for (const host of hosts) {
    mkdirSync(at("traces", host), { recursive: true });
    const env = { ...process.env, GOTRACE_OUT: at("traces", host), GOTRACE_STATES: states };
    const { status, stderr } = spawnSync(shop, ["-requests", "3"], { env, encoding: "utf8" });
    expect(status, stderr).toBe(0);
  }
}

function append(dataset: string, ...words: string[]) {
  return gotrace(["report", "--format", "parquet", "--append", "-o", at(dataset), ...words], { cwd: directory });
}

type Row = Record<string, string | number | boolean | null>;

async function query(sql: string): Promise<Row[]> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const reader = await connection.runAndReadAll(sql.replace(/'(\w+\/\w+\/\*\*)/g, `'${directory}/$1`));
  return reader.getRowObjectsJson() as Row[];
}

/** How many calls a CSV export of a trace has. */
function callsIn(path: string): number {
  return gotrace(["report", "--format", "csv", path], { cwd: directory }).stdout.trim().split("\r\n").length - 1;
}

/** Offset in the header of the number of bytes used. */
const USED = 16;

/** What a trace on web-1 says of its build. */
function buildOf(name: string): string | undefined {
  const { source, close } = openFile(at("traces", "web-1", name));
  const [{ info }] = openTrace(source).processes;
  close();
  return info.build;
}

const tracesOn = (host: string) => readdirSync(at("traces", host)).filter((name) => name.endsWith(".gotrace"));

beforeAll(() => {
  const built = gotrace(["build", "--states", "-o", shop, "."], { cwd: join(repository, "testdata/shop") });
  expect(built.code, built.stderr).toBe(0);
  runOn(hosts, "0");
  runOn(hosts, "1");
  const first = append("fleet", ...hosts.map((host) => at("traces", host)));
  expect(first.stderr).toBe(`gotrace: added 4 processes of 2 hosts to ${at("fleet")}\n`);
  expect(first.code).toBe(0);
});

test("a directory that has grown adds what is new, once", async () => {
  runOn(["web-1"], "0");
  const words = hosts.map((host) => at("traces", host));
  expect(append("fleet", ...words).stderr).toBe(`gotrace: added 1 process to ${at("fleet")}; 4 were there already\n`);
  expect(append("fleet", ...words).stderr).toContain("added 0 processes");
  // A copy of a trace is the same trace.
  cpSync(at("traces", "web-1"), at("copied"), { recursive: true });
  expect(append("fleet", "--host", "other", at("copied")).stderr).toContain("added 0 processes");
  const found = await query(`SELECT host, "binary", count(*)::INT AS processes, count(DISTINCT trace)::INT AS traces,
    sum(lost)::INT AS lost, count(build)::INT AS builds FROM 'fleet/processes/**/*.parquet' GROUP BY ALL ORDER BY host`);
  const common = { binary: "shop", lost: 0 };
  expect(found).toEqual([
    { ...common, host: "web-1", processes: 3, traces: 3, builds: 3 },
    { ...common, host: "web-2", processes: 2, traces: 2, builds: 2 },
  ]);
  const [{ build, builds }] = await query(`SELECT min(build) AS build, count(DISTINCT build)::INT AS builds
    FROM 'fleet/processes/**/*.parquet'`);
  expect([builds, buildOf(tracesOn("web-1")[0])]).toEqual([1, build]);
  const expected = hosts.flatMap((host) => tracesOn(host).map((name) => callsIn(at("traces", host, name))));
  const [sums] = await query(`SELECT count(*)::INT AS calls, count(DISTINCT (trace, "call"))::INT AS ids,
    count(DISTINCT (trace, goroutine, number))::INT AS names FROM 'fleet/calls/**/*.parquet'`);
  const calls = expected.reduce((sum, count) => sum + count, 0);
  expect(sums).toEqual({ calls, ids: calls, names: calls });
  // All parents are there, in the same trace.
  expect(
    await query(`SELECT count(*)::INT AS orphans FROM 'fleet/calls/**/*.parquet' AS c
      ANTI JOIN 'fleet/calls/**/*.parquet' AS p ON p.trace = c.trace AND p."call" = c.parent WHERE c.parent IS NOT NULL`),
  ).toEqual([{ orphans: 0 }]);
});

test("the queries of docs/fleet.md run, and name calls that gotrace finds", async () => {
  const page = readFileSync(join(repository, "docs/fleet.md"), "utf8");
  const part = page.slice(page.indexOf("\n## DuckDB"), page.indexOf("\n## ClickHouse"));
  const queries = [...part.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql);
  expect(queries.length).toBeGreaterThan(4);
  const results: Row[][] = [];
  for (const sql of queries) results.push(await query(sql));
  expect(results.every((rows) => rows.length > 0)).toBe(true);
  const { command, ms } = results[0][0] as { command: string; ms: number };
  const [, words] = /^gotrace (report --call \S+) /.exec(command)!;
  const path = command.slice(`gotrace ${words} `.length);
  const shown = gotrace([...words.split(" "), path, "--format", "ndjson"], { cwd: directory })
    .stdout.trim()
    .split("\n");
  const slowest = shown.map((line) => JSON.parse(line) as Row).find((row) => row.function === "main.(*server).cart");
  expect(Number(slowest?.duration_ns) / 1e6).toBeCloseTo(ms, 6);
});

test("a process that runs is in files of its own, which are replaced", async () => {
  const running = at("running");
  mkdirSync(running);
  let program: ChildProcess | undefined;
  const rows = async () => {
    const [found] = await query(`SELECT count(*)::INT AS calls, count(DISTINCT filename)::INT AS files
      FROM read_parquet('live/calls/**/*.parquet', filename = true)`);
    return found as { calls: number; files: number };
  };
  try {
    program = spawn(shop, ["-serve", "-requests", "2"], { env: { ...process.env, GOTRACE_OUT: running } });
    const trace = async () => {
      while (readdirSync(running).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      return join(running, readdirSync(running)[0]);
    };
    const path = await trace();
    while (callsIn(path) < 100) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(append("live", running).stderr).toContain("added 1 process ");
    const before = await rows();
    expect(before.calls).toBeGreaterThan(0);
    expect(before.files).toBe(1);
    // Of a copy it is not known that the process runs.
    const copied = at("copied-live");
    const copy = () => cpSync(running, copied, { recursive: true });
    copy();
    expect(append("far", "--host", "far", copied).stderr).toContain("added 1 process ");
    const used = () => readFileSync(path).readBigUInt64LE(USED);
    for (const copied = used(); used() === copied; ) await new Promise((resolve) => setTimeout(resolve, 20));
    const ended = new Promise((resolve) => program?.once("exit", resolve));
    program.kill("SIGKILL");
    await ended;
    expect(append("live", running).stderr).toContain("added 1 process ");
    expect(await rows()).toEqual({ calls: callsIn(path), files: 1 });
    expect(append("live", running).stderr).toContain("added 0 processes");
    copy();
    const { stderr } = append("far", "--host", "far", copied);
    expect(stderr).toContain("added 0 processes");
    expect(stderr).toContain("the trace has grown since it was added");
  } finally {
    program?.kill("SIGKILL");
  }
});

test("one machine's directory is of this machine; --host and --build name them, and else the trace says the build", async () => {
  renameSync(shop, at("elsewhere"));
  append("named", at("traces", "web-1"));
  renameSync(at("elsewhere"), shop);
  append("named", "--host", "a b/c", "--build", "v1.2", at("traces", "web-2"));
  expect(
    await query(`SELECT DISTINCT host, build = 'v1.2' AS named FROM 'named/processes/**/*.parquet' ORDER BY named`),
  ).toEqual([
    { host: hostname().replace(/[^A-Za-z0-9._+-]/g, "_"), named: false },
    { host: "a_b_c", named: true },
  ]);
});

test("what is damaged is added as far as it goes; what is no trace is left out", () => {
  const mixed = at("mixed");
  mkdirSync(mixed);
  const [name] = tracesOn("web-1");
  const bytes = readFileSync(at("traces", "web-1", name));
  writeFileSync(join(mixed, "1-1.gotrace"), bytes.subarray(0, 5000));
  writeFileSync(join(mixed, "2-1.gotrace"), "this is no trace");
  writeFileSync(join(mixed, "3-1.gotrace"), "");
  const { stderr, code } = append("mixed-set", mixed);
  expect(stderr).toMatch(/1-1\.gotrace: damaged at offset \d+: /);
  expect(stderr).toContain("2-1.gotrace: this is not a gotrace trace");
  expect(stderr).toContain("added 1 process to");
  expect(code).toBe(65);
});

test("it says what it does not take", () => {
  const fails = (...words: string[]) => {
    const { stderr, code } = gotrace(["report", ...words, at("traces", "web-1")], { cwd: directory });
    expect(code).toBe(64);
    return stderr;
  };
  expect(fails("--append", "-o", at("x"))).toMatch(/^gotrace: --append adds to a data set, which is a directory\n/);
  expect(fails("--format", "parquet", "--append")).toContain("--append adds to a data set");
  expect(fails("--format", "parquet", "-o", at("x"), "--host", "h")).toContain("--host is not for a single report");
  expect(fails("--format", "parquet", "--append", "-o", at("x"), "--table", "calls")).toContain(
    "--table is not for --append",
  );
  expect(existsSync(at("x"))).toBe(false);
  mkdirSync(at("locked", "_gotrace"), { recursive: true });
  writeFileSync(at("locked", "_gotrace", "lock"), `1 elsewhere\n`);
  expect(fails("--format", "parquet", "--append", "-o", at("locked"))).toContain("process 1 on elsewhere");
  rmSync(at("locked"), { recursive: true });
});
