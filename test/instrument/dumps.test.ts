import { expect, test } from "vitest";
import { expandMarkers } from "../../src/instrument/index.js";
import { body, hooks, instrument, markers, short, without } from "./helpers.js";

const source = `package p

//gotrace:dump
func f(n int) int {
	//gotrace:dump
	n++
	if n > 1 {
		//gotrace:dump
		// A comment.
		n++
	}
	switch n {
	case 1,
		2:
		//gotrace:dump
		n--
	default:
		//gotrace:dump
		func() {
			//gotrace:dump
			go g()
		}()
	}
	select {
	case <-c:
		//gotrace:dump

		n = 3
	}
	return n
}
`;

test("a call is inserted before each comment, on the same line", () => {
  const result = instrument(source);
  expect(short(result.text).match(/‹dump›\/\/gotrace:dump\n/g)).toHaveLength(6);
  expect(without(result.text!)).toBe(source);
  expect(result.misplaced).toEqual([
    { name: "//gotrace:dump", line: 3, reason: expect.stringMatching(/before a statement/) },
  ]);
  const marked = expandMarkers(instrument(source, markers).text!);
  expect(marked.match(/__gotrace\.Dump\(\); /g)).toHaveLength(6);
});

test("not where no statement may stand, nor in functions without a hook", () => {
  const places = [
    "func f() { x := []int{\n//gotrace:dump\n1}; _ = x }",
    "func f() int {\nreturn 1\n//gotrace:dump\n}",
    "func f() {\nswitch {\n//gotrace:dump\ncase true:\n}\n}",
    "func f() {\nswitch {\ncase true,\n//gotrace:dump\nfalse:\n}\n}",
    "func f() {\nx := 1 +\n//gotrace:dump\n2\n_ = x }",
    "func f() {\na.\n//gotrace:dump\nb()\n}",
    "func f() { g() //gotrace:dump\ng()\n}",
    "func f() {\nL:\n//gotrace:dump\nfor {\nbreak L\n}\n}",
    "//go:nosplit\nfunc f() {\n//gotrace:dump\ng()\n}",
    "var x = 1\n//gotrace:dump\nvar y = 2\nfunc f() {}",
  ];
  for (const place of places) {
    expect(body(place), place).not.toContain("‹dump›");
    expect(instrument(`package p\n${place}\n`).misplaced, place).toHaveLength(1);
  }
  for (const other of ["// gotrace:dump", "//gotrace:dumps", "/*gotrace:dump*/", 's := "//gotrace:dump"\n_ = s']) {
    const result = instrument(`package p\nfunc f() {\n${other}\ng()\n}\n`);
    expect([short(result.text).includes("‹dump›"), result.misplaced], other).toEqual([false, []]);
  }
});

test("a variable gets the path of a snapshot written now", () => {
  const source = "package p\n\nfunc f() (größe2 string) {\n\t//gotrace:dump \tgröße2 \n\treturn größe2\n}\n";
  const result = instrument(source);
  expect(result.text).toContain("\tgröße2 = __gotrace.DumpNow(); //gotrace:dump \tgröße2 \n");
  expect([without(result.text!), result.misplaced]).toEqual([source, []]);
  expect(expandMarkers(instrument(source, markers).text!)).toContain("\tgröße2 = __gotrace.DumpNow(); ");
});

test("anything but a name after it is reported", () => {
  for (const argument of ["a.b", "*p", "path // why", "because it is slow", "if", "_", "1", '""']) {
    const result = instrument(`package p\nfunc f() {\n//gotrace:dump ${argument}\ng()\n}\n`);
    expect([short(result.text).includes("‹dump›"), result.misplaced], argument).toEqual([
      false,
      [{ name: `//gotrace:dump ${argument}`, line: 3, reason: "only the name of a string variable may follow it" }],
    ]);
  }
  const outside = instrument("package p\n//gotrace:dump path\nfunc f() { g() }\n").misplaced;
  expect(outside).toEqual([
    { name: "//gotrace:dump path", line: 2, reason: expect.stringMatching(/before a statement/) },
  ]);
});

test("a small function that asks for a snapshot is not left out", () => {
  const source = "package p\nfunc f() (s string) {\n//gotrace:dump s\nreturn\n}\nfunc g() {}\n";
  const result = instrument(source, { ...hooks, omitted: { "2:6": "small", "6:6": "small" } });
  expect([result.names, result.skipped.map(({ name }) => name), result.misplaced]).toEqual([["f"], ["g"], []]);
  expect(short(result.text)).toContain("‹dump›");
});
