import { expect, test } from "vitest";
import { buildFlags, testFlags } from "../../src/cli/flags/go-flags.js";
import { type Flag, misplacedHint, parseFlags } from "../../src/cli/flags/parse.js";

const flags: Flag[] = [
  { name: "o", value: "FILE", help: "" },
  { name: "verbose", short: "v", help: "" },
  { name: "include", value: "P", repeats: true, help: "" },
  ...buildFlags,
];

function parse(line: string, anywhere = false) {
  return parseFlags("run", flags, line.split(" "), anywhere);
}

test("what follows the package belongs to the program", () => {
  const parsed = parse("-race -v ./cmd/x -race -v --help");
  expect(parsed.go).toEqual(["-race"]);
  expect(parsed.rest).toEqual(["./cmd/x", "-race", "-v", "--help"]);
  expect(parsed.has("verbose")).toBe(true);
});

test("one dash or two, value attached or next", () => {
  expect(parse("-tags=a --tags b -o=x .").go).toEqual(["-tags=a", "-tags=b"]);
  expect(parse("-o x .").string("o")).toBe("x");
  expect(parse("--o=x .").string("o")).toBe("x");
  expect(parse("-ldflags -s .").go).toEqual(["-ldflags=-s"]);
});

test("boolean Go flags keep a value they were given", () => {
  expect(parse("-buildvcs=false -race=true .").go).toEqual(["-buildvcs=false", "-race"]);
});

test("-- ends the flags", () => {
  expect(parse("-v -- -x y").rest).toEqual(["-x", "y"]);
});

test("repeated and comma-separated values", () => {
  expect(parse("--include a,b --include c .").list("include")).toEqual(["a", "b", "c"]);
});

test("flags may follow files where a command says so", () => {
  const parsed = parse("a.gotrace -v b.gotrace -o out", true);
  expect(parsed.rest).toEqual(["a.gotrace", "b.gotrace"]);
  expect(parsed.string("o")).toBe("out");
});

test("unknown flags are refused with a hint", () => {
  expect(() => parse("--inclde x .")).toThrow(
    expect.objectContaining({ code: 64, advice: expect.stringContaining("--include") }),
  );
  expect(() => parse("-o")).toThrow(expect.objectContaining({ message: "flag needs a value: -o FILE" }));
});

test("no flag stands in two tables", () => {
  const names = [...buildFlags, ...testFlags].map((flag) => flag.name);
  expect(new Set(names).size).toBe(names.length);
});

test("a flag after the package: who gets it", () => {
  const flags = [{ name: "top", value: "N", help: "" }];
  const hint = "--top comes after the package, so it goes to go test; gotrace's own flags go before the package";
  expect(misplacedHint(["--top", "4"], flags, "go test")).toBe(hint);
  expect(misplacedHint(["--", "--top", "4"], flags, "go test")).toBe(undefined);
});
