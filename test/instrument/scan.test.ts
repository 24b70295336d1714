import { expect, test } from "vitest";
import { closeOf, scan } from "../../src/instrument/scan.js";

const declarations = (text: string) => scan(text).declarations.map(({ start, end }) => text.slice(start, end));

test.each([
  ["package p\nimport `x`\n", ["package p", "import `x`"]],
  ["package p;import `x`;;\n;func f() {};", ["package p", "import `x`", "func f() {}"]],
  ["package\np\n\nvar\nx\n= 1\n", ["package\np", "var\nx", "= 1"]],
  ["var x = 1 +\n2\nvar y = f(\n1,\n)\n", ["var x = 1 +\n2", "var y = f(\n1,\n)"]],
  ["func f(\n) // c\nfunc g() /* a\n*/ func h()", ["func f(\n)", "func g()", "func h()"]],
  ["func f() /* a */ { }", ["func f() /* a */ { }"]],
  ["type T struct {\n a int\n}\n", ["type T struct {\n a int\n}"]],
  [
    "var a = '\\''; var b = '\"'; var c = \"\\\"\\\\\"; var d = `\\`",
    ["var a = '\\''", "var b = '\"'", 'var c = "\\"\\\\"', "var d = `\\`"],
  ],
  ["var x = 0x1p-2\nvar y = 1.5e+3i\nvar z = a.b", ["var x = 0x1p-2", "var y = 1.5e+3i", "var z = a.b"]],
  ["\uFEFFpackage p // c", ["package p"]],
  ["func größe() {}\nvar ñ = 世界", ["func größe() {}", "var ñ = 世界"]],
])("declarations of %j", (text, expected) => {
  expect(declarations(text)).toEqual(expected);
});

test("keywords are whole words outside comments and strings", () => {
  const text =
    'func f() { go g(); gogo(); x.gox = `go func` /* go func */; funcs() // func\n _ = "func"; go func() {}() }';
  const { funcs, gos } = scan(text);
  expect(funcs.map((at) => text.slice(at, at + 8))).toEqual(["func f()", "func() {"]);
  expect(gos.map((at) => text.slice(at, at + 6))).toEqual(["go g()", "go fun"]);
});

test("braces are matched", () => {
  const text = "func f() { if x[0] { '}' } ; T{}}";
  const scanned = scan(text);
  const pairs = scanned.opens.map((open) => text.slice(open, closeOf(scanned, open) + 1));
  expect(pairs).toEqual(["{ if x[0] { '}' } ; T{}}", "{ '}' }", "{}"]);
  expect(closeOf(scanned, 0)).toBe(-1);
});

test("line directives", () => {
  const text = "//line a.go:1\n //line b.go:1\nx /*line c.go:2:3*/ /*line\n:1*/ // line d\n//line e.go:7\r\ny";
  expect(scan(text).lineDirectives.map(({ text: directive, next }) => [directive, text.slice(next, next + 2)])).toEqual(
    [
      ["a.go:1", " /"],
      ["c.go:2:3", " /"],
      ["e.go:7", "y"],
    ],
  );
});
