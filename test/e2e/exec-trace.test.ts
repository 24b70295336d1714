/** `--exec-trace`: an execution trace beside the call trace. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesOn, go, gotrace, temporaryDirectory } from "./support.js";

const program = filesOn({
  "go.mod": "module contends\n\ngo 1.21\n",
  "main.go": `package main

import (
	"os"
	"sync"
	"time"
)

var version = "none"

func main() {
	var mu sync.Mutex
	var done sync.WaitGroup
	for i := 0; i < 4; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			hold(&mu)
		}()
	}
	done.Wait()
	println(version)
	switch os.Getenv("LEAVE") {
	case "exit":
		os.Exit(3)
	case "panic":
		panic("gone")
	}
}

func hold(mu *sync.Mutex) {
	mu.Lock()
	time.Sleep(15 * time.Millisecond)
	mu.Unlock()
}
`,
  "hold_test.go": `package main

import "testing"

func TestHold(t *testing.T) { main() }
`,
});

const old = go(["env", "GOVERSION"], { cwd: program }).stdout.startsWith("go1.21");

test.runIf(old)("Go 1.21 writes another format", () => {
  expect(gotrace(["run", "--exec-trace", "."], { cwd: program })).toMatchObject({ code: 69, stdout: "" });
});

describe.skipIf(old)("since Go 1.22", () => {
  test("findings follow the tree, also after os.Exit", () => {
    const result = gotrace(["run", "--exec-trace", "."], { cwd: program, env: { LEAVE: "exit" } });
    expect(result.code).toBe(3);
    expect(result.stdout).toMatch(
      /main\.hold(.|\n)*execution trace \(pid \d+\)(.|\n)*MutexContention(.|\n)*main\.hold/,
    );
    expect(gotrace(["run", "."], { cwd: program }).stdout).not.toContain("execution trace");
  });

  test("the file is saved where the flag says, and analyze reads it", () => {
    const file = join(temporaryDirectory(), "exec.out");
    const flags = [`--exec-trace=${file}`, "-ldflags=-X main.version=seven"];
    const result = gotrace(["run", ...flags, "."], { cwd: program });
    expect(result).toMatchObject({ code: 0, stderr: "seven\n" });
    const found = gotrace(["analyze", file], { cwd: program });
    expect(found.code).toBe(1);
    expect(found.stdout).toContain("MutexContention");
    const bad = gotrace(["run", "--exec-trace=go.mod/x", "."], { cwd: program });
    expect(bad).toMatchObject({ code: 73, stdout: "" });
  });

  test("gotrace test records every test binary", () => {
    const directory = temporaryDirectory();
    const args = ["test", `--exec-trace=${join(directory, "t.out")}`, "."];
    const result = gotrace(args, { cwd: program, env: { GOFLAGS: "-ldflags=-s" } });
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/contends\.TestHold(.|\n)*t\.out: (.|\n)*MutexContention/);
    expect(readdirSync(directory)).toEqual(["t.out"]);
    const both = gotrace(["test", "--exec-trace", ".", "-trace", join(directory, "other")], { cwd: program });
    expect(both.code).toBe(64);
    expect(existsSync(join(directory, "other"))).toBe(false);
  });

  test("a crash may lose the execution trace's end, which is said, and nothing else", () => {
    const result = gotrace(["run", "--exec-trace", "."], { cwd: program, env: { LEAVE: "panic" } });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("panic: gone");
    expect(result.stdout).toContain("main.main [panic]");
    // Since Go 1.23 the runtime tries to write its buffers when it crashes.
    expect(result.stdout + result.stderr).toMatch(
      /execution trace \(pid \d+\).*\n(.*(cut|lost|ends|whole|empty)|(.|\n)*MutexContention)/i,
    );
  });
});
