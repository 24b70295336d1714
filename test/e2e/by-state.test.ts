/** Views and gates by the state of goroutines, on a recording whose only wait for a lock is known. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { scripted } from "../calltree/script.js";
import { filesOn, go, gotrace, temporaryDirectory } from "./support.js";

const module = filesOn({
  "go.mod": "module example.com/locks\n\ngo 1.21\n",
  "locks.go": "package locks\n",
  "locks_test.go": `package locks

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

var mu sync.Mutex

func wait() { mu.Lock(); mu.Unlock() }

// isWaiting reports whether a goroutine waits for the lock.
func isWaiting() bool {
	stacks := make([]byte, 1<<20)
	return strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "[sync.Mutex.Lock")
}

func TestWait(t *testing.T) {
	mu.Lock()
	done := make(chan bool)
	go func() { wait(); close(done) }()
	for !isWaiting() {
		time.Sleep(time.Millisecond)
	}
	mu.Unlock()
	<-done
}

func TestIdle(t *testing.T) {}
`,
  ".gotrace.yaml": "assert:\n  - 'TestWait: locks.wait.lock.max == 0ns'\n",
});
const saved = join(temporaryDirectory(), "t.gotrace");
const at = { cwd: module, env: { GOTRACE_CACHE: temporaryDirectory() } };
const old = go(["env", "GOVERSION"], at).stdout.startsWith("go1.21");

describe.skipIf(old)("since Go 1.22", () => {
  beforeAll(() => {
    const result = gotrace(
      ["test", "--save", saved, "--by", "lock", "--full-names", "--assert", "TestIdle: lock == 0ns", "."],
      at,
    );
    expect(result.code, result.stderr).toBe(1);
    expect(result.stdout).toMatch(/lock on all goroutines(.|\n)* lock .*\n.*TestWait (.|\n)*locks\.wait +\S+ 100\.0%/);
    expect(result.stdout).not.toMatch(/TestIdle +\d/);
    expect(result.stderr).toMatch(
      /^gotrace: assertion failed: TestWait: locks\.wait\.lock\.max == 0ns in locks\.TestWait: lock\.max is [\d.]+.s(.*)\n {2}1×, /m,
    );
    expect(result.stderr).not.toContain("TestIdle");
  });

  const outside = { ...at, cwd: temporaryDirectory() };
  const only = (args: readonly string[], code = 0): string => {
    const result = gotrace(args, outside);
    expect(result.code, result.stderr).toBe(code);
    return code === 0 ? result.stdout : result.stderr;
  };

  test("stats and calls begin with what waited longest", () => {
    const { functions } = JSON.parse(only(["stats", "--by", "lock", "--format", "json", saved]));
    expect(functions.slice(0, 2).map((row: { function: string }) => row.function)).toEqual([
      "example.com/locks.TestWait.func1",
      "example.com/locks.wait",
    ]);
    const { by, calls } = JSON.parse(
      only(["calls", "--by", "lock", "--slowest", "2", "--format", "json", "/./", saved]),
    );
    expect(by).toEqual(["lock"]);
    expect(calls.map((call: { function: string }) => call.function).sort()).toEqual([
      "example.com/locks.TestWait.func1",
      "example.com/locks.wait",
    ]);
  });

  test("diff has the states of both sides", () => {
    const { changes } = JSON.parse(only(["diff", "--format", "json", "--match", "wait$", saved, saved]));
    const { a, b, delta } = changes[0].states.lock_ns;
    expect([a > 0, a === b, delta]).toEqual([true, true, 0]);
  });

  test("assertions hold or fail in every format", () => {
    only(["report", "--assert", "locks.wait.lock > 0ns", "--assert", "TestIdle: lock == 0ns", saved]);
    for (const format of ["junit", "sarif"]) {
      const args = ["report", "--format", format, "--assert", "locks.wait.lock.p99 == 0ns", saved];
      const { code, stdout } = gotrace(args, outside);
      expect(code).toBe(1);
      expect(stdout).toContain("lock.p99 is ");
    }
  });

  test("a trace without states is refused, never passed", () => {
    const plain = join(outside.cwd, "plain.gotrace");
    writeFileSync(plain, scripted("0 g1 { main.main\n10 g1 }"));
    expect(only(["report", "--assert", "main.main.lock < 1s", plain], 64)).toContain("record it with --states");
    for (const args of [["report"], ["stats"], ["calls", "main.main"]]) {
      expect(only([...args, "--by", "lock", plain], 64)).toContain("--by lock needs the states of calls");
    }
  });

  test("--by and what it excludes", () => {
    expect(only(["stats", "--by", "lock", "--sort", "self", saved], 64)).toContain("cannot be combined");
    expect(only(["calls", "--by", "lock", "--first", "3", "main.main", saved], 64)).toContain("cannot be combined");
    expect(only(["report", "--by", "lock", "--format", "csv", saved], 64)).toContain("--by is not for --format csv");
  });
});
