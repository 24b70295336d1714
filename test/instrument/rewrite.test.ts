import { describe, expect, test } from "vitest";
import { body, hooks, instrument, instrumentBytes, short } from "./helpers.js";

test("the whole of a small file", () => {
  const { text, functions, spawns } = instrument(
    "package main\n\nfunc main() {\n\tgo run(1)\n}\n",
    hooks,
    "cmd/a-b.go",
  );
  expect(text).toBe(
    [
      'package main; import __gotrace "gotrace.internal/rt"',
      "",
      "func main() {defer __gotrace.Enter(&__gotrace_a_b_e61ab31904644883[0])();",
      "\t__gotrace.Spawn(&__gotrace_a_b_e61ab31904644883[1]); go run(1); __gotrace.Spawned()",
      "}",
      "",
      "var __gotrace_a_b_e61ab31904644883 [2]__gotrace.Site",
      "",
    ].join("\n"),
  );
  expect({ functions, spawns }).toEqual({ functions: 1, spawns: 1 });
});

describe("package clauses", () => {
  const rest = "func f() {}\n";
  test.each([
    ["package p\n", "package p‹import›\n"],
    ["package p;\n", "package p‹import›;\n"],
    ['package p;import "fmt"\n', 'package p‹import›;import "fmt"\n'],
    ['package p; import "C"\n', 'package p‹import›; import "C"\n'],
    ['package p // import "x/y"\n', 'package p‹import› // import "x/y"\n'],
    ["package p /* c */\n", "package p‹import› /* c */\n"],
    ["package p /* c\nd */ ", "package p‹import› /* c\nd */ "],
    ["package /* c */ p\n", "package /* c */ p‹import›\n"],
    ["package\n\n// c\np\n", "package\n\n// c\np‹import›\n"],
    ["package p\r\n", "package p‹import›\r\n"],
    ["// package q\n/* package r */ package p;", "// package q\n/* package r */ package p‹import›;"],
    ["\uFEFFpackage p\n", "\uFEFFpackage p‹import›\n"],
    [
      "//go:build linux\n\n// Package größe …\npackage größe\n",
      "//go:build linux\n\n// Package größe …\npackage größe‹import›\n",
    ],
  ])("%j", (clause, expected) => {
    expect(short(instrument(clause + rest).text)).toBe(`${expected}func f() {‹enter 0›}\n‹table 1›`);
  });
});

describe("functions", () => {
  test.each([
    ["func f() {}", "func f() {‹enter 0›}"],
    ["func f() { // c", "}", "func f() {‹enter 0› // c", "}"],
    ["func f(\n) (\n) {\n}", "func f(\n) (\n) {‹enter 0›\n}"],
    ["func f() {;}", "func f() {‹enter 0›;}"],
    ["func f() (r struct{}) { return }", "func f() (r struct{}) {‹enter 0› return }"],
    ["func f() interface{} { return nil }", "func f() interface{} {‹enter 0› return nil }"],
    ["func f() func() func() { return nil }", "func f() func() func() {‹enter 0› return nil }"],
    ["func (s *S[T]) m() {}", "func (s *S[T]) m() {‹enter 0›}"],
    [
      "func Map[T, U any](l []T, f func(T) U) []U { return nil }",
      "func Map[T, U any](l []T, f func(T) U) []U {‹enter 0› return nil }",
    ],
    ["func init() {}; func init() {}", "func init() {‹enter 0›}; func init() {‹enter 1›}"],
    ["func größe() {}", "func größe() {‹enter 0›}"],
  ])("%j", (...lines) => {
    const half = lines.length / 2;
    expect(body(lines.slice(0, half).join("\n"))).toBe(lines.slice(half).join("\n"));
  });
});

describe("function literals", () => {
  test.each([
    [
      "var a, b = func() {}, func() int { return 1 }()",
      "var a, b = func() {‹enter 0›}, func() int {‹enter 1› return 1 }()",
    ],
    ["var a = []func(){func() {}, nil}", "var a = []func(){func() {‹enter 0›}, nil}"],
    ["var m = map[string]func(){`{`: func() {}}", "var m = map[string]func(){`{`: func() {‹enter 0›}}"],
    ["var t = T{f: func() (x struct{}) { return }}", "var t = T{f: func() (x struct{}) {‹enter 0› return }}"],
    [
      "func f() { defer func() { recover() }(); go func(g func()) { g() }(func() {}) }",
      "func f() {‹enter 0› defer func() {‹enter 1› recover() }(); " +
        "‹spawn 2›go func(g func()) {‹enter 3› g() }(func() {‹enter 4›})‹spawned› }",
    ],
    [
      "func f() { if func() bool { return true }() {} }",
      "func f() {‹enter 0› if func() bool {‹enter 1› return true }() {} }",
    ],
    [
      "func f() { for range func(yield func() bool) { yield() } {} }",
      "func f() {‹enter 0› for range func(yield func() bool) {‹enter 1› yield() } {} }",
    ],
    [
      "func f() { _ = \"func() {\" + `func() {`; _ = '{' /* func() { */ }",
      "func f() {‹enter 0› _ = \"func() {\" + `func() {`; _ = '{' /* func() { */ }",
    ],
  ])("%s", (source, expected) => {
    expect(body(source)).toBe(expected);
  });
});

describe("go statements", () => {
  const inside = (statements: string) => {
    const match = /^func f\(\) {‹enter 0›([\s\S]*)}$/.exec(body(`func f() {${statements}}`));
    return match?.[1];
  };
  test.each([
    ["go g()", "‹spawn 1›go g()‹spawned›"],
    ["go g(); h()", "‹spawn 1›go g()‹spawned›; h()"],
    ["go g() // c\n", "‹spawn 1›go g()‹spawned› // c\n"],
    ["go g() /* c\n*/; h()", "‹spawn 1›go g()‹spawned› /* c\n*/; h()"],
    ["go g()\r\n", "‹spawn 1›go g()‹spawned›\r\n"],
    ["go\n//c\ng(\n1,\n)\n", "‹spawn 1›go\n//c\ng(\n1,\n)‹spawned›\n"],
    ["L: go g(); goto L", "L: ‹spawn 1›go g()‹spawned›; goto L"],
    ["A: B: go g(); goto A; goto B", "A: B: ‹spawn 1›go g()‹spawned›; goto A; goto B"],
    ["if x { go g() } else { go h() }", "if x { ‹spawn 1›go g()‹spawned› } else { ‹spawn 2›go h()‹spawned› }"],
    [
      "switch { case x: go g(); fallthrough; default: go h() }",
      "switch { case x: ‹spawn 1›go g()‹spawned›; fallthrough; default: ‹spawn 2›go h()‹spawned› }",
    ],
    ["switch x.(type) { case int: go g() }", "switch x.(type) { case int: ‹spawn 1›go g()‹spawned› }"],
    [
      "select { case <-c: go g(); case c <- 1: go h(); default: go i() }",
      "select { case <-c: ‹spawn 1›go g()‹spawned›; case c <- 1: ‹spawn 2›go h()‹spawned›; default: ‹spawn 3›go i()‹spawned› }",
    ],
    ["go func() { go g() }()", "‹spawn 1›go func() {‹enter 2› ‹spawn 3›go g()‹spawned› }()‹spawned›"],
    ["go Map[int, string](l)", "‹spawn 1›go Map[int, string](l)‹spawned›"],
    ["go (*T).m(t)", "‹spawn 1›go (*T).m(t)‹spawned›"],
    ["go close(c)", "‹spawn 1›go close(c)‹spawned›"],
    ['go println("größe", `a\nb`)', '‹spawn 1›go println("größe", `a\nb`)‹spawned›'],
  ])("%j", (source, expected) => {
    expect(inside(source)).toBe(expected);
  });

  test("a go statement right after the brace comes behind the function's hook", () => {
    expect(inside("go g()")).toBe("‹spawn 1›go g()‹spawned›");
  });
});

describe("ends of files", () => {
  test.each([
    ["func f() {} // end", "func f() {‹enter 0›} // end\n"],
    ["func f() {}", "func f() {‹enter 0›}\n"],
    ["func f() {}\r\n", "func f() {‹enter 0›}\r\n\n"],
    ["func f() {} /* end */", "func f() {‹enter 0›} /* end */\n"],
  ])("%j", (source, expected) => {
    const text = instrument(`package p\n${source}`).text!;
    expect(text.slice(0, text.lastIndexOf("var "))).toMatch(/^package p.*\n/);
    expect(short(text.slice(0, text.lastIndexOf("var ")))).toBe(`package p‹import›\n${expected}`);
    expect(text.endsWith("__gotrace.Site\n")).toBe(true);
  });
});

describe("files that are left alone", () => {
  const reason = (source: string, path?: string) => {
    const result = instrument(source, hooks, path);
    expect(result).toMatchObject({ text: null, functions: 0, spawns: 0 });
    return result.fileReason;
  };
  test("without functions there is nothing to say", () => {
    expect(reason("package p\n\nvar x = 1\n")).toBeUndefined();
    expect(reason("package p\n\ntype f func()\n")).toBeUndefined();
  });
  test("not text", () => {
    expect(reason("package p\nfunc f() {\0}")).toBe("contains a NUL character");
    const bytes = Buffer.from('package p\nfunc f() { _ = "\xff" }\n', "latin1");
    expect(instrumentBytes(bytes)).toMatchObject({ text: null, fileReason: "not UTF-8" });
  });
  test("not Go", () => {
    expect(reason("func f() {}\n")).toBe("not Go: no package clause");
    expect(reason("package p\nfunc f() {\n")).toBe("not Go: brackets not closed");
    expect(reason("package p\nfunc f() { ) }\n")).toBe("not Go: unmatched )");
    expect(reason('package p\nfunc f() { "\n" }\n')).toBe("not Go: string not terminated");
    expect(reason("package p\nfunc f() {} /*\n")).toBe("not Go: comment not terminated");
  });
  test("our own names in it", () => {
    const { text } = instrument("package p\nfunc f() {}\n");
    expect(reason(text!)).toBe("uses the name __gotrace");
  });
});
