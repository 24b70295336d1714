/** The commands besides run and test: what they print, where, and with which exit code, also after errors. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOn, go, gotrace, names, repository, temporaryDirectory } from "./support.js";

const wordcount = join(repository, "testdata/wordcount");
const cwd = wordcount;
const escapes = /\u001b/;

test("run prints the tree after the program's own output", () => {
  const plain = go(["run", "."], { cwd });
  const traced = gotrace(["run", "."], { cwd });
  expect(traced).toMatchObject({ code: 0, stderr: "" });
  expect(traced.stdout.startsWith(`${plain.stdout}TOTAL: `)).toBe(true);
  expect(traced.stdout).toMatch(/^main\.main +\S+ 100\.0%$/m);
  expect(traced.stdout).toMatch(/^├── main\.openStore +/m);
  expect(traced.stdout).toMatch(/^│ {3}├── go count\.worker ×3 +/m);
  expect(traced.stdout).not.toMatch(escapes);
  expect(gotrace(["exec", "."], { cwd }).stdout).toContain("TOTAL: ");
});

test("arguments, input and exit code are the program's", () => {
  const program = filesOn({
    "go.mod": "module echo\n",
    "main.go": `package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	input, _ := io.ReadAll(os.Stdin)
	fmt.Printf("%q %q\\n", os.Args[1:], input)
	os.Exit(7)
}
`,
  });
  const traced = gotrace(["run", "-o", "tree", ".", "-v", "--depth", "x"], { cwd: program, input: "typed" });
  expect(traced).toMatchObject({ code: 7, stdout: '["-v" "--depth" "x"] "typed"\n' });
});

test("flame and json keep standard output to themselves", () => {
  const plain = go(["run", "."], { cwd });
  const flame = gotrace(["flame", "."], { cwd });
  expect(flame.stderr).toBe(plain.stdout);
  for (const line of flame.stdout.trim().split("\n")) expect(line).toMatch(/^\S+( \S+)* [1-9]\d*$/);
  expect(gotrace(["flame", "--unit", "calls", "."], { cwd }).stdout).toContain("main.main;main.(*store).put 5\n");
  const json = gotrace(["json", "."], { cwd });
  expect(json.stderr).toBe(plain.stdout);
  expect(JSON.parse(json.stdout)[0]).toMatchObject({ name: "main.main", calls: 1, goroutine: 1 });
});

test("flags of the tree", () => {
  const run = (...flags: string[]) => gotrace(["run", ...flags, "."], { cwd }).stdout;
  expect(run("--depth", "1")).not.toContain("openStore");
  expect(run("--min", "1ms")).not.toContain("(*store).put");
  expect(run("--min-percent", "20")).not.toContain("(*store).put");
  expect(run("--no-merge").match(/\(\*store\)\.put /g)).toHaveLength(5);
  expect(run("--no-merge")).not.toContain("×");
  const order = run("--sort", "start").match(
    /openStore|count\.All |count\.Top |\(\*store\)\.put|\(\*store\)\.render /g,
  );
  expect(order).toEqual(["openStore", "count.All ", "count.Top ", "(*store).put", "(*store).render "]);
  const byCalls = run("--sort", "calls").match(/^├── main\.\S+/m);
  expect(byCalls?.[0]).toBe("├── main.(*store).put");
});

test("include and exclude", () => {
  const traced = (...flags: string[]) => names(gotrace(["json", ...flags, "."], { cwd }).stdout);
  expect(traced("--include", "wordcount/count")).not.toContain("main.main");
  expect(traced("--include", "./count/...")).toContain("wordcount/count.Words");
  expect(traced("--include", "wordcount/*")).toContain("main.main");
  expect(traced("--exclude", "wordcount/c*")).not.toContain("wordcount/count.Words");
  expect(traced("--exclude", "wordcount/c*")).toContain("main.main");
});

test("a pattern that matches nothing is named, also where nothing changed", () => {
  for (let run = 0; run < 2; run++) {
    const result = gotrace(["json", "--include", "nosuch,wordcount/...", "--exclude", "./no/..", "."], { cwd });
    expect(result.code).toBe(0);
    expect(result.stderr.match(/^gotrace: .*/gm)).toEqual([
      "gotrace: --include nosuch matches no package of this build that could be traced",
      "gotrace: --exclude ./no/.. matches no package of this build that could be traced",
    ]);
  }
});

test("what is not one program is refused before anything is built", () => {
  const broken = "package main\n\nfunc main() { undefined() }\n";
  const several = filesOn({ "go.mod": "module m\n", "a/a.go": broken, "b/b.go": broken, "c/c.go": "package c\n" });
  const none = filesOn({ "go.mod": "module m\n", "a/a.go": "package a\n\nvar x = y\n", "b/b.go": "package b\n" });
  const empty = filesOn({ "go.mod": "module m\n" });
  const cases: [string, string, number, string][] = [
    [
      several,
      "./...",
      64,
      "./... matches 3 packages, 2 of them programs: m/a, m/b\n  name exactly one: gotrace run m/a\n",
    ],
    [none, "./...", 66, "./... matches 2 packages, none of them a program\n  name a package with a main function, or"],
    [none, "./a", 66, "package m/a is not a main package\n  name a package with a main function, or"],
    [empty, "./...", 66, "./... matches no package\n  name one with a main function: gotrace run ./cmd/x\n"],
  ];
  for (const [directory, pattern, code, message] of cases) {
    const result = gotrace(["run", pattern], { cwd: directory });
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toContain(`gotrace: ${message}`);
    expect(result.stderr).toMatch(/^[^\n]+\n[^\n]+\n$/);
  }
  const one = filesOn({ "go.mod": "module m\n", "cmd/x/x.go": "package main\n\nfunc main() {}\n" });
  expect(gotrace(["run", "./..."], { cwd: one })).toMatchObject({ code: 0, stderr: "" });
  const nosuch = gotrace(["run", "./nosuch"], { cwd: one });
  expect(nosuch.stderr).toBe(go(["build", "-o", "/dev/null", "./nosuch"], { cwd: one }).stderr);
});

test("save, then report without Go", () => {
  const directory = temporaryDirectory();
  const file = join(directory, "saved.gotrace");
  const json = gotrace(["json", "--save", file, "."], { cwd });
  const env = { PATH: "/nonexistent" };
  expect(gotrace(["report", "--format", "json", file], { cwd: directory, env }).stdout).toBe(json.stdout);
  expect(gotrace(["report", file, "--depth", "1"], { cwd: directory, env }).stdout).toMatch(/^TOTAL: /);
  expect(gotrace(["report", "--format=folded", "-o", "out", file], { cwd: directory, env }).code).toBe(0);
  expect(readFileSync(join(directory, "out"), "utf8")).toContain("main.main;main.openStore ");
});

test("build: traced where GOTRACE_OUT says so, untraced otherwise", () => {
  const directory = temporaryDirectory();
  const binary = join(directory, "wc");
  expect(gotrace(["build", "-o", binary, "."], { cwd })).toMatchObject({ code: 0, stdout: "" });
  const traces = join(directory, "traces");
  mkdirSync(traces);
  const plain = spawnSync(binary, ["a b a"], { encoding: "utf8", cwd: directory });
  const traced = spawnSync(binary, ["a b a"], { encoding: "utf8", env: { ...process.env, GOTRACE_OUT: traces } });
  expect(traced.stdout).toBe(plain.stdout);
  expect(readdirSync(traces)).toHaveLength(1);
  expect(readdirSync(directory).sort()).toEqual(["traces", "wc"]);
  expect(gotrace(["report", traces], { cwd: directory }).stdout).toContain("count.All");
});

test("a self-started child process has a tree of its own", () => {
  const program = filesOn({
    "go.mod": "module parent\n",
    "main.go": `package main

import (
	"os"
	"os/exec"
)

func main() {
	if len(os.Args) > 1 {
		child()
		return
	}
	parent()
}

func child() {}

func parent() {
	if err := exec.Command(os.Args[0], "child").Run(); err != nil {
		panic(err)
	}
}
`,
  });
  const tree = gotrace(["run", "."], { cwd: program }).stdout;
  expect(tree.match(/^parent \(pid \d+\)$/gm)).toHaveLength(2);
  expect(tree).toContain("main.child");
  expect(tree).toContain("main.parent");
});

test("-v counts one as one", () => {
  const one = filesOn({ "go.mod": "module one\n", "main.go": "package main\n\nfunc main() {}\n" });
  const { stderr } = gotrace(["run", "-v", "."], { cwd: one });
  expect(stderr).toMatch(/^gotrace: 1 package, 1 file to trace \(/m);
  expect(stderr).toMatch(/^gotrace: traced: 1 function and 0 go statements in 1 file$/m);
});

test("-v says what happens, --keep-workspace keeps the workspace", () => {
  const result = gotrace(["run", "-v", "--keep-workspace", "-o", "/dev/null", "."], { cwd });
  expect(result.stderr).toMatch(/^gotrace: traced: 16 functions and 2 go statements in 2 files$/m);
  const kept = /workspace kept in (\S+)/.exec(result.stderr)?.[1] ?? "";
  expect(readdirSync(join(kept, "trace"))).toHaveLength(1);
  spawnSync("rm", ["-rf", kept]);
});

test("the limit of a trace stops it there, and the report says how much is missing", () => {
  const program = filesOn({
    "go.mod": "module many\n",
    "main.go": `package main

func main() {
	for i := 0; i < 1000000; i++ {
		work(i)
	}
}

func work(i int) {}
`,
  });
  const result = gotrace(["json", "--max-trace-size", "1MiB", "--save", "t", "."], { cwd: program });
  const recorded = JSON.parse(result.stdout)[0].children[0].calls as number;
  const tree = gotrace(["report", "t"], { cwd: program }).stdout;
  const missing = Number(/not recorded: ([\d,]+) events/.exec(tree)?.[1]?.replaceAll(",", ""));
  const events = Number(/([\d,]+) events?, 1 goroutine/.exec(tree)?.[1]?.replaceAll(",", ""));
  expect(events + missing).toBe(2_000_002);
  expect(recorded).toBeGreaterThan(100_000);
  expect(tree).toContain("size limit");
});

test("a program that does not compile: exactly Go's own words", () => {
  const program = filesOn({
    "go.mod": "module bad\n",
    "main.go": "package main\n\nfunc main() {\n\tundefined()\n\tvar x int\n}\n",
  });
  const plain = go(["build", "-o", "/dev/null", "."], { cwd: program });
  expect(gotrace(["run", "."], { cwd: program })).toEqual({ code: plain.code, stdout: "", stderr: plain.stderr });
  const syntax = filesOn({ "go.mod": "module bad\n", "main.go": "package main\n\nfunc main() {\n" });
  const plainSyntax = go(["build", "-o", "/dev/null", "."], { cwd: syntax });
  expect(gotrace(["run", "."], { cwd: syntax })).toEqual({ code: 1, stdout: "", stderr: plainSyntax.stderr });
});

test("errors are two lines and a documented exit code", () => {
  const empty = temporaryDirectory();
  const library = filesOn({ "go.mod": "module lib\n", "lib.go": "package lib\n" });
  writeFileSync(
    join(empty, "junk"),
    "this is no trace, but it is long enough to be read as a header of one".repeat(100),
  );
  const cases: [readonly string[], string, number][] = [
    [["frobnicate"], empty, 64],
    [["run"], empty, 64],
    [["run", "--dept", "3", "."], wordcount, 64],
    [["run", "--min", "soon", "."], wordcount, 64],
    [["run", "--max-trace-size", "huge", "."], wordcount, 64],
    [["run", "."], empty, 66],
    [["run", "."], library, 66],
    [["run", "-C", "/nonexistent", "."], empty, 66],
    [["report", "nothing"], empty, 66],
    [["report", ""], empty, 66],
    [["report", "junk"], empty, 65],
    [["report", "--format", "xml", "junk"], empty, 64],
    [["run", "--save", "go.mod/x", "."], wordcount, 73],
    [["run", "-o", "go.mod/x", "."], wordcount, 73],
    [["build", "."], wordcount, 64],
    [["instrument"], wordcount, 64],
  ];
  for (const [args, directory, code] of cases) {
    const result = gotrace(args, { cwd: directory });
    expect(result, args.join(" ")).toMatchObject({ code });
    expect(result.stderr, args.join(" ")).toMatch(/^gotrace: [^\n]+\n {2}[^\n]+\n$/);
  }
  const size = gotrace(["run", "."], { cwd: wordcount, env: { GOTRACE_MAX_SIZE: "512XB" } });
  expect(size).toMatchObject({ code: 64, stdout: "" });
  expect(size.stderr).toMatch(/^gotrace: GOTRACE_MAX_SIZE: "512XB" is not valid\n {2}[^\n]+\n$/);
  // A file that opens, and whose first bytes cannot be read.
  if (existsSync("/proc/self/mem")) {
    const unread = gotrace(["report", "/proc/self/mem"], { cwd: empty });
    expect(unread).toMatchObject({
      code: 74,
      stderr: expect.stringMatching(/^gotrace: cannot read \/proc\/self\/mem: /),
    });
  }
  const noGo = gotrace(["run", "."], { cwd: wordcount, env: { PATH: "/nonexistent" } });
  expect(noGo).toMatchObject({ code: 69 });
  expect(noGo.stderr).toContain("install Go");
});

test("a cut trace gives what came before, and says so", () => {
  const directory = temporaryDirectory();
  const file = join(directory, "cut.gotrace");
  const program = filesOn({
    "go.mod": "module many\n",
    "main.go":
      "package main\n\nfunc main() {\n\tfor i := 0; i < 100000; i++ {\n\t\twork(i)\n\t}\n}\n\nfunc work(i int) {}\n",
  });
  gotrace(["run", "-o", "/dev/null", "--save", file, "."], { cwd: program });
  truncateSync(file, 300_000);
  const result = gotrace(["report", file], { cwd: directory });
  expect(result.code).toBe(65);
  expect(result.stderr).toMatch(/cut\.gotrace: damaged at offset \d+/);
  expect(result.stdout).toMatch(/main\.work ×\d\d,\d\d\d/);
  truncateSync(file, 4100);
  const nothing = gotrace(["calls", "main.work", file], { cwd: directory });
  expect(nothing.stderr).toMatch(
    /cut\.gotrace: damaged at offset \d+.*\ngotrace: no traced function is called main\.work\n/,
  );
});

test("a rewritten file that does not compile is left out, the build goes on", () => {
  const program = filesOn({
    "go.mod": "module clash\n",
    "main.go": `package main\n\nimport "clash/lib"\n\nfunc main() { println(lib.Text()) }\n`,
    "lib/lib.go": "package lib\n\nfunc Text() string { return string(rune('a' + clash())) }\n",
    "lib/clash.go": "package lib\n\nfunc clash() int { return 1 }\n",
    // The user's own tool refuses hooks in one file.
    "refuse.sh":
      'for w; do case "$w" in *-lib.go) grep -q "Enter(" "$w" && { echo "lib/lib.go:3:1: no hooks here" >&2; exit 1; };; esac; done\nexec "$@"\n',
  });
  const env = { GOFLAGS: `"-toolexec=sh '${join(program, "refuse.sh")}'"` };
  const first = gotrace(["run", "."], { cwd: program, env });
  expect(first).toMatchObject({ code: 0 });
  expect(first.stderr).toMatch(/^gotrace: .+\/lib\.go is not traced: line 3: no hooks here/m);
  expect(first.stdout).toContain("main.main");
  expect(first.stdout).toContain("not traced: 1 file: its instrumented form does not compile");
  const second = gotrace(["run", "."], { cwd: program, env });
  expect(second.stdout).toContain("not traced: 1 file: its instrumented form does not compile");
});

test("package-level variables are initialised in the order of the untraced program", () => {
  // If functions referred to a variable declared last, these would be initialised in another order.
  const program = filesOn({
    "go.mod": "module order\n",
    "a.go": `package main

var sp = ""

func f(name string, _ ...interface{}) int { print(sp, name); sp = " "; return 0 }

var a = f("a", x)
var b = f("b", y)
var c = f("c", z)
var d = func() int { if false { _ = z }; return f("d") }()
var e = f("e")
`,
    "b.go": `package main

var x int
var y int = 42
var z int = func() int { return 42 }()
var g = func() int { return f("g") }()

func main() { println(); dumb() }
`,
    "c.go":
      "package main\n\nvar late = func() bool { early = false; return true }()\nvar early = true\n\nfunc dumb() { println(early, late) }\n",
  });
  const plain = go(["run", "."], { cwd: program });
  const traced = gotrace(["run", "."], { cwd: program });
  expect(traced).toMatchObject({ code: 0, stderr: plain.stderr });
  const files = ["b.go", "a.go", "c.go"];
  expect(gotrace(["run", ...files], { cwd: program }).stderr).toBe(go(["run", ...files], { cwd: program }).stderr);
});
