import { describe, expect, test } from "vitest";
import { body, instrument } from "./helpers.js";

const gaps = (source: string) =>
  instrument(`package p\n${source}`).grammarGaps.map(({ name, line }) => `${name}:${line}`);

describe("syntax newer than the grammar that is read nevertheless", () => {
  test.each([
    ["func f() { x := new(1); go g() }", "func f() {‹enter 0› x := new(1); ‹spawn 1›go g()‹spawned› }"],
    ["var x = new(func() int { return 1 }())", "var x = new(func() int {‹enter 0› return 1 }())"],
    [
      "var x = new(f(new(T{1}), new([]T), func() { _ = new(-1) }))",
      "var x = new(f(new(T{1}), new([]T), func() {‹enter 0› _ = new(-1) }))",
    ],
    [
      "func f() { _ = new([2]int{1, 2}) ; _ = new(chan int) }",
      "func f() {‹enter 0› _ = new([2]int{1, 2}) ; _ = new(chan int) }",
    ],
    [
      "func f() { new := func(a, b int) {}; new(1, 2) }",
      "func f() {‹enter 0› new := func(a, b int) {‹enter 1›}; new(1, 2) }",
    ],
    [
      "func (t T) M[P any, Q interface{ N(func()) }](p P) { go g() }",
      "func (t T) M[P any, Q interface{ N(func()) }](p P) {‹enter 0› ‹spawn 1›go g()‹spawned› }",
    ],
    ["func (t *T[A]) M[\n\tP any,\n](p P) {}", "func (t *T[A]) M[\n\tP any,\n](p P) {‹enter 0›}"],
    ["var x = interface{ M() }.M\nfunc f() {}", "var x = interface{ M() }.M\nfunc f() {‹enter 0›}"],
    [
      "func f() { g := (interface {\n\tM(func())\n}).M; g(t) }",
      "func f() {‹enter 0› g := (interface {\n\tM(func())\n}).M; g(t) }",
    ],
    [
      "func f() { switch ; { default: go g() }; if ; x {} }",
      "func f() {‹enter 0› switch ; { default: ‹spawn 1›go g()‹spawned› }; if ; x {} }",
    ],
    [
      "func f() {; go g();; h()\n; switch x { case 1:; go h() }; for ;; {; go h() } }",
      "func f() {‹enter 0›; ‹spawn 1›go g()‹spawned›;; h()\n; switch x { case 1:; ‹spawn 2›go h()‹spawned› }; " +
        "for ;; {; ‹spawn 3›go h()‹spawned› } }",
    ],
    ["func f() { goto M; L: M: }", "func f() {‹enter 0› goto M; L: M: }"],
    [
      "func f() { for i := range 10 { go g(i) }; for range seq {}; _ = min(1, 2); clear(m) }",
      "func f() {‹enter 0› for i := range 10 { ‹spawn 1›go g(i)‹spawned› }; for range seq {}; _ = min(1, 2); clear(m) }",
    ],
    ["type A[P any] = B[P]\nfunc f() {}", "type A[P any] = B[P]\nfunc f() {‹enter 0›}"],
  ])("%s", (source, expected) => {
    expect(gaps(source)).toEqual([]);
    expect(body(source)).toBe(expected);
  });
});

describe("syntax that nobody knows costs its declaration", () => {
  test.each([
    [
      "func a() {}\nfunc b() { x ?? y; go a() }\nfunc c() { go a() }",
      ["b:3"],
      "func a() {‹enter 0›}\nfunc b() { x ?? y; go a() }\nfunc c() {‹enter 1› ‹spawn 2›go a()‹spawned› }",
    ],
    [
      "func (s *S) b() { x ?? y }\nvar c = func() {}",
      ["(*S).b:2"],
      "func (s *S) b() { x ?? y }\nvar c = func() {‹enter 0›}",
    ],
    [
      "var (\n\ta = func() {}\n\tb = func() { x ?? y }\n\tc = func() {}\n)",
      ["var b:4"],
      "var (\n\ta = func() {‹enter 0›}\n\tb = func() { x ?? y }\n\tc = func() {‹enter 1›}\n)",
    ],
    [
      "type T struct { f func() ?? }\nvar c = func() {}",
      [],
      "type T struct { f func() ?? }\nvar c = func() {‹enter 0›}",
    ],
    ["future T { f func() }\nfunc f() {}", ["future T:2"], "future T { f func() }\nfunc f() {‹enter 0›}"],
  ])("%j", (source, expectedGaps, expected) => {
    expect(gaps(source)).toEqual(expectedGaps);
    expect(body(source)).toBe(expected);
  });

  test("directives still count", () => {
    const { skipped } = instrument("package p\nfunc a() { x ?? y }\n//go:nosplit\nfunc b() {}\nfunc c() {}\n");
    expect(skipped).toEqual([{ name: "b", line: 4, reason: "//go:nosplit" }]);
  });
});
