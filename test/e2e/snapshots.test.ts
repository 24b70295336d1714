/** Snapshots that a traced program writes: at triggers, at comments, at a signal, and at its end. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOn, gotrace, temporaryDirectory } from "./support.js";

const env = { GOTRACE_CACHE: temporaryDirectory() };
/**
 * Calls a slow function, and one with a comment; sends itself a signal, and waits for the snapshot in the directory given. Leaves
 * there what it would if it were killed while it writes one, and what another process may be writing.
 */
const program = filesOn({
  "go.mod": "module dumps\n\ngo 1.21\n",
  "main.go": `package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

func slow() { time.Sleep(20 * time.Millisecond) }

func shed(n int) int {
	if n > 1 {
		//gotrace:dump
		n--
	}
	return n
}

func main() {
	slow()
	shed(1)
	shed(2)
	if len(os.Args) < 2 {
		return
	}
	for _, pid := range []int{os.Getpid(), os.Getppid()} {
		name := fmt.Sprintf("29991231T235959.999Z-%d-9.gotrace.part", pid)
		os.WriteFile(filepath.Join(os.Args[1], name), nil, 0o644)
	}
	syscall.Kill(os.Getpid(), syscall.SIGUSR2)
	for begin := time.Now(); time.Since(begin) < 30*time.Second; time.Sleep(time.Millisecond) {
		if found, _ := filepath.Glob(filepath.Join(os.Args[1], "*-3.gotrace")); len(found) > 0 {
			return
		}
	}
}
`,
});

test.skipIf(process.platform === "win32")("a line for each snapshot, and the file that it names", () => {
  const dir = join(temporaryDirectory("dumps"), "new", "dir");
  const flags = ["--dump-dir", dir, "--dump-every=0", "--no-keep", "--save=all.gotrace"];
  const when = ["main.slow.time > 10ms", "main.slwo.panics", "signal:SIGUSR2", "exit"].flatMap((condition) => [
    "--dump-when",
    condition,
  ]);
  const { code, stderr } = gotrace(["run", ...flags, ...when, ".", dir], { cwd: program, env });
  expect(code).toBe(0);
  const lines = stderr.split("\n").filter((line) => line.includes("snapshot of process"));
  const words = lines.map((line) => line.replace(/^gotrace: snapshot of process \d+ at [\d:.]+: (.*): \S+$/, "$1"));
  expect(words.map((line) => line.replace(/[\d.]+ms \(/, "20ms ("))).toEqual([
    "main.slow took 20ms (> 10ms) on goroutine 1",
    "//gotrace:dump in main.shed, main.go:15 on goroutine 1",
    "signal SIGUSR2",
    "the process ended",
  ]);
  expect(stderr).toMatch(/--dump-when "main.slwo.panics": no such function was called; did you mean main.slow\?/);
  const files = readdirSync(dir).sort();
  expect(files.splice(4)).toEqual([expect.stringMatching(/-9\.gotrace\.part$/)]);
  expect(lines.map((line) => line.slice(line.indexOf(dir)))).toEqual(files.map((name) => join(dir, name)));

  const first = join(dir, files[0]);
  const report = gotrace(["report", first], { cwd: program, env });
  expect(report.stdout).toMatch(
    /\nsnapshot of process \d+ at [\d:.]+: main.slow took [\d.]+ms \(> 10ms\) on goroutine 1\n/,
  );
  expect(report.stdout).toMatch(/\nnot returned when the snapshot was taken: 1 frame/);
  expect(report.stdout).not.toContain("shed");
  expect(report.stdout).toContain(`gotrace calls main.slow --goroutine 1 --last 1 --tree ${first}`);
  const asserted = (limit: number) =>
    gotrace(["report", "--assert", `main.slow.calls <= ${limit}`, first], { cwd: program, env }).code;
  expect([asserted(1), asserted(0)]).toEqual([0, 1]);
  const json = JSON.parse(gotrace(["report", "--format=json", first], { cwd: program, env }).stdout);
  expect(json[0].snapshot).toEqual({
    ...{ trigger: "main.slow.time > 10ms", function: "main.slow", goroutine: 1 },
    ...{ took_ms: expect.any(Number), time: expect.stringMatching(/^\d{4}-.*Z$/) },
  });

  const none = gotrace(["run", "--dump-keep=3", "."], { cwd: program, env });
  expect([none.code, none.stderr]).toEqual([64, expect.stringMatching(/no snapshots without a ring/)]);
  const built = gotrace(["build", "-o", "x", "--dump-when=panic", "."], { cwd: program, env });
  expect([built.code, built.stderr]).toEqual([64, expect.stringMatching(/set GOTRACE_DUMP_WHEN=panic when/)]);
});

test.skipIf(process.platform === "win32")(
  "a variable gets the path; a wrong one costs the hooks of its file only",
  () => {
    const directory = filesOn({
      "go.mod": "module paths\n\ngo 1.21\n",
      "main.go": `package main

import (
	"fmt"
	"os"
)

func snapshot() (path string) {
	//gotrace:dump path
	return path
}

func main() {
	for i := 0; i < 2; i++ {
		path := snapshot()
		_, err := os.Stat(path)
		fmt.Println(path, err)
	}
	wrong()
}
`,
      "wrong.go": "package main\n\nfunc wrong() {\n\t//gotrace:dump nothing\n\tprintln()\n}\n",
    });
    const dir = temporaryDirectory("dump-paths");
    const flags = ["--ring=1MiB", "--skip-inlined", "--dump-dir", dir, "--no-keep"];
    const { code, stdout, stderr } = gotrace(["run", ...flags, "."], { cwd: directory, env });
    expect(code).toBe(0);
    const files = readdirSync(dir).sort();
    expect(files).toHaveLength(2);
    expect(stdout.split("\n").slice(0, 2)).toEqual(files.map((name) => `${join(dir, name)} <nil>`));
    expect(stderr.match(/.* is not traced: .*/g)).toEqual([
      expect.stringMatching(/\Wwrong\.go is not traced: line 4: undefined: nothing$/),
    ]);
  },
);
