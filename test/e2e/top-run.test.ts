/** gotrace top on a package that it builds and runs. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../support/bundle.js";
import { filesOn, gotrace, temporaryDirectory } from "./support.js";

const env = { GOTRACE_CACHE: temporaryDirectory() };
/** Waits for SIGINT or the end of its input, prints many lines, and ends with exit code 5. */
const program = filesOn({
  "go.mod": "module waits\n\ngo 1.21\n",
  "main.go": `package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	fmt.Println("\\x1b[31mbegun\\x1b[0m", os.Args[1:])
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	if len(os.Args) > 1 {
		go func() { io.Copy(io.Discard, os.Stdin); c <- os.Interrupt }()
	}
	tick := time.NewTicker(time.Millisecond)
	for {
		select {
		case <-c:
			end()
		case <-tick.C:
			work()
		}
	}
}

//go:noinline
func work() {}

func end() {
	for i := 0; i < 30; i++ {
		fmt.Fprintln(os.Stderr, "line", i)
	}
	os.Exit(5)
}
`,
});

/** Runs gotrace on a terminal of 80 columns. @param press called with all output so far; returns keys to press */
async function onTerminal(words: readonly string[], press: (text: string) => string) {
  const command = ["stty rows 24 cols 80;", process.execPath, main, ...words].map((word) => word).join(" ");
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    cwd: program,
    env: {
      ...process.env,
      PWD: program,
      SHELL: "/bin/sh",
      TERM: "xterm",
      NO_COLOR: "1",
      FORCE_COLOR: undefined,
      ...env,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (piece) => {
    text += piece;
    const keys = press(text);
    if (keys !== "") child.stdin.write(keys);
  });
  const code = await new Promise<number | null | undefined>((resolve) => {
    child.on("error", () => resolve(undefined)).on("close", resolve);
  });
  return { code, text };
}

test("on a terminal: output beside the screen, r counts from now on, q ends the program, then its tree", async () => {
  const steps: [awaited: RegExp, keys: string][] = [
    [/ begun \[\]|begun \[\].*main\.work/s, "r"],
    [/since the reset, .*main\.work/s, "q"],
  ];
  const { code, text } = await onTerminal(["top", "--interval", "50ms", "."], (text) => {
    if (steps.length === 0 || !steps[0][0].test(text)) return "";
    return steps.shift()![1];
  });
  // No terminal can be had where there is no script.
  if (code === undefined) return;
  expect(code).toBe(5);
  expect(steps).toEqual([]);
  const [screen, after] = text.split("\x1b[?1049l");
  expect(screen).toMatch(/output of the program: .*output\.txt/);
  expect(screen).not.toContain("\x1b[31m");
  expect(after).toMatch(/^line 10\r\n/);
  const [, path] = /the last 20 lines that the program printed; all of them: (.+)\r\n/.exec(after)!;
  expect(readFileSync(path, "utf8")).toMatch(/begun.*line 0\n.*line 29\n$/s);
  expect(after).toMatch(/^TOTAL: .*main\.work ×/ms);
});

test("elsewhere: windows as JSON, and all else on standard error", () => {
  const result = gotrace(["top", "--interval", "10ms", "--format", "json", ".", "till-eof"], { cwd: program, env });
  expect(result.code, result.stderr).toBe(5);
  const windows = result.stdout.trim().split("\n");
  // On a busy machine windows follow in which the process is no longer listed.
  expect(windows.flatMap((line) => JSON.parse(line).processes)).toContainEqual(
    expect.objectContaining({ executable: expect.any(String), ended: true }),
  );
  expect(result.stderr).toMatch(/begun.* \[till-eof\]\n.*line 29\n.*TOTAL: /s);
});

test("with states: what functions wait for, and what open calls wait for now", async () => {
  const words = ["top", "--states", "--interval", "200ms", "--format", "json", ".", "till-eof"];
  const child = spawn(process.execPath, [main, ...words], {
    cwd: program,
    env: { ...process.env, PWD: program, ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const closed = new Promise((resolve) => child.once("close", resolve));
  let text = "";
  type Row = { function: string; waits_ns_per_s?: Record<string, number> };
  let found: { waits: Record<string, number>; states: string[] } | undefined;
  child.stdout.on("data", (piece) => {
    text += piece;
    const lines = text.split("\n");
    text = lines.pop()!;
    for (const line of lines) {
      const { functions, in_flight: open } = JSON.parse(line) as {
        functions: Row[];
        in_flight: { oldest_state?: string }[];
      };
      const waits = functions.find((row) => row.function === "main.main")?.waits_ns_per_s;
      const states = open.flatMap(({ oldest_state: state }) => state ?? []);
      if (waits?.select === undefined || states.length === 0 || found !== undefined) continue;
      found = { waits, states };
      child.stdin.end();
    }
  });
  expect(await closed).toBe(5);
  // The main goroutine waits for its ticker, and another one for the input.
  const parts = Object.values(found!.waits);
  expect(parts.reduce((sum, time) => sum + time, 0)).toBeLessThan(1.01e9);
  expect(["network", "syscall", "select"]).toContain(found!.states[0]);
});

test("--log takes what the program prints; a saved trace beside the package does not matter", () => {
  filesOn({ "saved.gotrace": "" }, program);
  const log = join(temporaryDirectory(), "new", "log");
  const result = gotrace(["top", "--interval", "10ms", "--log", log, ".", "till-eof"], { cwd: program, env });
  expect(result).toMatchObject({ code: 5, stderr: "" });
  expect(result.stdout).toMatch(/^(waits|main) \(\d+\) · .*^TOTAL: /ms);
  expect(readFileSync(log, "utf8")).toMatch(/begun.*line 29\n$/s);
});

test("errors", () => {
  for (const [words, code, text] of [
    [["--once", "."], 64, "--once is not for a package"],
    [["--save", "x", temporaryDirectory()], 64, "--save is not for running processes"],
    [["./missing"], 1, "missing"],
    [["--log", "/dev/null/x", "."], 73, "--log: cannot write"],
  ] as const) {
    const result = gotrace(["top", ...words], { cwd: program, env });
    expect([result.code, result.stderr], result.stderr).toEqual([code, expect.stringContaining(text)]);
  }
});
