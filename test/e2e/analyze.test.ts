/** `gotrace analyze` as users call it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { filesOn, gotrace, repository, temporaryDirectory } from "./support.js";

let cwd: string;
const recording = (rule: string, version: string) =>
  gunzipSync(readFileSync(resolve(repository, "testdata/rules", rule, `${version}.trace.gz`)));

beforeAll(() => {
  cwd = temporaryDirectory();
  writeFileSync(join(cwd, "lock.trace"), recording("MutexContention", "fires"));
  writeFileSync(join(cwd, "calls.trace"), recording("SequentialNetworkWaits", "fires"));
  writeFileSync(join(cwd, "quiet.trace"), recording("BlockedOnSyscall", "quiet"));
  writeFileSync(join(cwd, "cut.trace"), recording("MutexContention", "fires").subarray(0, 3000));
  writeFileSync(join(cwd, "text.trace"), "hello\n");
});

const analyze = (...args: string[]) => gotrace(["analyze", ...args], { cwd });

test("findings as a table, worst first, then what to do; exit code 1", () => {
  const { code, stdout, stderr } = analyze("lock.trace");
  expect(code).toBe(1);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^lock\.trace: \d+ms, Go 1\.26, GOMAXPROCS \d+, /);
  expect(stdout).toMatch(/^SEVERITY {2}RULE +TIMESTAMP +MESSAGE$/m);
  expect(stdout).toMatch(/^ERROR +MutexContention +\S+ +6 goroutines waited 23 times for a lock here/m);
  expect(stdout).toMatch(/^ +at main\.\(\*store\)\.putSlowly \(main\.go:\d+\)$/m);
  expect(stdout.match(/^MutexContention /gm)).toHaveLength(1);
  expect(stdout).toContain("gotrace explain MutexContention");
});

test("exit codes: 0 nothing, 2 what cannot be read, whatever else there is", () => {
  expect(analyze("quiet.trace")).toMatchObject({ code: 0, stderr: "" });
  expect(analyze("quiet.trace").stdout).toContain("no findings");
  for (const [args, message] of [
    [
      ["none.trace"],
      /^gotrace: cannot read none\.trace: no such file or directory\n {2}name a trace file that exists\n$/,
    ],
    [["text.trace"], /^gotrace: text\.trace: .*\n {2}\S.*\n$/],
    [[], /^gotrace: no trace given\n {2}name an execution trace/],
    [["--format", "xml", "lock.trace"], /^gotrace: --format: "xml" is not valid\n/],
    [["--top", "0", "lock.trace"], /^gotrace: --top/],
    [["--nonsense", "lock.trace"], /^gotrace: unknown flag --nonsense\n/],
    [
      ["--set", "GCAsist=off", "lock.trace"],
      /^gotrace: --set: there is no rule GCAsist\n {2}did you mean GCAssist\?\n$/,
    ],
    [["--budget", "sched.p98 < 1ms", "lock.trace"], /^gotrace: budget .*no measure sched\.p98\n {2}did you mean/],
    [["--baseline", "none.json", "lock.trace"], /^gotrace: --baseline: cannot read .*none\.json/],
    [["--config", "none.yaml", "lock.trace"], /^gotrace: --config: cannot read .*none\.yaml/],
    [["-o", "text.trace/x", "lock.trace"], /^gotrace: -o: cannot write/],
    [["--write-baseline", "text.trace/x", "lock.trace"], /^gotrace: --write-baseline: cannot write/],
  ] as const) {
    const result = analyze(...args);
    expect(result, args.join(" ")).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toMatch(message);
  }
  const both = analyze("text.trace", "lock.trace");
  expect(both.code).toBe(2);
  expect(both.stdout).toContain("MutexContention");
});

test.each(["table", "json", "junit", "github", "sarif"])(
  "a trace of which nothing can be read: exit 2 as %s",
  (format) => {
    const budget = ["--budget", "sched.p99 < 2ms"];
    const { code, stdout, stderr } = analyze("--format", format, ...budget, "cut.trace");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^gotrace: cut\.trace: nothing of the trace can be read: .*\n {2}Copy it again/);
  },
);

test("several traces are ranked by their worst findings", () => {
  const { stdout } = analyze("--format", "json", "quiet.trace", "calls.trace", "lock.trace");
  const { version, traces } = JSON.parse(stdout);
  expect(version).toBe(1);
  expect(traces.map((trace: { path: string }) => trace.path)).toEqual(["lock.trace", "calls.trace", "quiet.trace"]);
  expect(traces[0]).toMatchObject({ goVersion: "1.26", suppressed: 0, hidden: 0, budgets: [] });
  expect(traces[0].start).toMatch(/^20\d\d-\d\d-\d\dT[\d:]{8}\.\d{9}Z$/);
  expect(traces[0].findings[0]).toMatchObject({ rule: "MutexContention", severity: "error", unit: "ns" });
});

test("one line of JSON for each finding; standard input", () => {
  const result = gotrace(["analyze", "--format", "ndjson", "-"], {
    cwd,
    input: recording("MutexContention", "fires"),
  });
  expect(result.code).toBe(1);
  const lines = result.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(line).toMatchObject({ trace: "-", fingerprint: expect.stringMatching(/^\w{16}$/) });
});

test("less is shown, all counts", () => {
  const top = analyze("--top", "1", "lock.trace");
  expect(top.stdout.match(/^(ERROR|WARN) +MutexContention/gm)).toHaveLength(1);
  expect(top.stdout).toMatch(/, 1 more not shown$/m);
  const errors = analyze("--severity", "error", "calls.trace");
  expect(errors).toMatchObject({ code: 1 });
  expect(errors.stdout).toMatch(/^no findings, 1 more not shown$/m);
  expect(analyze("--fail-on", "error", "calls.trace").code).toBe(0);
  expect(analyze("--fail-on", "never", "lock.trace").code).toBe(0);
});

test("a baseline: what is known does not fail", () => {
  const written = analyze("--write-baseline", "known.json", "-o", "report.txt", "lock.trace");
  expect(written).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(readFileSync(join(cwd, "report.txt"), "utf8")).toContain("known from the baseline");
  const again = analyze("--baseline", "known.json", "lock.trace");
  expect(again.code).toBe(0);
  expect(again.stdout).toMatch(/^no findings, \d known from the baseline$/m);
  expect(analyze("--baseline", "known.json", "calls.trace").code).toBe(1);
});

test("budgets", () => {
  const broken = analyze(
    "--budget",
    "mutex.max < 1ms",
    "--budget",
    "syscall.max < 1h if any",
    "--budget",
    "syscall.p99 < 1h",
    "--set",
    "MutexContention=off",
    "lock.trace",
  );
  expect(broken.stdout).toMatch(/^budget broken {2}mutex\.max < 1ms {2}\(\d+ms\)$/m);
  expect(broken.stdout).toMatch(/^budget kept {4}syscall\.max < 1h if any {2}\(not measured\)$/m);
  expect(broken.stdout).toMatch(/^budget broken {2}syscall\.p99 < 1h {2}\(not measured\)$/m);
  expect(analyze("--budget", "syscall.max < 1h", "quiet.trace").code).toBe(0);
  expect(analyze("--budget", "syscall.max < 1ns", "quiet.trace").code).toBe(1);
});

test("settings are found in the directories above, and the command line changes them", () => {
  const files = {
    ".gotrace.yaml":
      "fail-on: error\nrules:\n  MutexContention: off\n  LockConvoy: {warn: 95%, error: 100%}\nbudgets: [mutex.max < 1h]\n",
    "sub/dir/file": "",
    "json/gotrace.config.json": JSON.stringify({ "fail-on": "never", baseline: "known.json" }),
    "json/known.json": '{"version":1,"findings":[]}',
    "bad/.gotrace.yaml": "rules: [\n",
    "wrong/gotrace.config.json": '{"budget": []}',
  };
  const root = filesOn(files);
  const trace = join(cwd, "lock.trace");
  const within = (dir: string, ...args: string[]) => gotrace(["analyze", ...args, trace], { cwd: join(root, dir) });
  const found = within("sub/dir");
  expect(found.code).toBe(0);
  expect(found.stdout).toContain("no findings");
  expect(found.stdout).toContain("budget kept    mutex.max < 1h");
  expect(within("sub/dir", "--set", "MutexContention=on").code).toBe(1);
  expect(within("sub/dir", "--budget", "mutex.max < 1ns").code).toBe(1);
  expect(within("json").code).toBe(0);
  expect(within("json", "--fail-on", "warn").code).toBe(1);
  expect(within("bad").stderr).toMatch(/^gotrace: cannot read .*\.gotrace\.yaml: .*\n {2}correct the file\n$/);
  expect(within("wrong")).toMatchObject({ code: 2 });
  expect(within("wrong").stderr).toMatch(/there is no setting budget\n {2}did you mean budgets\?/);
  expect(within("wrong", "--config", "../.gotrace.yaml").code).toBe(0);
});
