/** How much a program records: the flags of run, and gotrace record on a process that runs. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { filesOn, gotrace, temporaryDirectory } from "./support.js";

/** Makes some calls, then calls work until its input ends. */
const program = filesOn({
  "go.mod": "module sparing\n\ngo 1.21\n",
  "main.go": `package main

import (
	"io"
	"os"
	"sync/atomic"
	"time"
)

var done atomic.Bool

func main() {
	long()
	go func() { io.Copy(io.Discard, os.Stdin); done.Store(true) }()
	for work(); !done.Load(); work() {
		time.Sleep(time.Millisecond)
	}
}

func long() {
	time.Sleep(30 * time.Millisecond)
	many(100000)
}

func many(n int) {
	for i := 0; i < n; i++ {
		leaf()
	}
}

//go:noinline
func leaf() {}

//go:noinline
func work() { leaf() }
`,
});
const env = { GOTRACE_CACHE: temporaryDirectory() };
const children: ChildProcess[] = [];

beforeAll(() => {
  expect(gotrace(["build", "-o", "sparing", "."], { cwd: program, env })).toMatchObject({ code: 0, stderr: "" });
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** The recorded functions of a run, but for the one that reads the input. */
function recorded(...flags: string[]): string[] {
  const { code, stdout, stderr } = gotrace(["stats", ...flags, "--format", "json", "."], { cwd: program, env });
  expect(code, stderr).toBe(0);
  const { functions } = JSON.parse(stdout) as { functions: { function: string }[] };
  return functions
    .map(({ function: name }) => name.replace("main.", ""))
    .filter((name) => name !== "main.func1")
    .sort();
}

test("functions, a least duration and a depth limit what a run records", () => {
  expect(recorded()).toEqual(["leaf", "long", "main", "many", "work"]);
  expect(recorded("--record", "\\.(main|long|many)$", "--no-record=many")).toEqual(["long", "main"]);
  expect(recorded("--no-record", "leaf|work")).toEqual(["long", "main", "many"]);
  expect(recorded("--record-depth", "2")).toEqual(["long", "main", "work"]);
  expect(recorded("--record-min", "20ms")).not.toContain("leaf");
});

test("a ring bounds the trace of a run, and does not go together with a whole execution trace", () => {
  const save = join(temporaryDirectory(), "t.gotrace");
  const size = (...flags: string[]) => {
    expect(gotrace(["run", ...flags, "--save", save, "."], { cwd: program, env }).code).toBe(0);
    return statSync(save).size;
  };
  expect(size("--ring", "1MiB")).toBeLessThan(1.5 * 2 ** 20);
  for (const [words, given] of [
    [["--last", "30s", "--states", "--exec-trace"], {}],
    [["--ring=1GiB", "--exec-trace"], {}],
    [["--exec-trace"], { GOTRACE_RING: "30s" }],
  ] as const) {
    const result = gotrace(["run", ...words, "."], { cwd: program, env: { ...env, ...given } });
    expect(result).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("keeps the end of a run, but an execution trace"),
    });
  }
});

test("gotrace record: what is in force, and changes while the process runs", async () => {
  const traces = temporaryDirectory();
  const child = spawn(join(program, "sparing"), {
    env: { ...process.env, GOTRACE_OUT: traces, GOTRACE_START: "paused", GOTRACE_RING: "1MiB" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  children.push(child);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  while (!existsSync(join(traces, `${child.pid}-1.gotrace`))) await new Promise((resolve) => setTimeout(resolve, 5));
  const ring = "  in a ring: the last 1 MiB\n";
  /** What is said once the settings are in force. */
  const record = (...words: string[]): { code: number; stderr: string; lines: string[] } => {
    const { code, stdout, stderr } = gotrace(["record", traces, ...words], { cwd: program, env });
    return stdout.includes("not in force yet")
      ? record()
      : { code, stderr, lines: stdout.replace(ring, "").trimEnd().split("\n") };
  };
  const head = `sparing (${child.pid})`;
  expect(record()).toEqual({ code: 0, stderr: "", lines: [`${head} is paused: it records nothing`] });
  const top = gotrace(["top", "--once", "--interval", "10ms", traces], { cwd: program, env });
  expect(top.stdout).toContain(`${head} · tracing is off · `);
  expect(record("--resume", "--off", "work")).toEqual({
    ...{ code: 0, stderr: "", lines: [`${head} records`, "  functions: all but work"] },
  });
  expect(record("--on", "work$", "--min=10us", "--depth=7").lines).toEqual([
    `${head} records`,
    "  functions: all but work, but work$",
    "  calls of at least 10µs, and the callers of such calls",
    "  the outermost levels of each goroutine: 7",
  ]);
  interface Described {
    readonly in_force: boolean;
    readonly snapshot?: string;
    readonly left_out: readonly { readonly function: string; readonly calls: number; readonly time_ns: number }[];
  }
  /** What is said once the settings are in force. */
  const json = (...words: string[]): Described[] => {
    const described: Described[] = JSON.parse(record("--format=json", ...words).lines.join("\n"));
    return described[0].in_force ? described : json();
  };
  /** Until a call of leaf was left out. */
  let described = json();
  while (!described[0].left_out.some(({ function: name }) => name === "main.leaf")) described = json();
  const path = join(traces, `${child.pid}-1.gotrace`);
  expect(described).toEqual([
    {
      ...{ pid: child.pid, executable: join(program, "sparing"), trace: path, changeable: true },
      ...{ recording: "on", in_force: true, min_ns: 10_000, depth: 7, times_behind: 0, given_back_bytes: 0 },
      functions: [
        { pattern: "work", record: false },
        { pattern: "work$", record: true },
      ],
      ring: { bytes: 2 ** 20, age_ns: null },
      snapshots: { written: 0, too_soon: 0, failed: 0 },
      left_out: expect.arrayContaining([
        { function: "main.leaf", calls: expect.any(Number), time_ns: expect.any(Number) },
      ]),
    },
  ]);
  expect(record("--reset").lines).toEqual([`${head} records everything`]);
  const window = ["top", "--once", "--interval", "10ms", traces];
  while (!gotrace(window, { cwd: program, env }).stdout.includes("main.work"));
  const { code, lines } = record("--dump");
  expect([code, lines]).toEqual([0, [expect.stringMatching(/snapshots\/.*-1\.gotrace$/)]]);
  expect(gotrace(["calls", "main.work", lines[0]], { cwd: program, env })).toMatchObject({ code: 0 });
  expect(json("--pause")).toMatchObject([
    { recording: "paused", functions: [], min_ns: null, depth: null, snapshots: { written: 1 } },
  ]);
  const paused = [json("--dump")[0].snapshot!];
  expect(paused).toEqual([expect.stringMatching(/snapshots\/.*-2\.gotrace$/)]);
  const report = gotrace(["report", ...paused], { cwd: program, env }).stdout;
  // main.main began in the first pause.
  expect(report).toMatch(
    /^main\.main .*\n.── main\.work.*\n(.*\n)*recording was paused.*\nbegan while they were not recorded: 1 call/m,
  );
  expect(record()).toEqual({ code: 0, stderr: "", lines: [`${head} is paused: it records nothing`] });
  child.stdin!.end();
  await ended;
  expect(record("--pause")).toMatchObject({ code: 66, stderr: expect.stringContaining("no traced process runs in") });
});

test("gotrace record: errors", async () => {
  const traces = temporaryDirectory();
  const plain = spawn(join(program, "sparing"), {
    env: { ...process.env, GOTRACE_OUT: traces },
    stdio: ["pipe", "ignore", "ignore"],
  });
  children.push(plain);
  while (!existsSync(join(traces, `${plain.pid}-1.gotrace`))) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const [words, code, text] of [
    [["--pause"], 64, "no process given"],
    [["1", "2", "--pause"], 64, "not also 2"],
    [["1", "--pause", "--resume"], 64, "cannot be combined"],
    [["1", "--off", "("], 64, "not a regular expression"],
    [["1", "--off", "(?i)a"], 64, "use a plain expression"],
    [["1", "--min", "fast"], 64, "--min"],
    [["1", "--depth", "-1"], 64, "--depth"],
    [[join(program, "missing")], 66, "cannot read"],
    [["--format", "xml", traces], 64, "--format"],
    [["--dump", traces], 69, "has no ring of which to write a snapshot"],
  ] as const) {
    const result = gotrace(["record", ...words], { cwd: program, env });
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(text)]);
  }
});
