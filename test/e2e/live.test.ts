/** Traces of processes that are still running. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTrace } from "../../src/calltrace/index.js";
import { openFile } from "../../src/cli/trace-files.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { filesOn, gotrace, startGotrace, temporaryDirectory } from "./support.js";

/** GOTRACE_LIVE=1000 turns it into a stress test of a minute or two. */
const PROCESSES = Number(process.env.GOTRACE_LIVE ?? 10);
const READS = 50;

const busy = filesOn({
  "go.mod": "module busy\n\ngo 1.21\n",
  "main.go": `package main

import "time"

func main() {
	for i := 0; i < 3; i++ {
		go worker()
	}
	worker()
}

func worker() {
	for {
		for i := 0; i < 300; i++ {
			work()
		}
		go work()
		time.Sleep(time.Millisecond)
	}
}

//go:noinline
func work() {}
`,
});
const children: ChildProcess[] = [];

beforeAll(() => {
  expect(gotrace(["build", "-o", "busy", "."], { cwd: busy })).toMatchObject({ code: 0, stderr: "" });
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** Starts the program. @returns its trace, as soon as it exists */
async function start(traces = temporaryDirectory()): Promise<{ child: ChildProcess; path: string }> {
  const env = { ...process.env, GOTRACE_OUT: traces, GOTRACE_MAX_SIZE: String(64 << 20) };
  const child = spawn(join(busy, "busy"), { env, stdio: "ignore" });
  children.push(child);
  const path = join(traces, `${child.pid}-1.gotrace`);
  while (!existsSync(path) || readFileSync(path).subarray(0, 8).toString() !== "gotrace\n") await pause(1);
  return { child, path };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a trace is read while it is written, 500 times, without complaint", async () => {
  for (let i = 0; i < PROCESSES; i++) {
    const { child, path } = await start();
    for (let j = 0; j < READS; j++) {
      const file = openFile(path);
      const { processes, problem } = j % 25 === 24 ? buildForest(file.source) : openTrace(file.source);
      file.close();
      expect([problem, ...processes.map(({ problem }) => problem)]).toEqual([undefined, undefined]);
      if (j % 3 === 0) await pause(1);
    }
    child.kill("SIGKILL");
  }
}, 600_000);

test("a report says that the process still runs, and after its end that it does not", async () => {
  const traces = temporaryDirectory();
  const { child, path } = await start(traces);
  while (openTrace(openFile(path).source).processes[0].chunks.count < 10) await pause(10);
  const live = gotrace(["report", traces], { cwd: busy });
  expect(live).toMatchObject({ code: 0, stderr: "" });
  expect(live.stdout).toMatch(
    /the process still runs, not returned yet: \d+ frames \(≥: at least until the trace was read\)/,
  );
  expect(live.stdout).not.toContain("when the process ended");
  const ended = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGKILL");
  await ended;
  const dead = gotrace(["report", traces], { cwd: busy });
  expect(dead.stdout).toContain("not returned when the process ended: ");
  expect(dead.stdout).not.toContain("still runs");
});

test("a child that outlives the program is said, and its later calls are in the last run's trace", async () => {
  const daemon = filesOn({
    "go.mod": "module daemon\n\ngo 1.21\n",
    "main.go": `package main

import (
	"os"
	"os/exec"
	"time"
)

func early() { os.WriteFile("early", nil, 0o644) }
func late()  {}

func main() {
	if os.Getenv("CHILD") == "" {
		child := exec.Command("/proc/self/exe")
		child.Env = append(os.Environ(), "CHILD=1")
		child.Start()
		for !exists("early") {
			time.Sleep(time.Millisecond)
		}
		return
	}
	early()
	for !exists("go on") {
		time.Sleep(time.Millisecond)
	}
	late()
	os.WriteFile("done", nil, 0o644)
}

func exists(name string) bool { _, err := os.Stat(name); return err == nil }
`,
  });
  const env = { GOTRACE_CACHE: temporaryDirectory() };
  const run = gotrace(["run", "."], { cwd: daemon, env });
  expect(run.code).toBe(0);
  expect(run.stderr).toMatch(
    /^gotrace: process \d+, which the program started, is still running; see its later calls with: gotrace report$/m,
  );
  expect(run.stdout).toContain("main.early");
  expect(run.stdout).not.toContain("main.late");
  filesOn({ "go on": "" }, daemon);
  while (!existsSync(join(daemon, "done"))) await pause(5);
  const later = gotrace(["report"], { cwd: daemon, env });
  expect(later.stdout).toContain("main.late");
});

test("a limit that a process reaches is said while it runs", async () => {
  const program = filesOn({
    "go.mod": "module large\n\ngo 1.21\n",
    "main.go": `package main

import (
	"os"
	"time"
)

func main() {
	for i := 0; i < 500000; i++ {
		work()
	}
	for _, err := os.Stat("go on"); err != nil; _, err = os.Stat("go on") {
		time.Sleep(time.Millisecond)
	}
	os.Stderr.WriteString("end of the program\\n")
}

//go:noinline
func work() {}
`,
  });
  const child = startGotrace(["run", "--max-trace-size", "1MiB", "."], { cwd: program });
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  let errors = "";
  await new Promise<void>((resolve) => {
    child.stderr.on("data", (data: Buffer) => {
      errors += data.toString();
      if (errors.includes("later calls are not recorded")) resolve();
    });
  });
  expect(errors).not.toContain("end of the program");
  expect(errors).toMatch(
    /^gotrace: process \d+: its trace has reached the size limit: allow more with --max-trace-size/m,
  );
  filesOn({ "go on": "" }, program);
  expect(await closed).toBe(0);
});
