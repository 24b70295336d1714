/** The journal of a data set, when a run ends at any moment. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Journal } from "../../src/cli/dataset/journal.js";
import { temporaryDirectory } from "../e2e/support.js";

const CALLS = "calls/host=a/binary=b/date=2026-01-02/one.parquet";
const FUNCTIONS = "functions/host=a/binary=b/date=2026-01-02/one.parquet";

let count = 0;
const root = temporaryDirectory();
const fresh = () => join(root, `set${count++}`);

function addBatch(dataset: string, name = "one", files = [CALLS, FUNCTIONS], running = false): void {
  const journal = Journal.open(dataset);
  const batch = journal.begin(name);
  for (const file of files) batch.write(file, Buffer.from(`${name} ${file.split("/")[0]}`));
  batch.commit([{ id: name, bytes: 7, ...(running ? { running } : {}) }]);
  journal.close();
}

const inJournal = (dataset: string) => readdirSync(join(dataset, "_gotrace")).sort();

function tracesOf(dataset: string): string[] {
  const journal = Journal.open(dataset);
  journal.close();
  return [...journal.traces.keys()];
}

test("a batch is in its places, and in the journal", () => {
  const dataset = fresh();
  addBatch(dataset);
  expect(readFileSync(join(dataset, CALLS), "utf8")).toBe("one calls");
  expect(inJournal(dataset)).toEqual(["one.json"]);
  expect(tracesOf(dataset)).toEqual(["one"]);
});

test("killed before the entry: the next run removes what was written", () => {
  const dataset = fresh();
  const journal = Journal.open(dataset);
  journal.begin("one").write(CALLS, Buffer.from("half"));
  writeFileSync(join(dataset, "_gotrace", "one.json.tmp"), "{");
  journal.close();
  expect(tracesOf(dataset)).toEqual([]);
  expect(inJournal(dataset)).toEqual([]);
  expect(existsSync(join(dataset, CALLS))).toBe(false);
});

test("killed after the entry: the next run completes it, whatever was moved already", () => {
  for (const moved of [[], [CALLS], [CALLS, FUNCTIONS]]) {
    const dataset = fresh();
    addBatch(dataset);
    // As it was a moment before.
    const { staged } = JSON.parse(readFileSync(join(dataset, "_gotrace", "one.json"), "utf8")) as { staged: string };
    mkdirSync(join(dataset, "_gotrace", staged));
    for (const file of [CALLS, FUNCTIONS]) {
      if (moved.includes(file)) continue;
      renameSync(join(dataset, file), join(dataset, "_gotrace", staged, `${file.split("/")[0]}.parquet`));
    }
    expect(tracesOf(dataset)).toEqual(["one"]);
    for (const file of [CALLS, FUNCTIONS]) expect(existsSync(join(dataset, file))).toBe(true);
    expect(inJournal(dataset)).toEqual(["one.json"]);
  }
});

test("a batch of the same name replaces the older one, with files that it no longer has", () => {
  const dataset = fresh();
  addBatch(dataset, "one", [CALLS, FUNCTIONS], true);
  addBatch(dataset, "one", [CALLS]);
  expect(existsSync(join(dataset, CALLS))).toBe(true);
  expect(existsSync(join(dataset, FUNCTIONS))).toBe(false);
});

test("one process at a time; the lock of one that has ended does not count", () => {
  const dataset = fresh();
  const journal = Journal.open(dataset);
  expect(() => Journal.open(dataset)).toThrow(`another gotrace adds to ${dataset}: process ${process.pid}`);
  journal.close();
  writeFileSync(join(dataset, "_gotrace", "lock"), `${2 ** 30} ${hostname()}\n`);
  expect(tracesOf(dataset)).toEqual([]);
});

test("a journal that gotrace did not write is refused", () => {
  const dataset = fresh();
  addBatch(dataset);
  writeFileSync(join(dataset, "_gotrace", "one.json"), "{}");
  expect(() => Journal.open(dataset)).toThrow("is not what gotrace wrote there");
  expect(inJournal(dataset)).toEqual(["one.json"]);
});
