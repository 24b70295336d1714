import { describe, expect, test } from "vitest";
import { expandMarkers } from "../../src/instrument/markers.js";
import { body, hooks, instrument, markers } from "./helpers.js";

const file = (source: string) => `import "testing"\n${source}`;
const after = (source: string) => body(file(source)).replace('import "testing"\n', "").trim();

describe("functions that take a test", () => {
  test.each([
    ["func TestA(t *testing.T) {}", "func TestA(t *testing.T) {‹enter 0 t›}"],
    ["func BenchmarkA(b *testing.B) {}", "func BenchmarkA(b *testing.B) {‹enter 0 b›}"],
    ["func (s *S) a( tt * testing . F, n int) {}", "func (s *S) a( tt * testing . F, n int) {‹enter 0 tt›}"],
    ["func A(_ *testing.T) {}", "func A(_gotrace *testing.T) {‹enter 0 _gotrace›}"],
    ["func A(*testing.T) {}", "func A(_gotrace *testing.T) {‹enter 0 _gotrace›}"],
    ["var f = func(t *testing.T, n int) {}", "var f = func(t *testing.T, n int) {‹enter 0 t›}"],
    [
      "func A() { run(func(_ *testing.T) {}) }",
      "func A() {‹enter 0› run(func(_gotrace *testing.T) {‹enter 1 _gotrace›}) }",
    ],
    // Other helpers, and other packages.
    ["func A(t testing.TB) {}", "func A(t testing.TB) {‹enter 0›}"],
    ["func A(n int, t *testing.T) {}", "func A(n int, t *testing.T) {‹enter 0›}"],
    ["func A(*testing.T, int) {}", "func A(*testing.T, int) {‹enter 0›}"],
    ["func A(t *testing.Time) {}", "func A(t *testing.Time) {‹enter 0›}"],
  ])("%s", (source, expected) => {
    expect(after(source)).toBe(expected);
  });
});

test("the package is known by the name that it is imported by", () => {
  const source = 'import tt "testing"\nfunc A(t *tt.T) {}\nfunc B(t *testing.T) {}';
  expect(body(source)).toContain("func A(t *tt.T) {‹enter 0 t›}\nfunc B(t *testing.T) {‹enter 1›}");
  expect(body('import "mock/testing"\nfunc A(t *testing.T) {}')).toContain("{‹enter 0›}");
});

test("markers become the same text", () => {
  const source = `package p\n${file("func A(_ *testing.T) { go f(); g(func(*testing.T) {}) }\nfunc B(t *testing.B) {}\n")}`;
  const withoutLines = (text: string) => text.replace(/\/\*line :\d+:\d+\*\//g, "");
  expect(withoutLines(expandMarkers(instrument(source, markers).text!))).toBe(instrument(source, hooks).text);
});
