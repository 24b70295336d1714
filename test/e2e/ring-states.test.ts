/** `--states` with a ring: its snapshots and, at the end of the process, the ring itself have the states of their calls. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { differences, type Wait } from "../support/known-waits.js";
import { filesOn, go, gotrace, repository, temporaryDirectory } from "./support.js";

const cwd = join(repository, "testdata/states");
const env = { CGO_ENABLED: "0" };
const old = /^go1\.2[1-4]\b/.test(go(["env", "GOVERSION"], { cwd }).stdout) || process.platform === "win32";

/** The snapshots in a directory, in the order of their names. */
function snapshotsIn(directory: string): string[] {
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name));
}

describe.skipIf(old)("since Go 1.25", () => {
  const ring = join(temporaryDirectory("ring"), "ring.gotrace");
  const dumps = join(temporaryDirectory("ring"), "dumps");
  let waits: readonly Wait[];
  let said: string;

  beforeAll(() => {
    const flags = ["--states", "--last=60s", "--save", ring, "-o", `${ring}.txt`, "--dump-dir", dumps];
    const when = ["--dump-when=main.main.time > 1ms", "--dump-when=main.receive.lock > 5ms", "-v"];
    const run = gotrace(["run", ...flags, ...when, "./waits"], { cwd, env });
    expect(run.code, run.stderr).toBe(0);
    waits = JSON.parse(run.stdout);
    said = run.stderr;
  });

  test("a snapshot has the states of its calls, as long as the program found", () => {
    const [snapshot, ...others] = snapshotsIn(dumps);
    expect(others).toEqual([]);
    const { stdout } = gotrace(["stats", "--format", "json", snapshot], { cwd });
    expect(differences(waits, JSON.parse(stdout).functions)).toEqual([]);
    expect(waits.length).toBeGreaterThan(20);
    expect(gotrace(["report", snapshot], { cwd }).stdout).not.toContain("no states");
  });

  test("a snapshot for a condition that did not hold is removed, and counts for no limit", () => {
    expect(said).toMatch(
      /-1\.gotrace\.candidate is removed: main.receive.lock > 5ms did not hold for any, \S+ of \d\d/,
    );
    expect(said).toMatch(/of 1 call that took as long, 1 was looked at in 1 snapshot, of which 0 were kept\n/);
  });

  test("at the end of the process its ring has them as well", () => {
    const { stdout } = gotrace(["stats", "--format", "json", ring], { cwd });
    expect(differences(waits, JSON.parse(stdout).functions)).toEqual([]);
  });

  test("a panic that ends the process waits for the states of its snapshot; the ring says why it has none", () => {
    const dir = join(temporaryDirectory("ring"), "panic");
    const when = ["--dump-when=panic", "--dump-when=main.rest.sleep > 15ms", "--dump-every=0"];
    const flags = ["--states", ...when, "--dump-dir", dir, "--no-keep"];
    const { code, stdout, stderr } = gotrace(["run", ...flags, "./ends", "panic", "100ms"], { cwd, env });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^no states of calls: the process did not end by itself/m);
    // The condition about states held, which was found out while the program ran or afterwards.
    expect(stderr).toMatch(/: main.rest took \S+, sleep [12]\S+ \(> 15ms\) on goroutine 1: .*-1\.gotrace\n/);
    const [held, ...others] = snapshotsIn(dir);
    const report = gotrace(["report", held], { cwd }).stdout;
    expect(report).toMatch(/^snapshot of .*: main.rest took \S+, sleep [12]\S+ms \(> 15ms\) on goroutine 1$/m);
    expect(report).toContain("gotrace report --call 1.2 ");
    const panicked = others.at(-1)!;
    const { functions } = JSON.parse(gotrace(["stats", "--format=json", panicked], { cwd }).stdout);
    const rest = functions.find((one: { readonly function: string }) => one.function === "main.rest");
    expect(rest.states.sleep_ns / rest.calls).toBeGreaterThanOrEqual(20e6 - 1000);
    expect(rest.states.unknown_ns ?? 0).toBe(0);
  });

  test("the program's own flight recorder and trace go first: it does not notice gotrace's", () => {
    const program = filesOn({
      "go.mod": "module own\n\ngo 1.25\n",
      "main.go": `package main

import (
	"fmt"
	"os"
	"runtime/trace"
)

func main() {
	own()
	fmt.Println(trace.Start(writer{}))
	work()
	snapshot, _ := os.ReadFile(latest())
	os.WriteFile("latest.gotrace", snapshot, 0o644)
	trace.Stop()
}

func work() { os.Getpid() }

func latest() (path string) {
	//gotrace:dump path
	return path
}

type writer struct{}

func (writer) Write(p []byte) (int, error) { return len(p), nil }
`,
      "own.go": "package main\n\nfunc own() {}\n",
    });
    const run = () => {
      const dir = temporaryDirectory("own");
      const flags = ["--states", "--dump-when=main.work.time > 1ns", "--dump-dir", dir, "--no-keep"];
      const { code, stdout, stderr } = gotrace(["run", ...flags, "."], { cwd: program });
      expect(code, stderr).toBe(0);
      const snapshots = snapshotsIn(dir);
      expect(snapshots).toHaveLength(2);
      const report = gotrace(["report", snapshots[0]], { cwd: program }).stdout;
      const copy = gotrace(["report", "latest.gotrace"], { cwd: program }).stdout;
      return { program: stdout.split("TOTAL")[0], snapshot: report, copy };
    };
    const beside = run();
    expect(beside.program).toBe("<nil>\n");
    expect(beside.snapshot).not.toContain("no states");
    // The comment waits for them, because the program may read the file now.
    expect(beside.copy).toContain("latest");
    expect(beside.copy).not.toContain("no states");
    filesOn(
      {
        "own.go": `package main

import (
	"fmt"
	"runtime/trace"
)

func own() {
	fmt.Println(trace.NewFlightRecorder(trace.FlightRecorderConfig{}).Start())
}
`,
      },
      program,
    );
    const own = run();
    expect(own.program).toBe("<nil>\n<nil>\n");
    expect(own.snapshot).toContain("no states of calls: the program uses Go's flight recorder itself");
  });
});

test.runIf(old && process.platform !== "win32")("before Go 1.25 it is refused", () => {
  const { code, stderr } = gotrace(["run", "--states", "--ring=1MiB", "./ends", "exit", "1ms"], { cwd, env });
  expect([code, stderr]).toEqual([
    69,
    expect.stringMatching(/^gotrace: --states with a ring \(--ring\) needs Go 1.25/),
  ]);
});
