import { expect, test } from "vitest";
import { instrument } from "./helpers.js";

function left(source: string): string[] {
  return instrument(`package p\n${source}`).skipped.map(({ name }) => name);
}

test("small functions that call one which recovers get no hook", () => {
  expect(left("func r() { recover() }\nfunc f(int) { r() }\nfunc g() { defer f(1) }\n")).toEqual(["f"]);
  expect(left("func (s *S) r() { if e := recover(); e != nil { p(e) } }\nfunc (s *S) f() { s.r() }\n")).toEqual([
    "(*S).f",
  ]);
  expect(left("func r() { recover() }\nfunc m() { r() }\nfunc f(int) { m() }\n")).toEqual(["m", "f"]);
  expect(left("func r() { recover() }\nfunc f() { defer func(int) { r() }(1) }\n")).toEqual(["f.func1"]);
});

test("others have one", () => {
  expect(left("func r() { recover() }\nfunc f() { defer r(); defer s.x.r(); go r() }\n")).toEqual([]);
  expect(left("func r() { recover() }\nfunc f() { defer func() { r() }() }\n")).toEqual([]);
  expect(left("func r() { defer func() { recover() }() }\nfunc f() { r() }\n")).toEqual([]);
  expect(left('func r() { p("recover()") /* recover() */ }\nfunc f() { r() }\n')).toEqual([]);
  expect(left("func r() { x.recover(); recover(1) }\nfunc f() { r() }\n")).toEqual([]);
  expect(left(`func r() { recover() }\nfunc f() { r(); ${"work(); ".repeat(60)} }\n`)).toEqual([]);
});
