/**
 * Tables of execution traces: golden text, and lines that fit a terminal. `npx vitest -u` rewrites the golden files.
 */
import { expect, test } from "vitest";
import { diffTraces, type LocateTarget, Locator, Summarizer } from "../../src/analyses/index.js";
import { columns } from "../../src/render/columns.js";
import { painter, plainWidth } from "../../src/render/style.js";
import { diffTable } from "../../src/render/trace/diff.js";
import { summaryTables } from "../../src/render/trace/summary.js";
import { feedAll, readerOf } from "../analyses/traces.js";

function selectionOf(name: string, target: LocateTarget) {
  const reader = readerOf(name);
  const locator = new Locator(reader, target);
  feedAll(reader, (e) => locator.feed(e));
  locator.finish();
  return locator.result();
}

function summarize(name: string, target?: LocateTarget) {
  const reader = readerOf(name);
  const summarizer = new Summarizer(reader, target && selectionOf(name, target));
  feedAll(reader, (e) => summarizer.feed(e));
  return summarizer.finish();
}

const plain = { colour: false, width: undefined, widthOf: plainWidth, top: 5 };
const file = { path: "app.trace", warning: undefined };
const golden = "../../testdata/exectrace/golden";

test("summary of a trace", async () => {
  const text = [...summaryTables(file, summarize("go1.26-workload"), plain)].join("");
  await expect(text).toMatchFileSnapshot(`${golden}/summary.txt`);
});

test("what the agent took a snapshot for is below the headline", () => {
  const text = [...summaryTables(file, summarize("../agent/slow"), plain)].join("");
  expect(text.split("\n").slice(1, 4)).toEqual([
    "sentinel at 2.00s: queue 8 is above 7",
    "slow at 3.02s: GET /items/{id} took 20.478ms, limit 10ms",
    "",
  ]);
});

test("one task of it", async () => {
  const summary = summarize("go1.26-workload", { kind: "task type", type: "round" });
  await expect([...summaryTables(file, summary, plain)].join("")).toMatchFileSnapshot(`${golden}/summary-task.txt`);
});

test("two traces compared", async () => {
  const runs = ["go1.25-workload", "go1.26-workload"].map((name) => summarize(name));
  const diff = diffTraces([runs[0]], [runs[1]], { measure: "total", min: 1e6 });
  await expect([...diffTable(diff, [], plain)].join("")).toMatchFileSnapshot(`${golden}/diff.txt`);
});

test("the more runs, the more is known: p-values, means", () => {
  const [a, b] = ["go1.25-workload", "go1.26-workload"].map((name) => summarize(name));
  const diff = diffTraces([a, a, a, a], [b, b, b, b], { measure: "mean", min: 0 });
  expect(diff.tested).toBe(true);
  const round = diff.changes.find(({ kind, name }) => kind === "task" && name === "round")!;
  const [of, than] = [b, a].map((one) => one.tasks.find((task) => task.type === "round")!.durations.mean);
  expect(round.delta).toBeCloseTo(of - than, 6);
  expect(round.p).toBeCloseTo(0.02857, 4);
  expect(round.significant).toBe(true);
  const same = diffTraces([a, b, a, b], [b, a, b, a], { measure: "mean", min: 0 });
  expect(same.changes.every(({ significant }) => !significant)).toBe(true);
});

test("rows of a critical path can be told apart", () => {
  for (const name of ["cases/critical-path-keepalive", "cases/paths-go1.26"]) {
    const summary = summarize(name, { kind: "goroutine", id: 1 });
    const text = [...summaryTables(file, summary, { ...plain, top: 1000 })].join("");
    const rows = /^Critical path .*\n.*\n((?:.+\n)+)/m.exec(text)![1].trimEnd().split("\n");
    const reads = rows.map((row) => row.replace(/^ *\S+ +\S+ +\S+ +/, "").replace(/ +/g, " "));
    expect(new Set(reads).size, name).toBe(reads.length);
    expect(reads.length, name).toBeLessThan(summary.criticalPath!.parts.length);
  }
});

test.each([80, 100, 140])("no line of names is longer than %i columns where numbers leave room", (width) => {
  const summary = summarize("go1.26-workload");
  const least = 16;
  for (const line of [...summaryTables(file, summary, { ...plain, width })].join("").split("\n")) {
    // The terminal may wrap sentences; a line of numbers only can be longer than a narrow terminal.
    if (/^(app|heap|time|[\d.]+% ran|no coll)/.test(line) || /^ *COUNT|RUNNING/.test(line)) continue;
    const numbers = /^[ \d.,a-zµ≥-]*? {2}(?=\S+$)/.exec(line)?.[0].length ?? 0;
    expect(line.length).toBeLessThanOrEqual(Math.max(width, numbers + least));
  }
});

test("control characters of names stay off the terminal", () => {
  const list = [{ heading: "NAME", kind: "name" }] as const;
  const style = { paint: painter(false), width: undefined, widthOf: plainWidth };
  const text = [...columns(list, [{ cells: ["a\x1b[31m\nb\x9b"] }], style)].join("");
  expect(text).toBe("NAME\na�[31m b�\n");
});

test("columns: numbers to the right, names cut in the middle, notes below the last", () => {
  const list = [
    { heading: "N", kind: "number" },
    { heading: "NAME", kind: "name" },
  ] as const;
  const rows = [
    { cells: ["1", "short"] },
    { cells: ["1000", "example.com/a/very/long/path.(*Type).Method"], notes: ["a note that is too long for its line"] },
  ];
  const style = { paint: painter(false), width: 30, widthOf: plainWidth };
  expect([...columns(list, rows, style)].join("")).toBe(
    ["   N  NAME", "   1  short", "1000  example.com/…ype).Method", "        a note that…r its line", ""].join("\n"),
  );
});
