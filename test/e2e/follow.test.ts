/** Runs whose trace is read while the program runs. */
import { expect, test } from "vitest";
import { ownTrace } from "./own-trace.js";
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

/** Writes 60 MiB, and waits for its reader whenever the trace takes 28 MiB that the reader could give back. */
const patient = filesOn({
  "go.mod": "module patient\n\ngo 1.21\n",
  "trace.go": ownTrace,
  "main.go": `package main

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

//go:noinline
func leaf(n int) int { return n + 1 }

//go:noinline
func batch() (sum int) {
	for i := 0; i < 10000; i++ {
		sum += leaf(i)
	}
	return sum
}

func sleeper(until chan bool) { leaf(0); <-until; leaf(0) }

func main() {
	until, done := make(chan bool), make(chan int)
	for i := 0; i < 10; i++ {
		go sleeper(until)
	}
	leaf(0)
	wait := reader(28 << 20)
	for i := 0; i < 1000; i++ {
		go func() { done <- batch() }()
		<-done
		wait()
		time.Sleep(time.Millisecond)
	}
	close(until)
	var info syscall.Stat_t
	paths, _ := filepath.Glob(os.Getenv("GOTRACE_OUT") + "/*.gotrace")
	syscall.Stat(paths[0], &info)
	println("MiB", info.Size>>20, "on disk", info.Blocks>>11)
}
`,
});

test.runIf(process.platform === "linux")(
  "a long run takes little disk: what was read is given back, and the tree has all calls",
  () => {
    // What is left of the calls is not kept with the tree: it would be too large here.
    const env = { ...process.env, GOTRACE_CACHE: temporaryDirectory(), GOTRACE_KEEP_SIZE: "1MiB" };
    const run = gotrace(["run", "-v", "--max-trace-size", "48MiB", "."], { cwd: patient, env });
    expect(run.stderr).toContain("was followed");
    const [, size, onDisk] = /MiB (\d+) on disk (\d+)/.exec(run.stderr)!.map(Number);
    expect(size).toBeGreaterThan(50);
    expect(onDisk).toBeLessThanOrEqual(49);
    expect(run.stdout).toContain("main.leaf ×10,000,000");
    expect(run.stdout).toMatch(/main\.sleeper ×10\b.*\n.*main\.leaf ×/);
    expect(run.stdout).toMatch(/given back: [\d.]+ MiB of calls; --save FILE keeps them/);
    const report = gotrace(["report"], { cwd: patient, env });
    expect(report.stdout).toBe(run.stdout);
    expect(run.stdout).toMatch(/next: gotrace stats\n$/);
    const stats = gotrace(["stats"], { cwd: patient, env });
    expect(stats.stdout).toMatch(/^10,000,0\d\d .* main\.leaf$/m);
    const calls = gotrace(["calls", "main.leaf"], { cwd: patient, env });
    expect(calls.stderr).toContain("only its tree is left");
    expect(calls.code).not.toBe(0);
  },
);

/** Fills nearly all of 4 MiB before it can be followed, waits for the pause and for its end, and goes on. */
const hasty = filesOn({
  "go.mod": "module hasty\n\ngo 1.21\n",
  "trace.go": ownTrace,
  "main.go": `package main

import (
	"os"
	"time"
)

//go:noinline
func leaf(n int) int { return n + 1 }

func late() {}

func main() {
	leaf(0)
	number, control := ownTrace()
	time.Sleep(200 * time.Millisecond) // the rate of the clock is known only then
	for number(16, 8) <= 3584<<10 {
		for i := 0; i < 1000; i++ {
			leaf(i)
		}
	}
	wait := func(gate uint64) {
		for deadline := time.Now().Add(20 * time.Second); number(control+32, 4) != gate; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				os.Exit(7)
			}
		}
	}
	wait(2)
	leaf(0)
	wait(0)
	late()
}
`,
});

test.runIf(process.platform === "linux")("a program that is faster than its reader is paused, not given up", () => {
  const run = gotrace(["run", "--max-trace-size", "4MiB", "."], {
    cwd: hasty,
    env: { ...process.env, GOTRACE_CACHE: temporaryDirectory() },
  });
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toMatch(/─ main\.late /);
  expect(run.stdout).toMatch(/^recording was paused once, for .*\nthat is because gotrace could not read as fast/m);
});
