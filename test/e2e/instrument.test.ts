/** `gotrace instrument`: makes a copy that plain go builds, vets and tests, and that behaves as the original. */

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOn, go, gotrace, repository, snapshot, temporaryDirectory } from "./support.js";

const cwd = join(repository, "testdata/wordcount");

test("a copy that plain go builds and tests", () => {
  const copy = join(temporaryDirectory(), "copy");
  const before = snapshot(cwd);
  expect(gotrace(["instrument", "-o", copy], { cwd }), "instrument").toMatchObject({ code: 0, stdout: `${copy}\n` });
  expect(snapshot(cwd)).toBe(before);
  expect(readFileSync(join(copy, "main.go"), "utf8")).toContain("__gotrace.Enter(");
  expect(readFileSync(join(copy, "count/count_test.go"), "utf8")).toContain("__gotrace.Enter(");
  const traces = temporaryDirectory();
  const ran = go(["run", "."], { cwd: copy, env: { GOTRACE_OUT: traces } });
  expect(ran.stdout, ran.stderr).toBe(go(["run", "."], { cwd }).stdout);
  expect(gotrace(["report", traces], { cwd: copy }).stdout).toContain("main.openStore");
  expect(go(["test", "./..."], { cwd: copy })).toMatchObject({ code: 0 });
  expect(go(["vet", "./..."], { cwd: copy })).toMatchObject({ code: 0 });
  expect(gotrace(["instrument", "-o", copy], { cwd })).toMatchObject({ code: 73 });
});

test("workspace, vendor directory and relative replace", () => {
  const shapes = {
    work: {
      "go.work": "go 1.21\n\nuse (\n\t./app\n\t./lib\n)\n",
      "app/go.mod": "module example.com/app\n\ngo 1.21\n",
      "app/main.go": `package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Text()) }\n`,
      "lib/go.mod": "module example.com/lib\n\ngo 1.21\n",
      "lib/lib.go": `package lib\n\nfunc Text() string { return "workspace" }\n`,
    },
    vendor: {
      "app/go.mod": "module example.com/app\n\ngo 1.21\n\nrequire example.com/dep v1.0.0\n",
      "app/main.go": `package main\n\nimport "example.com/dep"\n\nfunc main() { println(dep.Text()) }\n`,
      "app/vendor/modules.txt": "# example.com/dep v1.0.0\n## explicit; go 1.20\nexample.com/dep\n",
      "app/vendor/example.com/dep/dep.go": `package dep\n\nfunc Text() string { return "vendored" }\n`,
    },
    replace: {
      "app/go.mod":
        "module example.com/app\n\ngo 1.21\n\nrequire example.com/dep v0.0.0\n\nreplace example.com/dep => ../dep\n",
      "app/main.go": `package main\n\nimport "example.com/dep"\n\nfunc main() { println(dep.Text()) }\n`,
      "dep/go.mod": "module example.com/dep\n\ngo 1.21\n",
      "dep/dep.go": `package dep\n\nfunc Text() string { return "replaced" }\n`,
    },
  };
  for (const [title, files] of Object.entries(shapes)) {
    const root = filesOn(files);
    const copy = join(temporaryDirectory(), "copy");
    const made = gotrace(["instrument", "-o", copy, "./..."], { cwd: join(root, "app") });
    expect(made, `${title}: ${made.stderr}`).toMatchObject({ code: 0 });
    const place = existsSync(join(copy, "app")) ? join(copy, "app") : copy;
    expect(readFileSync(join(place, "main.go"), "utf8"), title).toContain("__gotrace.Enter(");
    const [plain, traced] = [go(["run", "."], { cwd: join(root, "app") }), go(["run", "."], { cwd: place })];
    expect(traced, title).toEqual(plain);
  }
});

test("modules behind local replacements are traced if they are included", () => {
  const root = filesOn({
    "app/go.mod":
      "module example.com/app\n\ngo 1.21\n\nrequire example.com/dep v0.0.0\n\nreplace example.com/dep => ../dep\n",
    "app/main.go": `package main\n\nimport "example.com/dep"\n\nfunc main() { println(dep.Text()) }\n`,
    "dep/go.mod": "module example.com/dep\n\ngo 1.21\n",
    "dep/dep.go": `package dep\n\nfunc Text() string { return "replaced" }\n`,
  });
  const traces = temporaryDirectory();
  for (const place of ["app", "dep"]) {
    const cwd = join(root, "app");
    // The same in a workspace, which is also one of modules that lie outside.
    if (place === "dep") filesOn({ "app/go.work": "go 1.21\n\nuse .\n\nreplace example.com/dep => ../dep\n" }, root);
    const copy = join(temporaryDirectory(), "copy");
    const made = gotrace(["instrument", "-o", copy, "--include", "example.com/dep/...", "--include", "./..."], { cwd });
    expect(made, made.stderr).toMatchObject({ code: 0, stderr: "" });
    accept(copy);
    const out = join(traces, place);
    mkdirSync(out);
    expect(go(["run", "."], { cwd: copy, env: { GOTRACE_OUT: out } })).toMatchObject({ code: 0, stderr: "replaced\n" });
    expect(gotrace(["report", out], { cwd }).stdout).toContain("dep.Text");
  }
  expect(readFileSync(join(root, "dep/dep.go"), "utf8")).not.toContain("gotrace");
});

test("an included package that is not in the copy is named", () => {
  const dep = filesOn({ "go.mod": "module example.com/dep\n\ngo 1.21\n", "dep.go": "package dep\n\nfunc F() {}\n" });
  const root = filesOn({
    "go.work": "go 1.21\n\nuse ./app\n",
    "app/go.mod": `module app\n\ngo 1.21\n\nrequire example.com/dep v0.0.0\n\nreplace example.com/dep => ${JSON.stringify(dep)}\n`,
    "app/main.go": 'package main\n\nimport "example.com/dep"\n\nfunc main() { dep.F() }\n',
  });
  const copy = join(temporaryDirectory(), "copy");
  const include = ["--include", "example.com/dep"];
  const at = { cwd: join(root, "app") };
  expect(gotrace(["instrument", "-o", copy, ...include], at)).toMatchObject({
    code: 66,
    stderr: expect.stringMatching(/^gotrace: the copy .* not 1 package of --include: example\.com\/dep\n {2}[^\n]+\n$/),
  });
  expect(existsSync(copy)).toBe(false);
  expect(gotrace(["instrument", "-o", copy, ...include, "--include", "app"], at)).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^gotrace: the copy .* 1 package of --include: example\.com\/dep; untraced there\n$/),
  });
});

test("another module uses the copy of a library through replace", () => {
  const root = filesOn({
    "lib/go.mod": "module ex.com/lib\n\ngo 1.21\n",
    "lib/lib.go": "package lib\n\nfunc L() int { return 1 }\n",
    "app/go.mod": `module ex.com/app\n\ngo 1.21\n\nrequire (\n\tex.com/lib v0.0.0\n\tgotrace.internal/rt v0.0.0\n)\n
replace (\n\tex.com/lib => ../copy\n\tgotrace.internal/rt => ../copy/_gotrace/rt\n)\n`,
    "app/main.go":
      'package main\n\nimport (\n\t"ex.com/lib"\n\t_ "gotrace.internal/rt/sys"\n)\n\nfunc main() { println(lib.L()) }\n',
  });
  expect(gotrace(["instrument", "-o", "../copy"], { cwd: join(root, "lib") })).toMatchObject({ code: 0 });
  const cwd = join(root, "app");
  const traces = temporaryDirectory();
  expect(go(["run", "."], { cwd, env: { GOTRACE_OUT: traces } })).toMatchObject({ code: 0, stderr: "1\n" });
  expect(gotrace(["report", traces], { cwd }).stdout).toContain("lib.L");
});

/** Builds, vets and tests a module: the original, then its copy. */
function accept(root: string): void {
  for (const verb of ["build", "vet", "test"]) {
    const result = go([verb, "./..."], { cwd: root });
    expect(result.code, `${verb}: ${result.stdout}${result.stderr}`).toBe(0);
  }
}

test("the copy may lie in the module, also where the way there holds a symbolic link", () => {
  const root = filesOn({
    "real/app/go.mod": "module app\n\ngo 1.21\n",
    "real/app/main.go": "package main\n\nfunc main() {}\n",
    "real/app/out/keep.txt": "kept",
    "real/app/.git/HEAD": "",
  });
  symlinkSync("real", join(root, "link"));
  for (const [at, output] of [
    ["real/app", "copy"],
    ["real/app", "out/deep/copy2"],
    ["link/app", "out/copy3"],
  ] as const) {
    const made = gotrace(["instrument", "-o", output], { cwd: join(root, at) });
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const copy = join(root, at, output);
    expect(readFileSync(join(copy, "main.go"), "utf8")).toContain("__gotrace.Enter(");
    expect(readFileSync(join(copy, "out/keep.txt"), "utf8")).toBe("kept");
    expect(existsSync(join(copy, ".git"))).toBe(false);
    expect(existsSync(join(copy, output))).toBe(false);
    accept(copy);
  }
});

const workspace = {
  "go.work": "go 1.21\n\nuse (\n\t./app\n\t./lib\n)\n",
  "app/go.mod": "module example.com/app\n\ngo 1.21\n",
  "app/main.go": 'package main\n\nimport "example.com/lib"\n\nfunc main() { lib.Text() }\n',
  "lib/go.mod": "module example.com/lib\n\ngo 1.21\n",
  "lib/lib.go": "package lib\n\nfunc Text() {}\n",
};

test("a workspace is instrumented as a whole, from its root and from a module of it", () => {
  const root = filesOn(workspace);
  for (const at of [root, join(root, "lib")]) {
    const copy = join(temporaryDirectory(), "copy");
    expect(gotrace(["instrument", "-o", copy], { cwd: at })).toMatchObject({ code: 0, stderr: "" });
    for (const file of ["app/main.go", "lib/lib.go"]) {
      expect(readFileSync(join(copy, file), "utf8"), file).toContain("__gotrace.Enter(");
    }
    expect(go(["build", "-o", "/dev/null", "./app"], { cwd: copy })).toMatchObject({ code: 0, stderr: "" });
  }
});

test("where there is nothing to instrument, nothing is written", () => {
  const root = filesOn(workspace);
  const parent = temporaryDirectory();
  for (const words of [
    ["./nosuch"],
    ["./app", "./nosuch"],
    ["./..."],
    ["example.com/no/such"],
    ["--exclude", "example.com/...", "./app"],
  ]) {
    const result = gotrace(["instrument", "-o", join(parent, "made/copy"), ...words], { cwd: root });
    expect(result, words.join(" ")).toMatchObject({ code: 66, stdout: "" });
    expect(result.stderr).toMatch(
      /^gotrace: (cannot instrument [^\n]+: [^\n]+|--include and --exclude leave no package to trace)\n {2}[^\n]+\n$/,
    );
    expect(readdirSync(parent)).toEqual([]);
  }
  expect(gotrace(["instrument", "-o", "x", "./nosuch"], { cwd: root }).stderr).toContain("nosuch");
});

// If functions referred to variables declared at the ends of their files, these would be initialised in another order.
const order = {
  "go.mod": "module order\n\ngo 1.21\n",
  "a.go": `package main

var sp = ""

func f(name string, _ ...interface{}) int { print(sp, name); sp = " "; return 0 }

var a = f("a", x)
var b = f("b", y)
var c = f("c", z)
var d = func() int { if false { _ = z }; return f("d") }()
var e = f("e")
var h = last("h")
var i = f("i")
`,
  "b_linux.go": `package main

var x int
var y int = 42
var z int = func() int { return 42 }()
var g = func() int { return f("g") }()
`,
  "c.go": `//go:build !never

package main

var late = func() bool { early = false; return true }()
var early = true

func dumb() { println(early, late) }

func main() { println(); dumb() }
`,
  "z.go": "package main\n\nfunc last(name string) int { print(sp, name); return 0 }\n",
};

test("package-level variables are initialised in the order of the original", () => {
  const root = filesOn(order);
  const copy = join(temporaryDirectory(), "copy");
  expect(gotrace(["instrument", "-o", copy], { cwd: root })).toMatchObject({ code: 0 });
  const plain = go(["run", "."], { cwd: root });
  expect(plain.stderr).toMatch(/^[a-i]( [a-i]){7}\n/);
  expect(go(["run", "."], { cwd: copy })).toEqual(plain);
  accept(copy);
});

test("files for other systems, tests inside and outside, programs beside the package: all build in the copy", () => {
  const root = filesOn({
    "go.mod": "module many\n\ngo 1.21\n",
    "lib/lib.go": "package lib\n\nfunc F() { f() }\n",
    "lib/f_linux.go": "package lib\n\nfunc f() {}\n",
    "lib/f_other.go": "//go:build !linux\n\npackage lib\n\nfunc f() {}\n",
    "lib/lib_test.go": 'package lib\n\nimport "testing"\n\nfunc TestIn(t *testing.T) { f() }\n',
    "lib/x_test.go":
      'package lib_test\n\nimport (\n\t"testing"\n\n\t"many/lib"\n)\n\nfunc TestOut(t *testing.T) { lib.F() }\n',
    "lib/y_windows_test.go": 'package lib\n\nimport "testing"\n\nfunc TestWindows(t *testing.T) { f() }\n',
    "lib/gen.go":
      '//go:build ignore\n\npackage main\n\nfunc main() { println(text()) }\n\nfunc text() string { return "gen" }\n',
    "onlytests/a_test.go": 'package onlytests\n\nimport "testing"\n\nfunc TestA(t *testing.T) {}\n',
    "linux/main_linux.go": "package main\n\nfunc main() {}\n",
    "named/named.go": "package named_test\n\nfunc F() {}\n",
    "named/z_test.go": 'package named_test\n\nimport "testing"\n\nfunc TestN(t *testing.T) { F() }\n',
    "programs/one.go": 'package main\n\nfunc main() { println("one") }\n',
    "programs/two.go": 'package main\n\nfunc main() { println("two") }\n',
  });
  const copy = join(temporaryDirectory(), "copy");
  const made = gotrace(["instrument", "-o", copy], { cwd: root });
  expect(made, made.stderr).toMatchObject({ code: 0 });
  for (const file of ["f_linux.go", "f_other.go", "lib_test.go", "x_test.go", "y_windows_test.go"]) {
    expect(readFileSync(join(copy, "lib", file), "utf8"), file).toMatch(/__gotrace\.Enter(Test)?\(/);
  }
  const packages = ["./lib", "./onlytests", "./linux", "./named"];
  expect(go(["vet", ...packages], { cwd: copy })).toMatchObject({ code: 0, stderr: "" });
  const plain = (text: string) =>
    text
      .replace(/\d+\.\d+s|\(cached\)/g, "")
      .split("\n")
      .sort();
  const tested = go(["test", ...packages], { cwd: copy });
  expect(plain(tested.stdout)).toEqual(plain(go(["test", ...packages], { cwd: root }).stdout));
  const windows = { cwd: copy, env: { GOOS: "windows" } };
  expect(go(["vet", "./lib", "./named"], windows)).toMatchObject({ code: 0, stderr: "" });
  expect(go(["list", "./..."], windows).stdout).toBe(go(["list", "./..."], { ...windows, cwd: root }).stdout);
  for (const program of ["lib/gen.go", "programs/one.go"]) {
    expect(go(["run", program], { cwd: copy }), program).toEqual(go(["run", program], { cwd: root }));
  }
});
