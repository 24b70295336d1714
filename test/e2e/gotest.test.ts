/** `gotrace test` behaves as `go test`: same lines, same exit code, same coverage; then a tree for each test. */

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOn, go, gotrace, type Options, repository, snapshot, temporaryDirectory } from "./support.js";

const wordcount = join(repository, "testdata/wordcount");

const module = {
  "go.mod": "module example.com/suite\n\ngo 1.21\n",
  "ok/ok.go":
    "package ok\n\nfunc Double(x int) int { return 2 * x }\n\nfunc unused(x int) int {\n\tif x > 0 { return 1 }\n\treturn 2\n}\n",
  "ok/ok_test.go": `package ok

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"
)

var extra = flag.String("extra", "none", "")

func TestMain(m *testing.M) {
	flag.Parse()
	setUp()
	os.Exit(m.Run())
}

func setUp() {}

func TestDouble(t *testing.T) {
	if Double(2) != 4 {
		t.Fatal("wrong")
	}
	fmt.Println("extra:", *extra, "short:", testing.Short())
}

func TestParallel(t *testing.T) {
	for i := 0; i < 3; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			inParallel()
		})
	}
}

func inParallel() { time.Sleep(time.Millisecond) }

func TestFile(t *testing.T) {
	data, err := os.ReadFile("testdata/file.txt")
	if err != nil || string(data) != "here" {
		t.Fatal(err)
	}
}

func BenchmarkDouble(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Double(i)
	}
}

func FuzzDouble(f *testing.F) {
	f.Add(3)
	f.Fuzz(func(t *testing.T, x int) { Double(x) })
}

func ExampleDouble() {
	fmt.Println(Double(4))
	// Output: 8
}
`,
  "ok/testdata/file.txt": "here",
  "ok/external_test.go": `package ok_test

import (
	"testing"

	"example.com/suite/ok"
)

func TestExternal(t *testing.T) { ok.Double(1) }
`,
  "fails/fails_test.go": `package fails

import "testing"

func TestFails(t *testing.T) { helper(t) }

func helper(t *testing.T) {
	t.Helper()
	t.Error("as it must")
}

func TestPanics(t *testing.T) {
	defer func() { recover() }()
	panic("caught")
}
`,
  "broken/broken_test.go": 'package broken\n\nimport "testing"\n\nfunc TestBroken(t *testing.T) { undefined() }\n',
  "none/none.go": "package none\n",
};

/** Lines of go test without what varies: times, and which of several parallel subtests continues or finishes first. */
function lines(text: string): string {
  return text
    .replace(/\d+\.\d+s/g, "?s")
    .replace(/\(cached\)/g, "?s")
    .replace(/ +\d+\t +\d+(\.\d+)? ns\/op/g, " ? ns/op")
    .replace(/goos: .*\n|goarch: .*\n|cpu: .*\n/g, "")
    .replace(/(^(=== CONT| {4}--- PASS:).*\n)+/gm, (block) => block.split("\n").sort().join("\n"));
}

function compare(args: readonly string[], options: Options) {
  const plain = go(["test", "-count=1", ...args], options);
  const traced = gotrace(["test", "-o", "tree.txt", ...args], options);
  // With -v parallel tests report in the order in which they end.
  const ordered = (text: string) => (args.includes("-v") ? lines(text).split("\n").sort().join("\n") : lines(text));
  expect(ordered(traced.stdout)).toBe(ordered(plain.stdout));
  expect(lines(traced.stderr)).toBe(lines(plain.stderr));
  expect(traced.code).toBe(plain.code);
  return readFileSync(join(options.cwd, "tree.txt"), "utf8");
}

test("packages, results and exit code; a broken package does not hinder the others", () => {
  const cwd = filesOn(module);
  const tree = compare(["./..."], { cwd });
  expect(tree).toMatch(/^example\.com\/suite\/ok \(pid \d+\)$/m);
  expect(tree).toMatch(/^ok\.TestDouble /m);
  expect(tree).toContain("fails.helper");
  expect(tree).toContain("fails.TestPanics");
});

test("one tree for each test, subtests beneath", () => {
  const cwd = filesOn(module);
  const tree = compare(["./ok", "-v"], { cwd });
  const roots = tree.split("\n").filter((line) => /^\S.*(Test|Fuzz|Example|Benchmark)/.test(line));
  for (const name of [
    "TestDouble",
    "TestParallel",
    "TestFile",
    "TestExternal",
    "FuzzDouble",
    "ExampleDouble",
    "TestMain",
  ]) {
    expect(
      roots.filter((line) => line.includes(`.${name} `)),
      name,
    ).toHaveLength(1);
  }
  for (const name of ["0", "1", "2"]) {
    expect(tree).toMatch(
      new RegExp(`[├└]── go~ ok\\.TestParallel\\.func1 \\[TestParallel/${name}\\][^\n]*\n[│ ] {3}└── ok\\.inParallel `),
    );
  }
});

test("flags of go test before and after the packages", () => {
  const cwd = filesOn(module);
  const options = { cwd };
  compare(["./ok", "-run", "TestDouble", "-v", "-short", "-timeout", "30s", "-args", "-extra", "given"], options);
  compare(["-run", "TestDouble|TestFails", "-short", "./ok", "./fails"], options);
  const twice = compare(["./ok", "-run", "TestDouble$", "-count=2", "-cpu", "1,2"], options);
  expect(twice).toMatch(/TestDouble ×4/);
  expect(compare(["./ok", "-run=^$", "-bench=.", "-benchtime=100x"], options)).toMatch(/Double ×1\d\d/);
  expect(compare(["./ok", "-list", "."], options)).not.toContain("Double");
});

test("where no test was to run, nothing is said about missing calls", () => {
  const cwd = filesOn({
    "go.mod": "module example.com/quiet\n\ngo 1.21\n",
    "none/none.go": "package none\n\nfunc None() {}\n",
    "some/some_test.go": 'package some\n\nimport "testing"\n\nfunc TestSome(t *testing.T) {}\n',
  });
  const stderr = (...args: string[]) => gotrace(["test", ...args], { cwd }).stderr;
  expect(stderr("./none")).toBe("");
  expect(stderr("./some", "-list", ".")).toBe("");
  expect(stderr("-list=.", "./...")).toBe("");
  expect(stderr("./some", "-c", "-o", "some.test")).toBe("");
  expect(stderr("--exclude", "./...", "./...")).toContain("--include and --exclude leave no package to trace");
});

test("test files named on the command line are traced, external ones too", () => {
  const cwd = join(filesOn(module), "ok");
  const tree = compare(["ok.go", "ok_test.go", "external_test.go", "-run", "TestDouble|TestExternal"], { cwd });
  expect(tree).toContain("command-line-arguments.TestDouble");
  expect(tree).toContain("command-line-arguments_test.TestExternal");
});

test("without packages go test is in local-directory mode, with its own lines", () => {
  const cwd = join(filesOn(module), "ok");
  expect(go(["test"], { cwd }).stdout).toMatch(/^PASS$/m);
  expect(compare([], { cwd })).toContain("ok.TestDouble");
  compare(["-run", "TestDouble"], { cwd });
  expect(compare(["-args", "-extra", "given"], { cwd })).toContain("ok.TestDouble");
  expect(compare(["-test.run=TestDouble", "--test.count", "2"], { cwd })).toMatch(/TestDouble ×2/);
  compare(["-extra", "given", "-short"], { cwd });
});

test("flags that go test does not know, and those that only go knows", () => {
  const root = filesOn(module);
  const cwd = join(root, "ok");
  const same = (args: readonly string[], directory = cwd) => {
    const plain = go(["test", "-count=1", ...args], { cwd: directory });
    const traced = gotrace(["test", "-o", "/dev/null", "-count=1", ...args], { cwd: directory });
    const own = /^gotrace: no call was recorded: .*\n/m;
    const usage = (text: string) => lines(text.replace(own, "").replace(/\/\S*go-build\S*/g, "BUILD"));
    expect(usage(traced.stdout), args.join(" ")).toBe(usage(plain.stdout));
    expect(usage(traced.stderr), args.join(" ")).toBe(usage(plain.stderr));
    expect(traced.code, args.join(" ")).toBe(plain.code);
    return plain;
  };
  expect(same(["-dept", "3"]).stdout).toContain("flag provided but not defined: -dept");
  same([".", "-nosuch=1"]);
  expect(same([".", "-c", "-nosuch=1"]).stderr).toContain("cannot be used with -c");
  same([".", "-run"]);
  same(["-race=maybe", "."]);
  same([".", "-tags"]);
  same(["-run", "X", "-test.vet=off", "."]);
  same(["./nosuch"]);
  expect(same(["./none/..."], root).stdout).toContain("no test files");
  expect(same(["./ok/testdata/..."], root).stderr.match(/^go: warning:/gm)).toHaveLength(1);
  expect(same(["./ok", "./ok/testdata/..."], root).stderr.match(/^go: warning:/gm)).toHaveLength(1);
  const printed = gotrace(["test", "-n", "./none"], { cwd: root });
  expect(printed.code).toBe(0);
  expect(printed.stderr).not.toMatch(/^gotrace|gotrace\.internal/m);
  expect(same(["-n", "./none"], root).code).toBe(0);
});

test("build flags behind the packages are those of the traced build too", () => {
  const cwd = filesOn({
    "go.mod": "module example.com/app\n\ngo 1.21\n\nrequire example.com/dep v1.0.0\n",
    "a.go": 'package app\n\nimport "example.com/dep"\n\nfunc A() string { return dep.Text() }\n',
    "a_test.go": 'package app\n\nimport "testing"\n\nfunc TestA(t *testing.T) { println(A()) }\n',
    "b.txt": 'package app\n\nfunc A() string { return overlaid() }\n\nfunc overlaid() string { return "over" }\n',
    "overlay.json": JSON.stringify({ Replace: { "a.go": "b.txt" } }),
    "vendor/modules.txt": "# example.com/dep v1.0.0\n## explicit; go 1.20\nexample.com/dep\n",
    "vendor/example.com/dep/dep.go": 'package dep\n\nfunc Text() string { return "vendored" }\n',
  });
  expect(compare([".", "-mod=vendor"], { cwd })).toContain("app.A ");
  // Vet of older releases does not know overlays with relative paths.
  expect(compare([".", "-vet=off", "-overlay", "overlay.json"], { cwd })).toContain("app.overlaid");
});

test("-json is go's output only; the tree goes into a file, and is there afterwards", () => {
  const env = { GOTRACE_CACHE: temporaryDirectory() };
  const result = gotrace(["test", "./...", "-json"], { cwd: wordcount, env });
  for (const line of result.stdout.trim().split("\n")) expect(() => JSON.parse(line), line).not.toThrow();
  expect(result.stderr).toBe("");
  expect(gotrace(["report"], { cwd: wordcount, env }).stdout).toContain("count.TestWords");
  const written = join(temporaryDirectory(), "tree.txt");
  const asked = gotrace(["test", "-o", written, "-json", "./..."], { cwd: wordcount, env });
  for (const line of asked.stdout.trim().split("\n")) expect(() => JSON.parse(line), line).not.toThrow();
  expect(readFileSync(written, "utf8")).toContain("count.TestWords");
});

test("failed tests are marked in the tree, and named in the last line", () => {
  const cwd = filesOn({
    ...module,
    "fails/sub_test.go": `package fails

import "testing"

func TestTable(t *testing.T) {
	for _, name := range []string{"good", "bad one"} {
		t.Run(name, func(t *testing.T) {
			if name != "good" {
				helper(t)
			}
		})
	}
}
`,
  });
  const env = { GOTRACE_CACHE: temporaryDirectory() };
  const result = gotrace(["test", "./fails", "./broken"], { cwd, env });
  expect(result.code).toBe(1);
  expect(result.stdout).toMatch(/^fails\.TestFails FAIL /m);
  expect(result.stdout).toMatch(/^fails\.TestPanics \[recovered\] /m);
  expect(result.stdout).toMatch(
    /\nFAIL: TestFails, TestTable\/bad_one \(example\.com\/suite\/fails\); package example\.com\/suite\/broken\n$/,
  );
  expect(result.stdout).toMatch(/^fails\.TestTable FAIL /m);
  expect(result.stdout).toMatch(/^[├└]── go~ fails\.TestTable\.func1 \[TestTable\/bad_one\] FAIL /m);
  expect(result.stdout).toMatch(/^[├└]── go~ fails\.TestTable\.func1 \[TestTable\/good\] +~?\d/m);
  // A saved trace has it too.
  expect(gotrace(["report"], { cwd, env }).stdout).toMatch(/^fails\.TestFails FAIL /m);
});

test("coverage is that of the original", () => {
  const cwd = filesOn(module);
  const profiles = ["-cover", "-covermode=count", "-coverpkg=./...", "-coverprofile=c.out"];
  const plain = go(["test", "-count=1", "-run", "TestDouble|TestExternal", ...profiles, "./ok"], { cwd });
  const expected = readFileSync(join(cwd, "c.out"), "utf8");
  const traced = gotrace(["test", "-o", "tree.txt", "./ok", "-run", "TestDouble|TestExternal", ...profiles], { cwd });
  expect(lines(traced.stdout), traced.stderr).toBe(lines(plain.stdout));
  expect(readFileSync(join(cwd, "c.out"), "utf8")).toBe(expected);
  expect(readFileSync(join(cwd, "tree.txt"), "utf8")).toContain("ok.Double");
});

test("coverage of a program in a workspace counts no line of the runtime", () => {
  const cwd = filesOn({
    "go.work": "go 1.21\n\nuse (\n\t./app\n\t./lib\n)\n",
    "app/go.mod": "module example.com/app\n\ngo 1.21\n",
    "app/main.go": `package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Text(1)) }\n`,
    "lib/go.mod": "module example.com/lib\n\ngo 1.21\n",
    "lib/lib.go": `package lib\n\nfunc Text(x int) string {\n\tif x > 2 { return "a" }\n\treturn "b" }\n`,
  });
  const app = join(cwd, "app");
  const profile = (name: string, run: (env: Record<string, string>) => { code: number; stderr: string }) => {
    mkdirSync(join(cwd, name));
    const result = run({ GOCOVERDIR: join(cwd, name) });
    expect(result.code, result.stderr).toBe(0);
    go(["tool", "covdata", "textfmt", `-i=${join(cwd, name)}`, `-o=${name}.txt`], { cwd });
    return readFileSync(join(cwd, `${name}.txt`), "utf8");
  };
  const plain = profile("plain", (env) => go(["run", "-cover", "."], { cwd: app, env }));
  const traced = profile("traced", (env) => gotrace(["run", "-o", "tree", "-cover", "."], { cwd: app, env }));
  expect(traced).toBe(plain);
});

test("-race, and nothing is left in the module", () => {
  const before = snapshot(wordcount);
  const result = gotrace(["test", "-race", "./..."], { cwd: wordcount });
  expect(result.code, result.stderr).toBe(0);
  expect(result.stderr).not.toContain("DATA RACE");
  expect(snapshot(wordcount)).toBe(before);
});

test("-o before the package names the binary of -c", () => {
  const cwd = filesOn({
    "go.mod": "module example.com/one\n\ngo 1.21\n",
    "one_test.go": 'package one\n\nimport "testing"\n\nfunc TestOne(t *testing.T) {}\n',
  });
  expect(gotrace(["test", "-c", "-o", "named.test", "."], { cwd })).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(readdirSync(cwd).sort()).toEqual(["go.mod", "named.test", "one_test.go"]);
});
