/** Reads exported Parquet files with DuckDB; test/e2e/exports.test.ts compares them with the other formats. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { type Recording, readRecording } from "../../src/calltree/index.js";
import { renderParquet } from "../../src/export/parquet.js";
import { type TableName, tableNames } from "../../src/export/tables/names.js";
import { temporaryDirectory } from "../e2e/support.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter } from "../support/calltrace/writer.js";

const directory = temporaryDirectory();

async function query(recording: Recording, table: TableName, sql: (file: string) => string) {
  const file = join(directory, `${table}.parquet`);
  const statements = ['5 events, "quoted"'];
  writeFileSync(file, Buffer.concat([...renderParquet(recording, { table, version: "1.2.3", notices: statements })]));
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  return (await connection.runAndReadAll(sql(`'${file}'`))).getRowObjectsJson();
}

/** Calls on two goroutines, with numbers and times beyond 32 bits, and more rows than a row group. */
function many(calls: number): Recording {
  const trace = new TraceWriter({
    capacity: calls * 12,
    header: { numbers: { startWall: 1_700_000_000_000_000_000n } },
  });
  const [main, leaf, odd] = ["main.main", "main.leaf", "main.☃"].map((name) =>
    trace.define("function", name, "main.go", 7),
  );
  const site = trace.define("go", "main.main", "main.go", 9);
  const [first, second] = [trace.slot(0), trace.slot(1)];
  first.begin(0, 1, 0, 0);
  first.enter(0, main);
  second.begin(60, 2 ** 40, 1, first.spawn(50, site));
  for (let i = 0; i < calls; i++) {
    const [slot, at] = i % 3 === 0 ? [second, 100 + i * 100_000] : [first, 100 + i * 100_000];
    slot.enter(at, i % 2 === 0 ? leaf : odd);
    slot.exit(at + 10 + (i % 5));
  }
  first.exit(calls * 100_000 + 1000);
  return readRecording(memorySource(trace.finish()));
}

test("more rows than a group, numbers of 64 bits, nothing where there is no value", async () => {
  const calls = 150_000;
  const recording = many(calls);
  const [row] = await query(
    recording,
    "calls",
    (file) => `SELECT count(*)::INT AS rows, count(parent)::INT AS parents, max(goroutine)::VARCHAR AS goroutine,
      (max(start_ns) - 100)::VARCHAR AS start, max("time")::VARCHAR AS "time", sum(self_ns) FILTER (depth = 2)::INT AS self,
      list_sort(list(DISTINCT "function")) AS names, any_value(ending) AS ending FROM ${file}`,
  );
  expect(row).toEqual({
    rows: calls + 1,
    parents: calls,
    goroutine: String(2 ** 40),
    start: String((calls - 1) * 100_000),
    time: expect.stringMatching(/^2023-11-14 22:13:34\.9999/),
    self: (calls / 3) * 2 * 12,
    names: ["main.leaf", "main.main", "main.☃"],
    ending: "return",
  });
  const groups = await query(
    recording,
    "calls",
    (file) => `SELECT DISTINCT row_group_id, row_group_num_rows::INT AS rows FROM parquet_metadata(${file}) ORDER BY 1`,
  );
  expect(groups.map(({ rows }) => rows)).toEqual([131_072, calls + 1 - 131_072]);
});

test("the metadata says what is missing", async () => {
  const found = await query(
    many(3),
    "processes",
    (file) => `SELECT decode(value) AS said FROM parquet_kv_metadata(${file})`,
  );
  expect(found).toEqual([{ said: JSON.stringify(['5 events, "quoted"']) }]);
});

test("without a trace all tables have their columns and types", async () => {
  const nothing = readRecording([]);
  for (const table of tableNames) {
    const columns = (recording: Recording) =>
      query(recording, table, (file) => `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${file})`);
    expect(await columns(nothing)).toEqual(await columns(many(2)));
  }
});
