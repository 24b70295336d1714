/** `--states` and GOTRACE_STATES: the execution trace of each process is a part of its call trace. */

import { spawnSync } from "node:child_process";
import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openTrace } from "../../src/calltrace/index.js";
import { openFile, traceFiles } from "../../src/cli/trace-files.js";
import { feedAll, TraceError, TraceReader } from "../../src/exectrace/index.js";
import { filesOn, go, gotrace, temporaryDirectory } from "./support.js";

const program = filesOn({
  "go.mod": "module leaves\n\ngo 1.21\n",
  "main.go": `package main

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	work()
	how := strings.Split(os.Getenv("LEAVE"), " ")
	os.Setenv("LEAVE", strings.Join(how[1:], " "))
	switch how[0] {
	case "child":
		command := exec.Command(os.Args[0])
		command.Stderr = os.Stderr
		command.Run()
	case "exec":
		panic(syscall.Exec(os.Args[0], os.Args, os.Environ()))
	case "exit":
		os.Exit(3)
	case "panic":
		panic("gone")
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "large":
		large()
	}
}

func work() {
	done := make(chan bool)
	go func() { time.Sleep(2 * time.Millisecond); done <- true }()
	<-done
}

// large makes an execution trace of some megabytes.
func large() {
	for i := 0; i < 300000; i++ {
		runtime.Gosched()
	}
}
`,
  "main_test.go": `package main

import "testing"

func TestWork(t *testing.T) { work() }
`,
  "other/other.go": "package other\n\nfunc F() {}\n",
  "other/other_test.go": `package other

import "testing"

func TestF(t *testing.T) { F() }
`,
});

/** What the files hold of a process. */
interface Recorded {
  readonly pid: number;
  /** In its execution trace. */
  readonly events: number;
  /** Whether both traces begin at the same time, within what a busy machine needs in between. */
  readonly together: boolean;
  /** Why the execution trace cannot be read. */
  readonly error?: string;
}

function processesOf(paths: readonly string[]): Recorded[] {
  return traceFiles(paths).flatMap((path) => {
    const { source, close } = openFile(path);
    try {
      return openTrace(source).processes.map(({ info, execution }) => {
        if (execution === undefined) return { pid: info.pid, events: 0, together: false, error: "none" };
        const reader = new TraceReader(execution);
        let events = 0;
        try {
          feedAll(reader, { feed: () => events++ });
        } catch (error) {
          if (!(error instanceof TraceError)) throw error;
          return { pid: info.pid, events, together: false, error: error.message };
        }
        return { pid: info.pid, events, together: Math.abs(Number(reader.start) - info.startNano) < 10e9 };
      });
    } finally {
      close();
    }
  });
}

const old = go(["env", "GOVERSION"], { cwd: program }).stdout.startsWith("go1.21");
const cache = temporaryDirectory();
const env = { GOTRACE_CACHE: cache };

/** Runs with --states and --save, and reads back what was saved. */
function run(how: string, ...flags: string[]) {
  const file = join(temporaryDirectory(), "t.gotrace");
  const result = gotrace(["run", "--states", "--save", file, ...flags, "."], {
    cwd: program,
    env: { ...env, LEAVE: how },
  });
  return { ...result, processes: processesOf([file]) };
}

test.runIf(old)("Go 1.21 writes another format", () => {
  const result = gotrace(["run", "--states", "."], { cwd: program, env });
  expect(result).toMatchObject({ code: 69, stdout: "" });
  expect(result.stderr).toContain("--states needs Go 1.22 or newer");
});

const whole = { events: expect.any(Number), together: true };

describe.skipIf(old)("since Go 1.22", () => {
  test("one saved file has the calls and the execution trace, as the last run has", () => {
    const { code, processes } = run("");
    expect(code).toBe(0);
    expect(processes).toEqual([{ pid: expect.any(Number), ...whole }]);
    expect(processes[0].events).toBeGreaterThan(20);
    const last = join(cache, "last");
    expect(processesOf(readdirSync(last).map((name) => join(last, name)))).toEqual(processes);
    expect(readdirSync(last, { recursive: true }).join()).toMatch(/^[^,]+,[^,]+\.gotrace$/);
  });

  test("each process has its own, after syscall.Exec too", () => {
    const { processes } = run("child exec exit");
    expect(processes.map(({ events }) => events > 0)).toEqual([true, expect.any(Boolean), true]);
    const [parent, child, replaced] = processes;
    expect([child.pid === replaced.pid, parent.pid === child.pid]).toEqual([true, false]);
    expect([parent, replaced]).toEqual([
      { pid: parent.pid, ...whole },
      { pid: child.pid, ...whole },
    ]);
  });

  test("os.Exit loses nothing; a crash may lose the end, and never the calls", () => {
    const exit = run("exit");
    expect(exit).toMatchObject({ code: 3, processes: [whole] });
    const panic = run("panic");
    expect(panic.code).toBe(2);
    expect(panic.stdout).toContain("main.work");
    expect(panic.processes).toHaveLength(1);
    const kill = run("kill");
    expect(kill.code).toBe(137);
    expect(kill.stdout).toContain("main.work");
    expect(kill.processes[0].error).not.toBe("none");
  });

  test("with --exec-trace=FILE the findings are shown and the file is saved as well", () => {
    const exec = join(temporaryDirectory(), "e.trace");
    const { stdout, processes } = run("", `--exec-trace=${exec}`);
    expect(stdout).toMatch(/main\.work(.|\n)*e\.trace: /);
    expect(processes).toMatchObject([whole]);
    expect(gotrace(["analyze", exec], { cwd: program, env }).code).toBeLessThan(2);
  });

  test("an execution trace that was recorded apart joins its process", () => {
    const directory = temporaryDirectory();
    const [calls, exec] = [join(directory, "calls"), join(directory, "exec")];
    const recorded = gotrace(["run", "--save", calls, `--exec-trace=${exec}`, "."], { cwd: program, env });
    expect(recorded.code).toBe(0);
    const report = (...flags: string[]) =>
      gotrace(["report", "--format", "json", ...flags, calls], { cwd: program, env });
    const [main] = JSON.parse(report("--exec-trace", exec).stdout);
    expect(main.states.channel_ns).toBeGreaterThan(1e6);
    expect(report().stdout).not.toContain("channel_ns");
    const stats = gotrace(["stats", "--exec-trace", exec, "."], { cwd: program, env });
    expect(stats.code).toBe(64);
    expect(stats.stderr).toContain("--states records");
  });

  test("an execution trace has the size limit of a trace, which is said, and remains readable", () => {
    const { code, stderr, processes } = run("large", "--max-trace-size=1MiB");
    expect(code).toBe(0);
    expect(stderr).toMatch(/process \d+: its execution trace has reached the size limit: .*--max-trace-size/);
    expect(processes[0].error).toBeUndefined();
    expect(processes[0].events).toBeGreaterThan(10_000);
    expect(processes[0].events).toBeLessThan(500_000);
  });

  test("every test binary has its own; -trace would record a second one", () => {
    const file = join(temporaryDirectory(), "t.gotrace");
    const result = gotrace(["test", "--states", "--save", file, "./..."], { cwd: program, env });
    expect(result.code, result.stderr).toBe(0);
    expect(processesOf([file])).toMatchObject([whole, whole]);
    const both = gotrace(["test", "--states", ".", "-trace", join(program, "other.trace")], { cwd: program, env });
    expect(both.code).toBe(64);
    expect(both.stderr).toContain("--states and -trace both record");
  });

  describe("a binary of gotrace build --states", () => {
    const binary = join(temporaryDirectory(), "leaves");
    const record = (states: string | undefined) => {
      const directory = temporaryDirectory();
      const variables = { ...process.env, GOTRACE_OUT: directory, GOTRACE_STATES: states, LEAVE: "child exit" };
      expect(spawnSync(binary, { env: variables, encoding: "utf8" })).toMatchObject({ status: 0 });
      return directory;
    };
    beforeAll(() => {
      expect(gotrace(["build", "--states", "-o", binary, "."], { cwd: program, env }).code).toBe(0);
    });

    test("writes it beside the call trace with GOTRACE_STATES=1, and every reader finds it there", () => {
      const directory = record("1");
      const names = readdirSync(directory).sort();
      const stems = names.filter((name) => name.endsWith(".gotrace")).map((name) => name.slice(0, -8));
      expect(names).toEqual(stems.flatMap((stem) => [`${stem}.gotrace`, `${stem}.trace`]));
      expect(processesOf([directory])).toMatchObject([whole, whole]);
      renameSync(join(directory, `${stems[0]}.trace`), join(directory, "elsewhere"));
      expect(processesOf([directory]).map(({ error }) => error)).toEqual(["none", undefined]);
    });

    test("writes none without", () => {
      for (const states of [undefined, "", "0"]) {
        const names = readdirSync(record(states));
        expect(names.map((name) => name.replace(/^\d+-1/, ""))).toEqual([".gotrace", ".gotrace"]);
      }
    });
  });
});
