/** Rewritten programs keep their order of initialisation, their names and their embedded files. */

import { expect, test } from "vitest";
import { filesOn, go, gotrace } from "./support.js";

const registry = `package reg

var Names []string

func Add(name string) bool {
	Names = append(Names, name)
	return true
}
`;

test("packages are initialised as in the plain program", () => {
  const root = filesOn({
    // In modules whose paths sort before and after the runtime's, with and without hooks.
    "reg/go.mod": "module github.com/acme/reg\n\ngo 1.21\n",
    "reg/r.go": registry,
    "zcodec/go.mod":
      "module github.com/acme/zcodec\n\ngo 1.21\n\nrequire github.com/acme/reg v0.0.0\n\nreplace github.com/acme/reg => ../reg\n",
    "zcodec/z.go": 'package zcodec\n\nimport "github.com/acme/reg"\n\nfunc init() { reg.Add("zcodec") }\n',
    "app/go.mod":
      "module github.com/acme/app\n\ngo 1.21\n\nrequire (\n\tgithub.com/acme/reg v0.0.0\n\tgithub.com/acme/zcodec v0.0.0\n)\n\nreplace (\n\tgithub.com/acme/reg => ../reg\n\tgithub.com/acme/zcodec => ../zcodec\n)\n",
    "app/codec/c.go": 'package codec\n\nimport "github.com/acme/reg"\n\nfunc init() { reg.Add("codec") }\n',
    "app/early/e.go": 'package early\n\nimport "github.com/acme/reg"\n\nvar _ = reg.Add("early")\n',
    // It depends on package runtime only: it comes as early as a package without dependencies did.
    "app/a/a.go":
      'package a\n\nimport (\n\t"runtime"\n\n\t"github.com/acme/reg"\n)\n\nfunc init() { reg.Add("a" + runtime.GOOS[:0]) }\n',
    "app/main.go": `package main

import (
	"fmt"

	_ "github.com/acme/app/a"
	_ "github.com/acme/app/codec"
	_ "github.com/acme/app/early"
	"github.com/acme/reg"
	_ "github.com/acme/zcodec"
)

func main() { fmt.Println(reg.Names) }
`,
    "app/order_test.go": `package main_test

import (
	"fmt"

	_ "github.com/acme/app/codec"
	"github.com/acme/reg"
	_ "github.com/acme/zcodec"
)

func Example() {
	fmt.Println(reg.Names)
	// Output: [codec early zcodec a]
}
`,
  });
  const cwd = `${root}/app`;
  const plain = go(["run", "."], { cwd });
  expect(plain.stdout).toBe("[codec early zcodec a]\n");
  const all = ["--include", "github.com/acme/..."];
  for (const flags of [[], all]) {
    const traced = gotrace(["run", ...flags, "-o", "tree.txt", "."], { cwd });
    expect(traced, traced.stderr).toMatchObject({ code: 0, stdout: plain.stdout });
  }
  const tests = go(["test", "-v", "-count=1", "."], { cwd });
  expect(tests, tests.stdout).toMatchObject({ code: 0 });
  const tested = gotrace(["test", ...all, "-o", "tree.txt", "."], { cwd });
  expect(tested, tested.stdout).toMatchObject({ code: 0 });
  expect(gotrace(["instrument", "-o", `${root}/copy`], { cwd })).toMatchObject({ code: 0 });
  expect(go(["run", "."], { cwd: `${root}/copy` }).stdout).toBe(plain.stdout);
  expect(go(["test", "."], { cwd: `${root}/copy` })).toMatchObject({ code: 0 });
}, 200_000);

test("names that the program uses, embedded Go files, a generator beside a package", () => {
  const main = `package main

import (
	_ "embed"
	"fmt"

	"own/sub"
)

//go:embed main.go
var source string

// This comment says __gotrace, and __gotrace2 too.
func main() {
	var __gotrace = fmt.Sprint(len(source), "__gotrace")
	fmt.Println(__gotrace, sub.Sub())
	fmt.Print(source)
}
`;
  const cwd = filesOn({
    "go.mod": "module own\n\ngo 1.21\n",
    "main.go": main,
    "0000gotrace.go": "package main\n\nvar last = first()\n\nfunc first() int { return 1 }\n",
    "sub/s.go": "package sub\n\nvar __gotrace_s = 3\n\nfunc Sub() int { return __gotrace_s }\n",
    "sub/other.go": "package sub\n\nvar __gotrace int\n\nfunc other() {}\n",
    "sub/s_test.go": 'package sub\n\nimport "testing"\n\nfunc TestSub(*testing.T) { /*__gotrace:*/ Sub() }\n',
    "sub/gen.go":
      '//go:build ignore\n\npackage main\n\nimport "own/sub"\n\nfunc main() { println(sub.Sub(), help()) }\n\nfunc help() int { return 1 }\n',
  });
  const plain = go(["run", "."], { cwd });
  const traced = gotrace(["json", "-o", "tree.json", "."], { cwd });
  expect(traced).toEqual({ ...plain, stderr: "" });
  const shown = gotrace(["run", "."], { cwd });
  for (const name of ["main.main", "sub.Sub", "main.first"]) expect(shown.stdout).toContain(name);
  expect(shown.stdout).not.toContain("not traced");
  const generator = gotrace(["run", "sub/gen.go"], { cwd });
  expect(generator).toMatchObject({ code: 0, stderr: "3 1\n" });
  for (const name of ["main.main", "main.help", "sub.Sub"]) expect(generator.stdout).toContain(name);
  expect(gotrace(["test", "-cover", "./sub"], { cwd }).stdout).toMatch(
    /coverage: 100\.0% of statements\n.*\n.*\n\n.*TestSub .*\n.*sub\.Sub/,
  );
  expect(gotrace(["instrument", "-o", "copy"], { cwd })).toMatchObject({ code: 0 });
  expect(go(["run", "sub/gen.go"], { cwd: `${cwd}/copy` })).toMatchObject({ code: 0, stderr: "3 1\n" });
}, 200_000);
