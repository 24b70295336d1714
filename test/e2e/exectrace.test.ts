/**
 * `gotrace summary` and `gotrace diff` on traces of a program whose waits are known (testdata/execprograms/request).
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { TraceDiff, TraceSummary } from "../../src/analyses/index.js";
import { go, gotrace, repository, temporaryDirectory } from "./support.js";

const MS = 1e6;
const cwd = temporaryDirectory();
/**
 * More than twice the time of any request in a.trace, and far more than rounding; b.trace's backend is slower by this.
 */
let slower: number;

beforeAll(() => {
  const program = join(cwd, "request");
  const source = join(repository, "testdata/execprograms/request/main.go");
  expect(go(["build", "-o", program, source], { cwd })).toMatchObject({ code: 0 });
  for (const name of ["a.trace", "a2.trace"]) execFileSync(program, [name], { cwd });
  slower = 2 * summary().tasks[0].durations.max + 30 * MS;
  execFileSync(program, ["-slow", `${slower}ns`, "b.trace"], { cwd });
}, 120_000);

const summary = (...args: string[]) => summaryOf("a.trace", ...args);

function summaryOf(file: string, ...args: string[]): TraceSummary {
  const { code, stdout, stderr } = gotrace(["summary", "--format", "json", ...args, file], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as TraceSummary;
}

test("tasks, regions and logs of a program", () => {
  const { tasks, regions, logs } = summary();
  expect(tasks.map(({ type, durations }) => [type, durations.count])).toEqual([["request", 3]]);
  expect(regions.map(({ type, durations }) => [type, durations.count])).toEqual([
    ["backend", 3],
    ["render", 3],
  ]);
  expect(logs).toEqual([{ category: "trace_id", count: 3 }]);
  const [request] = tasks;
  expect(request.goroutines).toMatchObject({ min: 3, max: 3 });
  // A request sleeps 5 ms, its holder 10 ms, its backend 20 ms.
  expect(request.breakdown.waiting.sleep).toBeGreaterThanOrEqual(3 * 35 * MS);
  // Its backend waits while the holder sleeps.
  expect(request.breakdown.waiting.sync).toBeGreaterThanOrEqual(3 * 8 * MS);
});

test("the place that waits for a lock, and who releases it", () => {
  const { sites } = summary().blocking;
  const lock = sites.find((site) => site.reason === "sync" && site.stack.some((f) => f.function === "main.backend"))!;
  expect(lock.waiters).toBe(3);
  expect(lock.waits.count).toBe(3);
  expect(lock.waits.min).toBeGreaterThan(5 * MS);
  expect(lock.releasers).toHaveLength(1);
  expect(lock.releasers[0]).toMatchObject({ function: "main.hold", count: 3 });
  expect(lock.releasers[0].stack.map((f) => f.function)).toContain("main.hold");
});

test("the critical path of a request goes through its backend and the holder of the lock", () => {
  for (const args of [
    ["--task", "request"],
    ["--log", "trace_id=2"],
  ]) {
    const { criticalPath, selected, selection, goroutines } = summary(...args);
    expect(selected).toHaveLength(1);
    const [task] = selected;
    expect(task.regions.map((region) => region.type)).toEqual(["backend", "render"]);
    expect(selection!.goroutines).toHaveLength(3);
    expect(goroutines.map((group) => group.function).sort()).toEqual(["main.backend", "main.handle", "main.hold"]);
    const { begin, end, parts } = criticalPath!;
    expect([begin, end]).toEqual([task.begin, task.end]);
    const sleeps = parts.filter((part) => part.reason === "sleep" && part.activity === "waiting");
    // On a busy machine sleepers wait longer, so check only that each slept as long as it asked for.
    expect(sleeps.map((part) => part.function).sort()).toEqual(["main.backend", "main.handle", "main.hold"]);
    for (const [name, ms] of Object.entries({ "main.backend": 20, "main.hold": 10, "main.handle": 5 })) {
      const { total } = sleeps.find((part) => part.function === name)!;
      expect(total).toBeGreaterThanOrEqual(ms * MS * 0.99);
      const { breakdown } = goroutines.find((group) => group.function === name)!;
      expect(total).toBeLessThanOrEqual(breakdown.waiting.sleep);
    }
    // The path holds no wait for a lock or a channel: that time is some goroutine's work.
    expect(parts.filter((part) => part.activity === "waiting").map((part) => part.reason)).not.toContain("sync");
    expect(parts.reduce((sum, part) => sum + part.total, 0)).toBe(end - begin);
  }
  expect(summary("--log", "2").selected[0].logs).toMatchObject([{ category: "trace_id", message: "2" }]);
});

test("one goroutine", () => {
  const id = summary("--task", "request").criticalPath!.steps.at(-1)!.goroutine;
  const { goroutines, criticalPath, selection } = summary("--goroutine", String(id));
  expect(goroutines).toMatchObject([{ function: "main.handle", count: 1 }]);
  expect(selection!.goroutines).toEqual([id]);
  expect(criticalPath!.steps.at(-1)!.goroutine).toBe(id);
});

test("tables", () => {
  const file = join(cwd, "out.txt");
  expect(gotrace(["summary", "-o", file, "a.trace"], { cwd })).toMatchObject({ code: 0, stdout: "" });
  const text = readFileSync(file, "utf8");
  for (const title of ["Goroutines by start function", "Where goroutines wait", "Tasks", "Regions", "Ps"]) {
    expect(text).toContain(title);
  }
  expect(text).toMatch(/released by main\.hold: main\.hold \(main\.go:\d+\) \(100\.0%\)/);
  expect(gotrace(["summary", "--task", "request", "a.trace"], { cwd }).stdout).toMatch(/Critical path/);
});

test("diff: the slower backend, and the threshold", () => {
  const { code, stdout } = gotrace(["diff", "--by", "p50", "--format", "json", "a.trace", "b.trace"], { cwd });
  expect(code).toBe(0);
  const { changes } = JSON.parse(stdout) as TraceDiff;
  const backend = changes.find(({ kind, name }) => kind === "region" && name === "backend")!;
  const [a, b] = ["a.trace", "b.trace"].map((file) => summaryOf(file).regions);
  const p50 = (regions: TraceSummary["regions"], name: string) =>
    regions.find(({ type }) => type === name)!.durations.p50;
  expect(backend.delta).toBeGreaterThan(slower / 2);
  expect(backend.ratio).toBeGreaterThan(1);
  for (const name of ["backend", "render"]) {
    expect(changes.find((change) => change.name === name)!.delta).toBeCloseTo(p50(b, name) - p50(a, name), 0);
  }
  const few = gotrace(["diff", "--fail-on", "50%", "--format", "json", "a.trace", "b.trace"], { cwd });
  expect(few).toMatchObject({ code: 0, stderr: expect.stringMatching(/judged no times: 1 a side.* 4 runs a side/) });
  expect(JSON.parse(few.stdout).changes.some(({ significant }: { significant: boolean }) => significant)).toBe(false);
  const many = (name: string) => Array(4).fill(name).join(",");
  const failed = gotrace(["diff", "--fail-on", "50%", "--a", many("a.trace"), "--b", many("b.trace")], { cwd });
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/exceeded: region backend: total \+/);
  expect(failed.stderr).toBe("");
  const mixed = "a.trace,a2.trace,a.trace,a2.trace";
  const same = gotrace(["diff", "--fail-on", "1%", "--a", mixed, "--b", mixed], { cwd });
  expect(same).toMatchObject({ code: 0, stderr: "" });
});

test("what cannot be: exit code 2, and two lines", () => {
  writeFileSync(join(cwd, "no.trace"), "not a trace, but long enough to be one");
  for (const args of [
    ["summary", "no.trace"],
    ["summary", "missing.trace"],
    ["summary"],
    ["summary", "--task", "nothing", "a.trace"],
    ["summary", "--task", "1", "--goroutine", "1", "a.trace"],
    ["summary", "--top", "x", "a.trace"],
    ["diff", "a.trace"],
    ["diff", "a.trace", "no.trace"],
    ["diff", "--fail-on", "much", "a.trace", "b.trace"],
    ["diff", "--min", "1x", "a.trace", "b.trace"],
  ]) {
    const { code, stdout, stderr } = gotrace(args, { cwd });
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: "" });
    expect(stderr).toMatch(/^gotrace: .+\n {2}.+\n$/);
  }
});
