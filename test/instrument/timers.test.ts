import { expect, test } from "vitest";
import { scan } from "../../src/instrument/scan.js";
import { findTimers } from "../../src/instrument/timers.js";
import { instrument, short, without } from "./helpers.js";

function timers(source: string): string[] {
  return findTimers(source, scan(source).declarations).map(({ start, end }) => source.slice(start, end));
}

test("the second argument of time.AfterFunc", () => {
  expect(timers('import "time"\ntime.AfterFunc(d, f)')).toEqual(["f"]);
  expect(timers('import "time"\ntime.AfterFunc(time.Duration(n, m), s.stop )')).toEqual(["s.stop"]);
  expect(timers('import "time"\ntime.AfterFunc(d,\n\tfunc() { a, b(") ,") },\n)')).toEqual(['func() { a, b(") ,") }']);
  expect(timers('import (\n\tclock "time"\n)\nclock.AfterFunc(d /* , */, f /* ) */)')).toEqual(["f"]);
  expect(timers('import "time"\ntime.AfterFunc(d, f); time.AfterFunc(e, g)')).toEqual(["f", "g"]);
});

test("nothing else", () => {
  expect(timers('import "time"\nx.time.AfterFunc(d, f)')).toEqual([]);
  expect(timers('import "time"\ncontext.AfterFunc(ctx, f)')).toEqual([]);
  expect(timers('import ("context"; t "time")\ncontext.AfterFunc(ctx, f); t.AfterFunc(d, g)')).toEqual(["f", "g"]);
  expect(timers('import "mock/time"\ntime.AfterFunc(d, f)')).toEqual([]);
  expect(timers('import "time"\n// time.AfterFunc(d, f)\n"time.AfterFunc(d, f)"')).toEqual([]);
  expect(timers('import "time"\ntime.AfterFunc(both())\nf := time.AfterFunc')).toEqual([]);
});

test("a declaration in which the package's name means something else", () => {
  const head = 'import "time"\n';
  const kept = "func f() { time.AfterFunc(1, a); _ = T{time: time.Now()}; x.time = 1; time: for {} }\n";
  for (const other of [
    "func (time clock) f() {",
    "func f(n int, time clock) {",
    "func f() { time := c;",
    "func f() { var time c;",
  ]) {
    expect(timers(`${head}${other} time.AfterFunc(1, b) }\n${kept}`), other).toEqual(["a"]);
  }
});

test("hooks of argument and literal stand side by side", () => {
  const source = `package p

import "time"

func f() {
	go time.AfterFunc(1, func() { go g() })
	time.AfterFunc(1, func() {})
}
`;
  const { text } = instrument(source);
  expect(short(text)).toBe(`package p‹import›

import "time"

func f() {‹enter 0›
	‹spawn 1›go time.AfterFunc(1, ‹after 2›func() {‹enter 3› ‹spawn 4›go g()‹spawned› }‹end›)‹spawned›
	time.AfterFunc(1, ‹after 5›func() {‹enter 6›}‹end›)
}
‹table 7›`);
  expect(without(text!)).toBe(source);
});
