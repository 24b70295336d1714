/** gotrace top, and following a process that writes its trace. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StatsMeter } from "../../src/callstats/index.js";
import { readRecording } from "../../src/calltree/index.js";
import { isWritten } from "../../src/cli/run/writing-process.js";
import { openFile } from "../../src/cli/trace-files.js";
import { Follower, type Snapshot, takeSnapshot } from "../../src/follow/index.js";
import { filesOn, gotrace, startGotrace, temporaryDirectory } from "./support.js";

/** Ends when its input does: then all its calls have returned. */
const module = filesOn({
  "go.mod": "module busy\n\ngo 1.21\n",
  "main.go": `package main

import (
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

var done atomic.Bool

func main() {
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go worker(&wg)
	}
	io.Copy(io.Discard, os.Stdin)
	done.Store(true)
	wg.Wait()
}

func worker(wg *sync.WaitGroup) {
	defer wg.Done()
	for !done.Load() {
		fib(12)
		caught()
		child := make(chan int)
		go answer(child)
		slow(child)
	}
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func caught() {
	defer func() { recover() }()
	fails()
}

func fails() { panic("as it should") }

func answer(to chan int) { to <- 1 }

func slow(from chan int) {
	<-from
	time.Sleep(20 * time.Millisecond)
}
`,
});
const children: ChildProcess[] = [];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(() => {
  expect(gotrace(["build", "-o", "busy", "."], { cwd: module })).toMatchObject({ code: 0, stderr: "" });
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** Starts the program. @returns its trace, once it has called its functions */
async function start() {
  const traces = temporaryDirectory();
  const env = { ...process.env, GOTRACE_OUT: traces };
  const child = spawn(join(module, "busy"), { env, stdio: ["pipe", "ignore", "ignore"] });
  children.push(child);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const path = join(traces, `${child.pid}-1.gotrace`);
  for (let calls = 0; calls === 0; await pause(5)) {
    if (!existsSync(path)) continue;
    const stats = gotrace(["stats", "--format", "json", path], { cwd: module });
    calls = stats.code === 0 && stats.stdout.includes("main.slow") ? 1 : 0;
  }
  return { child, ended, path, traces };
}

test("windows add up to the numbers of the whole trace, and a window that goes on has them", async () => {
  const { child, ended, path } = await start();
  const file = openFile(path);
  const follower = new Follower(file.source);
  const growing = new Follower(file.source);
  let grown: Snapshot | undefined;
  const sums = new Map<string, { calls: number; panics: number; self: number; total: number; durations: number }>();
  let inFlight = 0;
  const poll = (clock: bigint | undefined) => {
    follower.poll(clock);
    expect(follower.problem).toBeUndefined();
    inFlight = Math.max(inFlight, [...follower.stacks()].length);
    const { window } = follower;
    for (let id = 1; id < window.calls.length; id++) {
      if (window.calls[id] === 0 && window.total[id] === 0) continue;
      const name = follower.nameOf(id);
      const sum = sums.get(name) ?? { calls: 0, panics: 0, self: 0, total: 0, durations: 0 };
      sums.set(name, sum);
      sum.calls += window.calls[id];
      sum.panics += window.panics[id];
      sum.self += window.self[id];
      sum.total += window.total[id];
      sum.durations += window.durations[id]?.count ?? 0;
    }
    window.clear(follower.now);
    growing.poll(clock);
    grown = takeSnapshot([growing], 0, 1, []);
  };
  for (let i = 0; i < 60; i++) {
    poll(process.hrtime.bigint());
    await pause(5);
  }
  child.stdin!.end();
  await ended;
  expect(isWritten(path)).toBe(false);
  poll(undefined);

  const recording = readRecording(file.source);
  const stats = new StatsMeter(recording.forest, { spread: true });
  recording.visit(stats.visitor);
  file.close();
  // The main goroutine, four workers, and at times what they started.
  expect(inFlight).toBeGreaterThanOrEqual(5);
  for (const { name, calls, panics, self, total } of stats.rows()) {
    const { self: ownTime, total: wholeTime, ...counts } = sums.get(name)!;
    expect(counts, name).toEqual({ calls, panics, durations: calls });
    // Times before the clock was measured well differ by little.
    expect(Math.abs(ownTime - self), name).toBeLessThan(1000 + self * 1e-4);
    expect(Math.abs(wholeTime - total), name).toBeLessThan(1000 + total * 1e-4);
  }
  expect(sums.size).toBe(stats.rows().length);
  expect(grown?.functions.length).toBe(sums.size);
  for (const { name, calls, panics, self, total } of grown?.functions ?? []) {
    const sum = sums.get(name)!;
    expect([calls, panics], name).toEqual([sum.calls, sum.panics]);
    expect(Math.abs(self - sum.self) + Math.abs(total - sum.total), name).toBeLessThan(1000 + sum.total * 1e-4);
  }
});

test("top: by process and by directory; as a table and as JSON; calls in flight with their age", async () => {
  const { child, traces } = await start();
  const table = gotrace(["top", "--once", "--interval", "100ms", traces], { cwd: module });
  expect(table).toMatchObject({ code: 0, stderr: "" });
  expect(table.stdout).toMatch(/^busy \(\d+\) · up .* events\/s/);
  expect(table.stdout).toMatch(/goroutines with open calls: main\.worker ×4, main\.main ×1/);
  expect(table.stdout).toMatch(/CALLS\/s +SELF\/s +TOTAL\/s .* FUNCTION\n/);
  expect(table.stdout).toMatch(/ main\.fib$/m);
  expect(table.stdout).not.toContain("\x1b");
  const words = process.platform === "linux" ? [String(child.pid)] : [traces];
  const json = gotrace(["top", "--once", "--interval", "100ms", "--format", "json", ...words], { cwd: module });
  const snapshot = JSON.parse(json.stdout);
  expect(snapshot.processes).toMatchObject([{ pid: child.pid, ended: false }]);
  expect(snapshot.functions.find(({ function: of }: { function: string }) => of === "main.fails")).toMatchObject({
    panics: expect.any(Number),
  });
  // A call of slow takes 20 ms, so that some are open at any time.
  const slow = snapshot.in_flight.find(({ path }: { path: string[] }) => path.join() === "main.slow");
  expect(slow).toMatchObject({ returns: true, pid: child.pid });
  child.kill("SIGKILL");
});

test("top: prints a window after another, until the processes have ended", async () => {
  const { child, ended, traces } = await start();
  const top = startGotrace(["top", "--interval", "50ms", "--format", "json", traces], { cwd: module });
  let text = "";
  top.stdout.on("data", (piece) => {
    text += piece;
  });
  const code = new Promise((resolve) => top.once("exit", resolve));
  while (text.split("\n").length < 4) await pause(10);
  child.stdin!.end();
  await ended;
  expect(await code).toBe(0);
  const windows = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(windows.at(-1).processes).toMatchObject([{ ended: true }]);
});

test("top: metrics for Prometheus, on this machine only", async () => {
  const { child, traces } = await start();
  const top = startGotrace(["top", "--interval", "50ms", "--metrics", "0", "--match", "main", traces], { cwd: module });
  let said = "";
  top.stderr.on("data", (piece) => {
    said += piece;
  });
  const code = new Promise((resolve) => top.once("exit", resolve));
  while (!said.includes("\n")) await pause(10);
  const url = /^gotrace: metrics: (http:\S+)\n/.exec(said)![1];
  let text = "";
  while (!/gotrace_call_duration_seconds_count\{function="main\.slow"\} [1-9]/.test(text)) {
    await pause(20);
    text = await (await fetch(url)).text();
  }
  const [, sum, count] = /_seconds_sum\{function="main\.slow"\} (\S+)\n\S+_count\S+ (\S+)/.exec(text)!;
  expect(Number(sum) / Number(count)).toBeGreaterThan(0.02);
  expect(text).toMatch(/^gotrace_panics_total\{function="main\.fails"\} [1-9]/m);
  expect(text).toContain("gotrace_processes 1\n");
  // Each line is a comment, or a name with labels and a number.
  for (const line of text.trimEnd().split("\n"))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [-+\d.e]+)$/);
  expect((await fetch(url.replace("/metrics", "/"))).status).toBe(404);
  top.kill("SIGINT");
  expect(await code).toBe(0);
  child.kill("SIGKILL");
});

test("top: errors", () => {
  const empty = temporaryDirectory();
  expect(readdirSync(empty)).toEqual([]);
  for (const [words, code, text] of [
    [[empty], 66, "no traced process runs in "],
    [[join(empty, "missing")], 66, "cannot read "],
    [["--sort", "age"], 64, "--sort"],
    [["--metrics", "0.0.0.0:80"], 64, "0.0.0.0 is not this machine"],
    [["--metrics", "here"], 64, "is not an address"],
    [["1", "2"], 64, "top follows one process or directory"],
    ...(process.platform === "linux"
      ? [[[String(process.pid)], 66, "no traced process runs with number"] as const]
      : []),
  ] as const) {
    const result = gotrace(["top", ...words], { cwd: module });
    expect(result.code, result.stderr).toBe(code);
    expect(result.stderr).toContain(text);
  }
});
