/** Runs whose trace is read while the program runs. */
import { expect, test } from "vitest";
import { filesOn, gotrace, temporaryDirectory } from "./support.js";

/** Writes some megabytes in a second or two, with pauses, on goroutines that start one another. */
const program = filesOn({
  "go.mod": "module paced\n\ngo 1.21\n",
  "main.go": `package main

import (
	"os"
	"time"
)

//go:noinline
func leaf(n int) int { return n + 1 }

//go:noinline
func batch() (sum int) {
	for i := 0; i < 5000; i++ {
		sum += leaf(i)
	}
	return sum
}

func worker(done chan int) {
	time.AfterFunc(time.Millisecond, later)
	done <- batch()
}

func later() { leaf(0) }

func main() {
	done := make(chan int)
	for i := 0; i < 200; i++ {
		go worker(done)
		<-done
		time.Sleep(7 * time.Millisecond)
	}
	os.Exit(3)
}
`,
});

test("the tree of a run that was followed is that of its finished trace", () => {
  const env = { ...process.env, GOTRACE_CACHE: temporaryDirectory() };
  const run = gotrace(["run", "-v", "--depth", "9", "."], { cwd: program, env });
  expect(run.code).toBe(3);
  expect(run.stderr).toContain("following the trace");
  // On a machine without a processor to spare it may be read from its beginning.
  expect(run.stderr).toMatch(/ was followed|read from its beginning: the program wrote faster/);
  const report = gotrace(["report", "--depth", "9"], { cwd: program, env });
  expect(report.stdout).toBe(run.stdout);
  expect(run.stdout).toContain("main.leaf ×1,000,000");
});
