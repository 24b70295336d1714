import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { scripted } from "../calltree/script.js";
import { filesOn, gotrace, temporaryDirectory } from "./support.js";

const files = {
  "go.mod": "module example.com/shop\n\ngo 1.21\n",
  "db/db.go": `package db

import "errors"

type DB struct{ rows []int }

func Open(n int) *DB { return &DB{make([]int, n)} }

func (d *DB) Query(id int) (int, error) {
	if id >= len(d.rows) {
		return 0, errors.New("no row")
	}
	return scan(d.rows[id : id+1]), nil
}

func scan(rows []int) int {
	sum := 0
	for _, row := range rows {
		sum += row
	}
	return sum
}
`,
  "auth/auth.go": `package auth

import "example.com/shop/db"

// Users makes a query for each.
func Users(d *db.DB, n int) int {
	sum := 0
	for i := 0; i < n; i++ {
		user, _ := d.Query(i)
		sum += user
	}
	return sum
}
`,
  "auth/auth_test.go": `package auth

import (
	"testing"

	"example.com/shop/db"
)

func TestLogin(t *testing.T) { Users(db.Open(10), 3) }

func TestList(t *testing.T) {
	done := make(chan int)
	go func() { done <- Users(db.Open(300), 300) }()
	<-done
}

func TestNothing(t *testing.T) {}
`,
  "main.go": `package main

import (
	"fmt"
	"os"

	"example.com/shop/auth"
	"example.com/shop/db"
)

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func risky(i int) {
	if i%2 == 0 {
		panic("even")
	}
}

func guarded(i int) {
	defer func() { recover() }()
	risky(i)
}

func main() {
	fmt.Println("fib", fib(10))
	for i := 0; i < 5; i++ {
		guarded(i)
	}
	n := 20
	if len(os.Args) > 1 {
		n = 40
	}
	auth.Users(db.Open(100), n)
	if n > 1000 {
		unused()
	}
}

func unused() {}
`,
};

const cwd = filesOn(files);
const saved = join(temporaryDirectory(), "shop.gotrace");
const after = join(temporaryDirectory(), "after.gotrace");
beforeAll(() => {
  expect(gotrace(["run", "--save", saved, "."], { cwd }).code).toBe(0);
  expect(gotrace(["run", "--save", after, ".", "more"], { cwd }).code).toBe(0);
});

interface Row {
  readonly function: string;
  readonly calls: number;
  readonly total_ns: number;
  readonly self_ns: number;
  readonly max_ns: number;
  readonly panics: number;
  readonly recovered: number;
}

function stats(...words: string[]): Row[] {
  const { code, stdout, stderr } = gotrace(["stats", "--format", "json", ...words], { cwd });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout).functions;
}

test("stats of a saved trace: a recursive function's total is that of its outermost call", () => {
  const rows = new Map(stats(saved).map((row) => [row.function, row]));
  expect(rows.get("main.fib")).toMatchObject({ calls: 177 });
  expect(rows.get("main.fib")!.total_ns).toBe(rows.get("main.fib")!.max_ns);
  expect(rows.get("main.risky")).toMatchObject({ calls: 5, panics: 3 });
  expect(rows.get("main.guarded")).toMatchObject({ calls: 5, panics: 0, recovered: 3 });
  expect(rows.get("example.com/shop/db.(*DB).Query")).toMatchObject({ calls: 20, panics: 0 });
});

test("the table, its order, its filters, its end", () => {
  const table = (...words: string[]) => {
    const { code, stdout, stderr } = gotrace(["stats", saved, ...words], { cwd });
    expect(code, stderr).toBe(0);
    return stdout;
  };
  const whole = table("--sort", "calls");
  expect(whole).toMatch(
    /^CALLS +TOTAL +SELF +MIN +MEAN +P50 +P90 +P95 +P99 +MAX +STDDEV +PANICS +RECOVERED +FUNCTION\n +177 /,
  );
  expect(whole).toMatch(
    /\ntimes are as measured: tracing may have added up to [\d.]+[nµ]s a call\n\d+ events, 1 goroutine\nleft by panic: 3 frames\nnext: .*\n$/,
  );
  expect(table("--sort", "panics", "--top", "1")).toMatch(/^.*\n +5 .* 3 +main\.risky\n8 more\n/);
  const names = (text: string) =>
    [...text.replace(/^next:.*/m, "").matchAll(/ (\S+)$/gm)].map(([, name]) => name).filter((name) => /\./.test(name));
  expect(names(table("--match", "db\\.", "--sort", "name")).slice(0, 3)).toEqual([
    "db.(*DB).Query",
    "db.Open",
    "db.scan",
  ]);
  // Names can be typed as shown, or in full.
  for (const pattern of ["^db\\.scan$", "^example\\.com/shop/db\\.scan$"]) {
    expect(names(table("--match", pattern))).toEqual(["db.scan"]);
    expect(names(table("--match", pattern, "--full-names"))).toEqual(["example.com/shop/db.scan"]);
    expect(names(table("--focus", pattern))).toContain("db.scan");
  }
  expect(table("--focus", "Query")).toMatch(/\nleft out by --focus Query: \d+ calls\n/);
  expect(table("--min", "1h")).toMatch(/^no call that was asked for\n(.*\n)*left out by --min: 9 functions\n/);
});

test("functions that wait for work stand last, marked, but in files for programs and with --all", () => {
  const file = join(temporaryDirectory(), "idle.gotrace");
  const script = `0 g1 { main.main\n 1 g1 go g2\n 2 g2 { main.accept\n 3 g2 { main.next\n 4 g1 { main.work\n 30 g1 }\n 100 g1 }`;
  writeFileSync(file, scripted(script));
  const order = (...words: string[]) =>
    gotrace(["stats", file, ...words], { cwd }).stdout.match(/main\.\w+( \[idle\])?/g);
  expect(order()).toEqual(["main.main", "main.work", "main.accept [idle]", "main.next [idle]"]);
  expect(order("--all")).toEqual(["main.main", "main.accept [idle]", "main.next [idle]", "main.work"]);
  expect(
    order("--format", "csv")!
      .filter((name) => name !== "main.go")
      .slice(0, 2),
  ).toEqual(["main.main", "main.accept"]);
  expect(gotrace(["stats", file], { cwd }).stdout).toMatch(
    /\n\[idle\]: 2 functions: to the end in one frame .*--all.*\n/,
  );
});

test("callers and callees", () => {
  const { stdout } = gotrace(["stats", "--callers", "db.scan", "--callees", "db.(*DB).Query", saved], { cwd });
  expect(stdout).toMatch(
    /^Callers of db\.scan\nCALLS +TOTAL +SELF +CALLER\n +20 .* db\.\(\*DB\)\.Query\n\nWhat db\.\(\*DB\)\.Query calls\nCALLS.*\n +20 .*db\.scan\n/,
  );
});

test("stats of a package builds and runs it; its output goes to standard error unless -o", () => {
  const { code, stdout, stderr } = gotrace(["stats", "--format", "csv", ".", "more"], { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain("fib 55\n");
  expect(stdout.split("\n")[0]).toMatch(/^function,file,line,calls,total_ns,/);
  expect(stdout).toMatch(/^example\.com\/shop\/db\.\(\*DB\)\.Query,.*db\.go,9,40,/m);
  const file = join(temporaryDirectory(), "numbers.txt");
  const filed = gotrace(["stats", "-o", file, "."], { cwd, env: { FORCE_COLOR: "1" } });
  expect(filed.stdout).toBe("fib 55\n");
  expect(readFileSync(file, "utf8")).toMatch(/^CALLS /);
  expect(readFileSync(file, "utf8")).not.toContain("\x1b");
});

test("calls: the slowest, the first, the last, one of them", () => {
  const calls = (...words: string[]) => {
    const { code, stdout, stderr } = gotrace(["calls", "--format", "json", ...words, saved], { cwd });
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const first = calls("main.risky", "--first", "2");
  expect(first.calls_in_all).toBe(5);
  expect(first.calls).toMatchObject([
    { function: "main.risky", path: ["main.main", "main.guarded", "main.risky"], goroutine: 1, end: "panic" },
    { end: "return" },
  ]);
  expect(calls("main.guarded", "--last", "1").calls).toMatchObject([{ end: "recovered" }]);
  expect(calls("/risky$/", "--nth", "2").calls).toEqual([first.calls[1]]);
  const slowest = calls("db.(*DB).Query", "--slowest", "5").calls.map(
    (call: { duration_ns: number }) => call.duration_ns,
  );
  expect(slowest).toEqual([...slowest].sort((a, b) => b - a));
  const { stdout } = gotrace(["calls", "main.risky", saved, "--first", "1"], { cwd });
  expect(stdout).toMatch(
    /^first 1 of 5 calls of main\.risky\n\n *START +AT +DURATION +SELF +GOROUTINE +END +FUNCTION\n.* 1 +panic +main\.risky\n +main\.main > main\.guarded\n +gotrace report --call 1\.\d+ .*shop\.gotrace'?\n\n/,
  );
  const outermost = gotrace(["calls", "main.fib", saved, "--depth", "2"], { cwd }).stdout;
  expect(outermost).toMatch(/^1 call of main\.fib, slowest first\n/);
  expect(outermost).toMatch(/\nleft out by --depth: 176 calls of main\.fib\n/);
  const lines = gotrace(["calls", "--format", "ndjson", "main.fib", saved], { cwd }).stdout.trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).function)).toEqual(Array(10).fill("main.fib"));
});

test.each([
  [["calls", "main.rsky", saved], 66, /no traced function is called main\.rsky\n {2}did you mean main\.risky\?/],
  [["calls"], 64, /no function given\n/],
  [
    ["calls", saved],
    64,
    /no function given: .+ is a trace\n {2}the function comes before the trace: gotrace calls db\.Query .+\n$/,
  ],
  [
    ["calls", saved, "main.fib"],
    64,
    /is a trace\n {2}the function comes before the trace: gotrace calls main\.fib .+\n$/,
  ],
  [["calls", "--first", "2", "--last", "1", "main.risky", saved], 64, /cannot be combined/],
  [["calls", "/(/", saved], 64, /is not a regular expression/],
  [["stats", "--sort", "size", saved], 64, /--sort: "size" is not valid/],
  [["stats", "nosuch.gotrace"], 66, /cannot read nosuch\.gotrace/],
  [["stats", "--assert", "x", "."], 64, /is not a valid assertion/],
  [["run", "--assert", "main.fib.cals < 3", "."], 64, /there is no measure cals\n {2}did you mean calls\?/],
  [["diff", saved, "nosuch"], 2, /cannot read nosuch/],
  [["stats", "--callers", "db.Query", "--min", "1ms", saved], 64, /--callers and --min cannot be combined/],
  [["diff", "--by", "p99", saved, after], 2, /--by: "p99" is not valid/],
  [["diff", "--fail-on", "much", saved, after], 2, /use a share such as 10%, or the word calls/],
])("%j fails", (words, code, message) => {
  const result = gotrace(words, { cwd });
  expect(result.stderr).toMatch(message);
  expect(result).toMatchObject({ code, stdout: "" });
});

test("diff of call traces: counts are exact, thresholds set the exit code", () => {
  const { code, stdout } = gotrace(["diff", "--by", "calls", saved, after], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^A CALLS +B +DELTA +CHANGE +TOTAL +SELF +NAME\n +20 +40 +\+20 +\+100\.0% .*db\./);
  expect(stdout).toMatch(/\nA: 1 run, B: 1 run: calls are exact/);
  expect(stdout).toMatch(/\nunchanged: 7 functions\n/);
  for (const file of [saved, after]) expect(stdout).toContain(`\n${file}: `);
  expect(stdout.match(/: [\d,]+ events, \d+ goroutines?/g)).toHaveLength(2);
  const failing = gotrace(["diff", "--fail-on", "calls", "--by-path", saved, after], { cwd });
  expect(failing.code).toBe(1);
  expect(failing.stdout).toMatch(
    /\nexceeded: calls 20 → 40 \(\+100\.0%\): main\.main > auth\.Users > db\.\(\*DB\)\.Query\n/,
  );
  const rows = gotrace(["diff", "--top", "1", "--format", "json", saved, after], { cwd }).stdout;
  const fib = JSON.parse(rows).changes.find((change: { function: string }) => change.function === "main.fib");
  expect(fib.calls).toMatchObject({ a: { mean: 177 }, b: { mean: 177 } });
  expect(gotrace(["diff", "--fail-on", "calls", "--ignore", "Users", saved, after], { cwd }).code).toBe(0);
  expect(gotrace(["diff", "--fail-on", "calls", "--match", "fib", saved, after], { cwd }).code).toBe(0);
  const unjudged = gotrace(["diff", "--fail-on", "10%", "--min", "0s", "--format", "json", saved, after], { cwd });
  expect(unjudged.code).toBe(0);
  expect(unjudged.stderr).toMatch(
    /^gotrace: --fail-on 10% judged no times: 1 a side cannot tell chance from change; it takes 4 runs a side/,
  );
  expect(unjudged.stdout).not.toContain('"significant":true');
  expect(JSON.parse(unjudged.stdout)).toMatchObject({ tested: false, runs_needed: 4, exceeded: [] });
  const json = JSON.parse(
    gotrace(["diff", "--format", "json", "--a", saved, "--a", saved, "--b", after, saved].slice(0, -1), { cwd }).stdout,
  );
  expect(json.runs).toEqual({ a: 2, b: 1 });
  const query = json.changes.find((change: { function: string }) => change.function.endsWith("Query"));
  expect(query).toMatchObject({
    calls_changed: true,
    calls: { a: { mean: 20, min: 20, max: 20 }, b: { mean: 40 }, delta: 20, ratio: 1 },
  });
});

test("several runs a side: a directory is a run, calls need no test, times do", () => {
  const binary = join(temporaryDirectory(), "shop");
  expect(gotrace(["build", "-o", binary, "."], { cwd }).code).toBe(0);
  const runs = (...args: string[]) =>
    Array.from({ length: 4 }, () => {
      const directory = temporaryDirectory();
      expect(spawnSync(binary, args, { env: { ...process.env, GOTRACE_OUT: directory } }).status).toBe(0);
      return directory;
    });
  const [before, more] = [runs(), runs("more")];
  const words = ["diff", "--a", before.join(","), "--b", more.join(",")];
  const together = gotrace(["stats", "--match", "Query", before[0], more[0]], { cwd });
  expect(together.stdout).toMatch(/\n +60 .*Query\n(.*\n)*2 processes, 1,020 events, 2 goroutines\n/);
  const listed = gotrace(["calls", "--last", "1", "main.main", before[0], more[0]], { cwd });
  expect(listed.stdout).toMatch(/ PROCESS +FUNCTION\n.* shop \(\d+\) +main\.main\n/);
  const { tested, changes } = JSON.parse(gotrace([...words, "--format", "json"], { cwd }).stdout);
  expect(tested).toBe(true);
  const query = changes.find((change: { function: string }) => change.function.endsWith("Query"));
  expect(query.calls).toMatchObject({ a: { mean: 20 }, b: { mean: 40 }, significant: true });
  expect(query.total_ns.p).toBeGreaterThan(0);
  const table = gotrace([...words, "--fail-on", "calls,100000%"], { cwd });
  expect(table.code).toBe(1);
  expect(table.stdout).toMatch(
    /\nA: 4 runs, B: 4 runs, means; ~: no significant change \(Mann-Whitney U test, p ≥ 0\.05\)\n/,
  );
  expect([...table.stdout.matchAll(/^exceeded: (.*) 20 → 40/gm)].map(([, measure]) => measure)).toEqual([
    "calls",
    "calls",
  ]);
});

test("a threshold does not hold for a trace that lacks calls", () => {
  const cut = join(temporaryDirectory(), "cut.gotrace");
  writeFileSync(cut, readFileSync(saved).subarray(0, 4500));
  const { code, stdout, stderr } = gotrace(["diff", "--fail-on", "1000%", saved, cut], { cwd });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^gotrace: --fail-on cannot judge a trace that lacks calls: .*cut\.gotrace: /);
  expect(stdout).toMatch(/cut\.gotrace: the trace is damaged/);
  expect(gotrace(["diff", saved, cut], { cwd }).code).toBe(0);
});

test("all views show the same measured times", () => {
  const { stdout } = gotrace(["diff", "--format", "json", saved, saved], { cwd });
  const { changes, tracing_max_ns_per_call: most } = JSON.parse(stdout);
  const rows = new Map(stats(saved).map((row) => [row.function, row]));
  for (const { function: name, total_ns, self_ns } of changes) {
    expect(rows.get(name)).toMatchObject({ total_ns: total_ns.b.mean, self_ns: self_ns.b.mean });
  }
  expect(most).toEqual([expect.any(Number), expect.any(Number)]);
  const tree = JSON.parse(gotrace(["report", "--format", "json", saved], { cwd }).stdout);
  expect(rows.get("main.main")!.total_ns).toBe(Math.round(tree[0].duration_ms * 1e6));
});

test("diff does not mix kinds", () => {
  const execution = join(temporaryDirectory(), "exec.trace");
  expect(gotrace(["run", `--exec-trace=${execution}`, "."], { cwd }).code).toBe(0);
  const mixed = gotrace(["diff", saved, execution], { cwd });
  expect(mixed.code).toBe(2);
  expect(mixed.stderr).toMatch(
    /shop\.gotrace is a call trace of gotrace, .*exec\.trace is an execution trace of Go\n {2}compare traces of one kind/,
  );
  const missing = gotrace(["diff", "--by", "calls", "none.gotrace", "none.gotrace"], { cwd });
  expect(missing).toMatchObject({ code: 2, stdout: "" });
  expect(missing.stderr).toContain("cannot read none.gotrace: no such file");
  const refused = gotrace(["diff", "--by-path", execution, execution], { cwd });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/--by-path is not for execution traces/);
});

test("assertions: this test makes three queries, not three hundred", () => {
  const holds = gotrace(["test", "--assert", "TestLogin: db.(*DB).Query.calls <= 3", "./auth"], { cwd });
  expect(holds).toMatchObject({ code: 0, stderr: "" });
  const fails = gotrace(["test", "--assert", "Test*: db.(*DB).Query.calls <= 3", "./auth"], { cwd });
  expect(fails.code).toBe(1);
  expect(fails.stdout).toMatch(/^ok /);
  expect(fails.stderr).toBe(
    "gotrace: assertion failed: Test*: db.(*DB).Query.calls <= 3 in auth.TestList: calls is 300\n" +
      "  300×, TIME: auth.TestList > go auth.TestList.func1 > auth.Users > db.(*DB).Query\n".replace(
        "TIME",
        /300×, (\S+):/.exec(fails.stderr)![1],
      ),
  );
  const whole = gotrace(["test", "--assert", "db.(*DB).Query.calls == 303", "-count=2", "./auth"], { cwd });
  expect(whole.stderr).toMatch(/Query\.calls == 303: calls is 606\n/);
  const each = gotrace(["test", "--assert", "TestLogin: db.(*DB).Query.calls == 3", "./auth", "-count=2"], { cwd });
  expect(each).toMatchObject({ code: 0, stderr: "" });
});

test("assertions of a run: its own exit code comes first, what was not called has no times", () => {
  const run = (...words: string[]) => gotrace(["run", ...words.flatMap((one) => ["--assert", one]), "."], { cwd });
  expect(run("main.fib.calls == 177", "/^main/.panics == 3", "main.fib.max >= 0s")).toMatchObject({
    code: 0,
    stderr: "",
  });
  const misspelt = run("main.fob.calls == 0", "TestX: main.fob.calls < 3");
  expect(misspelt.code).toBe(64);
  const said = (text: string) =>
    `gotrace: assertion failed: ${text}: no traced function is called main.fob; did you mean main.fib?\n  correct the name, or pass --assert-unknown=ok if it may be missing\n`;
  expect(misspelt.stderr).toBe(said("main.fob.calls == 0") + said("TestX: main.fob.calls < 3"));
  expect(gotrace(["report", "--assert-unknown=ok", "--assert", "main.fob.calls == 0", saved], { cwd }).code).toBe(0);
  const failed = run("main.unused.max < 1s", "main.unused.calls == 0", "TestX: main.fib.calls < 3");
  expect(failed.code).toBe(64);
  expect(failed.stderr).toMatch(/main\.unused\.max < 1s: main\.unused was not called\n/);
  expect(failed.stderr).toMatch(/TestX: main\.fib\.calls < 3: no test has that name\n/);
  const exits = filesOn({
    "go.mod": "module m\n\ngo 1.21\n",
    "m.go": 'package main\nimport "os"\nfunc main() { os.Exit(7) }\n',
  });
  expect(gotrace(["run", "--assert", "main.main.calls == 2", "."], { cwd: exits }).code).toBe(7);
  // All calls count, whatever the tree hides.
  expect(gotrace(["run", "--focus", "fib", "--assert", "db.(*DB).Query.calls == 20", "."], { cwd }).code).toBe(0);
  expect(gotrace(["report", "--no-merge", "--assert", "db.(*DB).Query.calls == 21", saved], { cwd }).code).toBe(1);
  expect(gotrace(["stats", "--assert", "db.(*DB).Query.calls == 20", saved], { cwd }).code).toBe(0);
  expect(gotrace(["stats", "--assert", "db.(*DB).Query.calls == 21", "."], { cwd }).code).toBe(1);
});

test("assertions of the configuration; those about other packages are told, not judged", () => {
  const directory = filesOn({
    ...files,
    ".gotrace.yaml": "assert:\n  - 'TestLogin: db.(*DB).Query.calls <= 3'\n  - main.fib.calls == 176\n",
  });
  const tests = gotrace(["test", "./auth"], { cwd: directory });
  expect(tests).toMatchObject({ code: 0, stderr: "gotrace: not in this run, and not judged: main.fib.calls == 176\n" });
  const run = gotrace(["run", "."], { cwd: directory });
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/not judged: TestLogin: .*\n.*assertion failed: main\.fib\.calls == 176: calls is 177\n/);
  expect(gotrace(["report", saved], { cwd: directory }).code).toBe(1);
  expect(gotrace(["stats", "-C", directory, saved], { cwd }).code).toBe(1);
  writeFileSync(join(directory, ".gotrace.yaml"), "assert: main.fib.calls == 177\n");
  expect(gotrace(["report", saved], { cwd: directory })).toMatchObject({ code: 64, stdout: "" });
});

test("assertions do not hold where calls are missing", () => {
  const loop = "package main\nfunc f() {}\nfunc main() { for i := 0; i < 3_000_000; i++ { f() } }\n";
  const directory = filesOn({ "go.mod": "module m\n\ngo 1.21\n", "m.go": loop });
  const { code, stderr } = gotrace(["run", "--max-trace-size", "1MiB", "--assert", "main.f.calls <= 10000000", "."], {
    cwd: directory,
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/assertion failed: calls are missing: /);
});
