/** `summary`, `diff` and `analyze` of execution traces: the flags that select, tested through the commands. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { TraceDiff, TraceSummary } from "../../src/analyses/index.js";
import { findLog } from "../../src/cli/analyze/find-log.js";
import type { Command } from "../../src/cli/command.js";
import { analyzeCommand } from "../../src/cli/commands/analyze.js";
import { diffCommand } from "../../src/cli/commands/diff.js";
import { summaryCommand } from "../../src/cli/commands/summary.js";
import type { FoundTraces } from "../../src/render/trace/found.js";
import { bytesOf } from "../analyses/traces.js";

const directory = mkdtempSync(join(tmpdir(), "gotrace-summary-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function saved(name: string): string {
  const path = join(directory, `${name.replace("/", "-")}.trace`);
  writeFileSync(path, bytesOf(name));
  return path;
}
const paths = saved("cases/paths-go1.26");
const earlier = saved("cases/paths-go1.22");

let outputs = 0;
async function output(command: Command, ...words: string[]): Promise<string> {
  const file = join(directory, `out-${++outputs}`);
  await command.run([...words, "-o", file]);
  return readFileSync(file, "utf8");
}
type Part = { from: number; to: number };
const summary = async (...words: string[]) =>
  JSON.parse(await output(summaryCommand, "--format", "json", ...words)) as TraceSummary & { part?: Part };
const failure = (command: Command, ...words: string[]) =>
  output(command, ...words).then(
    () => "no error",
    (error: Error) => error.message,
  );

test("--sort orders goroutines, places, tasks and regions, and what is shown first is first of all", async () => {
  const byTotal = await summary("--top", "2", paths);
  const byMax = await summary("--sort", "max", "--top", "2", paths);
  const max = ({ blocking }: TraceSummary) => blocking.sites.map(({ waits }) => waits.max);
  expect(byMax.blocking.sites).toHaveLength(2);
  expect(max(byMax)[0]).toBeGreaterThanOrEqual(Math.max(...max(byTotal)));
  expect(max(byMax)).toEqual([...max(byMax)].sort((a, b) => b - a));
  const running = await summary("--sort", "running", paths);
  const times = running.goroutines.map(({ breakdown }) => breakdown.running);
  expect(times).toEqual([...times].sort((a, b) => b - a));
  const names = (await summary("--sort", "name", paths)).tasks.map(({ type }) => type);
  expect(names).toEqual([...names].sort());
  expect(await failure(summaryCommand, "--sort", "age", paths)).toContain('--sort: "age" is not valid');
});

test("what is waited for has its share", async () => {
  const text = await output(summaryCommand, paths);
  const rows = text.split("Blocked, by reason\n")[1].split("\n\n")[0].split("\n").slice(1);
  const shares = rows.map((row) => Number(/([\d.]+)%/.exec(row)![1]));
  expect(rows[0]).toMatch(/ network$/);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0);
});

test("the tasks of a type are listed, each with the words that show it", async () => {
  const text = await output(summaryCommand, "--task", "keepalive", paths);
  const ids = [...text.matchAll(/ --task (\d+)\n/g)].map(([, id]) => id);
  expect(ids).toHaveLength(3);
  const durations = await Promise.all(
    ids.map(async (id) => {
      const { selection, selected } = await summary("--task", id, paths);
      expect(selected[0].type).toBe("keepalive");
      return selection!.end - selection!.begin;
    }),
  );
  expect(durations).toEqual([...durations].sort((a, b) => b - a));
  expect(text).toContain("Tasks of this type  3, longest first");
});

test("--from and --to: a part, by durations and by the clock, and it is said", async () => {
  const whole = await summary(paths);
  const { part, duration, start } = await summary("--from", "100ms", "--to", "0.15s", paths);
  expect({ part, duration }).toEqual({ part: { from: 100e6, to: 150e6 }, duration: 50e6 });
  const begin = new Date(Number(BigInt(whole.start!) / 1_000_000n) + 1000);
  expect(begin.getTime()).toBeLessThan(Date.now());
  expect(start).toBe(String(BigInt(whole.start!) + 100_000_000n));
  // The trace is shorter than a second, so a full second before its end is at or before its start.
  const clock = begin.toTimeString().slice(0, 8);
  const until = await summary("--to", clock, paths);
  expect(until.part!.to).toBe(Math.min(whole.duration, until.part!.to));
  expect(until.part!.from).toBe(0);
  expect(await output(summaryCommand, "--from", "100ms", "--to", "150ms", paths)).toContain(
    "from 100ms to 150ms of the trace (what reaches beyond is cut); times count from its begin",
  );
  expect(await failure(summaryCommand, "--from", "1h", paths)).toBe("the trace ends before --from");
  expect(await failure(summaryCommand, "--from", "14:00", earlier)).toContain("does not record the time of day");
  expect(await failure(summaryCommand, "--from", "2s", "--to", "1s", paths)).toContain("is not later than --from");
  expect(await failure(summaryCommand, "--from", "soon", paths)).toContain('--from: "soon" is not valid');
  expect(await failure(summaryCommand, "--from", "1ms", "--task", "keepalive", paths)).toContain(
    "cannot be combined with --from and --to",
  );
});

test("analyze takes a part too, and its findings have the times of the whole", async () => {
  const words = ["--set", "ProcessorStarvation=off", "--format", "json"];
  const { traces } = JSON.parse(await output(analyzeCommand, ...words, "--from", "200ms", "--to", "300ms", paths)) as {
    traces: { part: Part; duration: number; findings: { time: number }[] }[];
  };
  expect(traces[0]).toMatchObject({ part: { from: 200e6, to: 300e6 }, duration: 100e6 });
  for (const { time } of traces[0].findings) expect(time).toBeGreaterThanOrEqual(200e6);
});

test("diff by kind and by name", async () => {
  const diff = async (...words: string[]) =>
    JSON.parse(await output(diffCommand, "--format", "json", "--min", "0ns", ...words, earlier, paths)) as TraceDiff;
  const named = await diff("--kind", "task", "--match", "^(keep|fan)");
  expect(named.changes.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(["task fanout", "task keepalive"]);
  const kinds = new Set((await diff("--kind", "task,state")).changes.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(["state", "task"]);
  expect(await failure(diffCommand, "--kind", "tusk", earlier, paths)).toContain('--kind: "tusk" is not valid');
});

test("who records is not the program", async () => {
  const { goroutines } = await summary(saved("go1.22-workload"));
  const recorders = goroutines.filter((group) => group.function.startsWith("runtime/"));
  expect(recorders.length).toBeGreaterThan(0);
  expect(recorders.every(({ system }) => system)).toBe(true);
});

test("--log finds the trace of a directory that has the whole request; what cannot be read is named", async () => {
  const snapshots = join(directory, "snapshots");
  mkdirSync(snapshots);
  const put = (name: string, bytes: Uint8Array | string) => writeFileSync(join(snapshots, name), bytes);
  const workload = bytesOf("go1.26-workload");
  // The third generation, which has the end of the task, is cut off.
  put("20261129T143207.5Z-7-3-slow.trace", workload.subarray(0, 20_000));
  put("20261129T143205.123456789Z-7-1-slow.trace", workload);
  put("20261129T143206.0Z-7-2-slow.trace", bytesOf("cases/paths-go1.26"));
  put("20261129T143208.0Z-7-4-slow.trace.part", workload);
  put("notes.txt", "number 1");
  put("bad.trace", "number 1");
  put("empty.trace", "");
  const log = 'number 1 "quoted" ünï\n';
  const found = JSON.parse(
    await output(summaryCommand, "--log", log, "--format", "json", snapshots),
  ) as TraceSummary & {
    path: string;
    search: FoundTraces;
  };
  expect(found.path).toBe(join(snapshots, "20261129T143205.123456789Z-7-1-slow.trace"));
  expect(found.selected).toMatchObject([{ id: 5, type: "round", cutEnd: false }]);
  expect(found.search).toMatchObject({
    log,
    searched: 3,
    found: [
      { path: expect.stringContaining("143207"), complete: false, warning: expect.stringContaining("cut off") },
      { path: expect.stringContaining("143205"), complete: true },
    ],
  });
  expect(found.search.unreadable.map(({ path, reason }) => `${basename(path)}: ${reason}`).sort()).toEqual([
    "bad.trace: this is not an execution trace of Go",
    "empty.trace: the file is empty",
  ]);
  const text = await output(summaryCommand, "--log", log, snapshots);
  expect(text).toMatch(/is in 2 of 3 traces, newest first\n[\s\S]*\n +≥[\d.]+ms +[\d.]+ms {2}\S*143207/);
  expect(text).toContain("bad.trace is not searched: this is not an execution trace of Go\n");
  // Only the cut one: that is better than nothing. Files may be named too, also twice.
  const cut = join(snapshots, "20261129T143207.5Z-7-3-slow.trace");
  const { path, search } = await summary("--log", log, cut, cut, paths).then((each) => each as typeof found);
  expect({ path, found: search.found.length, searched: search.searched }).toEqual({ path: cut, found: 1, searched: 2 });
  expect(await failure(summaryCommand, "--log", "trace_id=none", snapshots)).toBe(
    'none of 3 traces has a log "trace_id=none"',
  );
  expect(await failure(summaryCommand, snapshots)).toBe(`${snapshots} is a directory`);
  expect(await failure(summaryCommand, "--task", "round", snapshots)).toBe(`${snapshots} is a directory`);
  expect(await failure(summaryCommand, paths, earlier)).toBe("more than one trace given");
});

test("a text is found wherever it is, also across the chunks in which a file is read", () => {
  const key = "0af7651916cd43dd8448eb211c80319c";
  const path = join(directory, "long.trace");
  const workload = bytesOf("go1.26-workload");
  for (const at of [0, (256 << 10) - 7, (256 << 10) - 1, 256 << 10, 3 * (256 << 10) - 31]) {
    const bytes = Buffer.alloc(1 << 20, "x");
    bytes.set(workload.subarray(0, 16));
    bytes.write(key, Math.max(16, at));
    writeFileSync(path, bytes);
    // The text is there, so the file is parsed; it is no trace.
    expect(findLog([path], `trace_id=${key}`).unreadable).toHaveLength(1);
    expect(findLog([path], `trace_id=${key}0`)).toEqual({ searched: 1, found: [], unreadable: [] });
  }
  expect(findLog([join(directory, "gone.trace")], "x").unreadable).toMatchObject([
    { reason: "no such file or directory" },
  ]);
});
