/** Output that cannot be written, signals at unusual times, and the inputs that report reads. */

import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../support/bundle.js";
import { filesOn, gotrace, startGotrace, temporaryDirectory } from "./support.js";

const program = filesOn({
  "go.mod": "module many\n",
  "main.go":
    'package main\n\nfunc main() {\n\tfor i := 0; i < 100000; i++ {\n\t\twork(i)\n\t}\n\tprint("")\n}\n\nfunc work(i int) {}\n',
});
const twoLines = /^gotrace: [^\n]+\n {2}[^\n]+\n/;

/** An empty TMPDIR, and the files of gotrace left in it; an interrupted go may also leave a directory. */
function watchedTemporary() {
  const directory = join(temporaryDirectory(), "tmp");
  mkdirSync(directory);
  return {
    env: { TMPDIR: directory },
    left: () => readdirSync(directory).filter((name) => name.startsWith("gotrace-")),
  };
}

test("a full standard output is an error of two lines; the trace is kept", () => {
  const { env, left } = watchedTemporary();
  const command = `"${process.execPath}" "${main}" run . > /dev/full`;
  const result = spawnSync("sh", ["-c", command], { cwd: program, encoding: "utf8", env: { ...process.env, ...env } });
  expect(result.status).toBe(74);
  const [kept, error, advice] = result.stderr.split("\n");
  expect(error).toMatch(/^gotrace: cannot write to standard output: no space left on the disk/);
  expect(advice).toMatch(/^ {2}\S/);
  const again = gotrace(["report", kept.replace(/^.*gotrace report /, "")], { cwd: program });
  expect(again.stdout).toContain("main.work ×100,000");
  expect(left()).toEqual([expect.stringMatching(/^gotrace-kept-/)]);
});

test.runIf(existsSync("/dev/full"))("help that standard output cannot take blames standard output", () => {
  for (const words of ["help", "help exit-codes", "run --help", "--version"]) {
    const command = `"${process.execPath}" "${main}" ${words} > /dev/full`;
    const result = spawnSync("sh", ["-c", command], { encoding: "utf8" });
    expect(result, words).toMatchObject({
      status: 74,
      stderr:
        "gotrace: cannot write to standard output: no space left on the disk\n  free some space there, or write to another place\n",
    });
  }
});

test("a file that cannot take the trace or the report does not cost the other", () => {
  const { env, left } = watchedTemporary();
  const save = gotrace(["run", "--save", "/dev/full", "."], { cwd: program, env });
  expect(save.code).toBe(74);
  expect(save.stderr).toMatch(twoLines);
  expect(save.stderr).toContain("cannot write to /dev/full: no space left on the disk");
  expect(save.stdout).toContain("main.work ×100,000");
  const output = gotrace(["run", "-o", "/dev/full", "."], { cwd: program, env });
  expect(output.code).toBe(74);
  expect(output.stderr).toContain("cannot write to /dev/full: no space left on the disk");
  expect(left().length).toBe(2);
});

test("a report that cannot be written leaves an older one as it is, before the program runs", () => {
  const old = join(temporaryDirectory(), "old.txt");
  writeFileSync(old, "old");
  const none = join(temporaryDirectory(), "none.txt");
  writeFileSync(none, "no trace");
  expect(gotrace(["report", "-o", old, none], { cwd: program }).code).toBe(65);
  expect(readFileSync(old, "utf8")).toBe("old");
  const ran = filesOn({ "go.mod": "module ran\n", "main.go": 'package main\n\nfunc main() { print("ran") }\n' });
  const result = gotrace(["run", "-o", join(old, "x"), "."], { cwd: ran });
  expect(result).toMatchObject({ code: 73, stdout: "" });
  expect(result.stderr).toMatch(twoLines);
  expect(result.stderr).not.toContain("ran");
});

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const) {
  test(`${signal} during the build ends go and leaves no workspace`, async () => {
    const { env, left } = watchedTemporary();
    const slow = join(temporaryDirectory(), "slow.sh");
    writeFileSync(slow, '#!/bin/sh\ncase "$*" in *-V=full*) ;; *) echo started >&2; sleep 30;; esac\nexec "$@"\n', {
      mode: 0o755,
    });
    const child = startGotrace(["run", "-v", `-toolexec="${slow}"`, "."], { cwd: program, env });
    const done = new Promise<number | null>((resolve) => child.on("close", resolve));
    await new Promise<void>((resolve) => {
      child.stderr.on("data", (data: Buffer) => {
        if (/gotrace: go build/.test(data.toString())) setTimeout(resolve, 300);
      });
    });
    child.kill(signal);
    expect(await done).toBe(code);
    expect(left()).toEqual([]);
  });
}

test("frames of a test that timed out last until its end", () => {
  const hung = filesOn({
    "go.mod": "module hung\n",
    "hung_test.go": `package hung

import (
	"fmt"
	"os"
	"testing"
	"time"
)

func TestHang(t *testing.T) { hang() }

// hang writes how many milliseconds it has lasted, until the process ends.
func hang() {
	begin := time.Now()
	slept, _ := os.Create("slept")
	for {
		time.Sleep(10 * time.Millisecond)
		fmt.Fprintln(slept, time.Since(begin).Milliseconds())
	}
}
`,
  });
  const slept = join(hung, "slept");
  const lasted = () => (existsSync(slept) ? Number(readFileSync(slept, "utf8").trim().split("\n").at(-1)) : 0);
  // The timeout counts from the start of the process: on a slow machine, more of it passes before the test hangs.
  for (let timeout = 1; timeout < 60; timeout *= 4) {
    const result = gotrace(["test", "-timeout", `${timeout}s`, "."], { cwd: hung });
    expect(result.code).toBe(1);
    if (lasted() < 100) continue;
    const time = /hung\.hang \[not returned\] +(≥ ?)?([\d.]+)(ms|s)/.exec(result.stdout);
    expect(time, result.stdout).not.toBeNull();
    // gotrace checks every 50 ms whether the process is alive, less often on a busy machine: that is little of a long
    // time.
    if (Number(time![2]) * (time![3] === "s" ? 1000 : 1) > 0.9 * lasted()) return;
  }
  expect.unreachable("the frames end long before the process");
});

test("report reads pipes, names the file that is no trace, and has an exit code for no trace at all", () => {
  const directory = temporaryDirectory();
  const [one, two, empty] = ["one", "two", "empty"].map((name) => join(directory, name)) as [string, string, string];
  gotrace(["run", "--save", one, "."], { cwd: program });
  const command = `cat "${one}" | "${process.execPath}" "${main}" report /dev/stdin`;
  const result = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  expect(result.stderr).toBe("");
  expect(result.stdout).toContain("main.work ×100,000");

  writeFileSync(empty, "");
  for (const path of [empty, join(directory, "none")]) {
    if (path !== empty) mkdirSync(path);
    const none = gotrace(["report", path], { cwd: program });
    expect(none).toMatchObject({ code: 66, stdout: "" });
    expect(none.stderr).toMatch(twoLines);
  }
  const wrong = gotrace(["report", one, "go.mod"], { cwd: program });
  expect(wrong).toMatchObject({ code: 65, stdout: "" });
  expect(wrong.stderr).toContain("go.mod: this is not a gotrace trace");

  // A process that was cut off, followed by a complete one.
  writeFileSync(two, readFileSync(one));
  truncateSync(one, 300_003);
  writeFileSync(two, Buffer.concat([readFileSync(one), readFileSync(two)]));
  const both = gotrace(["report", two], { cwd: program });
  expect(both.code).toBe(65);
  expect(both.stderr).toContain("damaged at offset");
  expect(both.stdout).toMatch(/main\.work ×\d\d,\d\d\d /);
  expect(both.stdout).toContain("main.work ×100,000");
});

test("standard output holds the JSON alone", () => {
  const prints = filesOn({
    "go.mod": "module prints\n",
    "main.go": 'package main\n\nimport "os"\n\nfunc main() { os.Stdout.WriteString("text\\n") }\n',
  });
  for (const flags of [[], ["-o", "-"]]) {
    const result = gotrace(["json", ...flags, "."], { cwd: prints });
    expect(JSON.parse(result.stdout)).toMatchObject([{ name: "main.main" }]);
    expect(result.stderr).toBe("text\n");
  }
  const file = join(temporaryDirectory(), "tree.json");
  expect(gotrace(["json", "-o", file, "."], { cwd: prints })).toMatchObject({ stdout: "text\n", stderr: "" });
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject([{ name: "main.main" }]);
});

test("SIGINT reaches the program of a background job of a terminal", () => {
  const waits = filesOn({
    "go.mod": "module waits\n",
    "main.go":
      'package main\n\nimport ("fmt"; "os"; "os/signal")\n\nfunc main() { c := make(chan os.Signal, 1); signal.Notify(c, os.Interrupt); fmt.Println("waiting"); <-c; fmt.Println("got it") }\n',
  });
  const command = `set -m; "${process.execPath}" "${main}" run . > out & p=$!; until grep -q waiting out; do sleep 0.1; done; kill -INT $p; wait $p; echo code $?`;
  const result = spawnSync("script", ["-qefc", `bash -c '${command}'`, "/dev/null"], {
    cwd: waits,
    encoding: "utf8",
    timeout: 60_000,
  });
  if (result.error && (result.error as NodeJS.ErrnoException).code === "ENOENT") return;
  expect(result.stdout).toContain("code 0");
  expect(readFileSync(join(waits, "out"), "utf8")).toContain("got it");
});

test("a program that removes the directory of its trace keeps its exit code", () => {
  const { env, left } = watchedTemporary();
  const removes = filesOn({
    "go.mod": "module removes\n",
    "main.go":
      'package main\n\nimport ("os"; "path/filepath"; "time")\n\nfunc main() { os.RemoveAll(filepath.Dir(os.Getenv("GOTRACE_OUT"))); time.Sleep(200*time.Millisecond); println("end"); os.Exit(5) }\n',
  });
  const result = gotrace(["run", "."], { cwd: removes, env });
  expect(result).toMatchObject({ code: 5, stdout: "" });
  expect(result.stderr).toMatch(/^end\ngotrace: no call was recorded.*\n$/);
  expect(left()).toEqual([]);
});

test("a device that takes no execution trace costs nothing else, and is still there", () => {
  const { env, left } = watchedTemporary();
  const result = gotrace(["run", "--exec-trace=/dev/full", "."], { cwd: program, env });
  expect(result.code).toBe(74);
  expect(result.stdout).toContain("main.work ×100,000");
  expect(result.stderr).toContain("cannot write to /dev/full: no space left on the disk");
  expect(result.stderr).toContain("the execution trace is kept: gotrace analyze ");
  expect(left().length).toBe(1);
  expect(lstatSync("/dev/full").isCharacterDevice()).toBe(true);
});

test("what cannot be meant is refused before the program is built", () => {
  const file = join(temporaryDirectory(), "same");
  const cases: [readonly string[], number, Record<string, string>?][] = [
    [["run", "-o", file, "--save", file, "."], 64],
    [["run", "--save", file, `--exec-trace=${file}`, "."], 64],
    [["run", "--", "-toolexec=/bin/false", "."], 64],
    [["build", "-o", file, "--", "-n"], 64],
    [["run", "."], 69, { GOOS: "plan9" }],
  ];
  for (const [args, code, env] of cases) {
    const result = gotrace(args, { cwd: program, ...(env ? { env } : {}) });
    expect(result, args.join(" ")).toMatchObject({ code, stdout: "" });
    expect(result.stderr, args.join(" ")).toMatch(twoLines);
  }
});
