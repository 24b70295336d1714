import { expect, test } from "vitest";
import type { Flag } from "../../src/cli/flags/parse.js";
import { splitTestWords, type TestLine } from "../../src/cli/flags/test-words.js";

const own: Flag[] = [
  { name: "o", value: "FILE", help: "" },
  { name: "verbose", short: "v", help: "" },
  { name: "depth", value: "N", help: "" },
];

function split(line: string): Partial<TestLine> {
  const parts = splitTestWords(line.split(" ").filter(Boolean), own);
  return Object.fromEntries(Object.entries(parts).filter(([name, words]) => name !== "plain" && words.length > 0));
}

test("gotrace's flags, go's flags, packages, flags again", () => {
  expect(split("--depth 3 -run X -race ./a ./b -tags t -short -o bin")).toEqual({
    own: ["--depth", "3"],
    flags: ["-run=X", "-race", "-tags=t", "-short", "-o=bin"],
    build: ["-race", "-tags=t"],
    before: ["-run", "X"],
    packages: ["./a", "./b"],
    after: ["-short", "-o", "bin"],
  });
});

test("-v is meant for both before the packages, for go alone behind them", () => {
  expect(split("-v .")).toEqual({ own: ["-v"], flags: ["-v"], before: ["-v"], packages: ["."] });
  expect(split(". -v")).toEqual({ flags: ["-v"], packages: ["."], after: ["-v"] });
});

test("flags of the test binary by their own name", () => {
  expect(split("-test.run=X --test.count 2 .")).toEqual({
    flags: ["-run=X", "-count=2"],
    before: ["-test.run=X", "--test.count", "2"],
    packages: ["."],
  });
  expect(split("-test.json .")).toEqual({ after: ["-test.json", "."] });
});

test("a flag that go does not know ends the packages and may take a word", () => {
  expect(split("-extra given -short lit -race")).toEqual({
    flags: ["-short"],
    after: ["-extra", "given", "-short", "lit", "-race"],
  });
  expect(split("-extra=given . -short")).toEqual({ after: ["-extra=given", ".", "-short"] });
  expect(split("./a -extra --depth 3")).toEqual({ packages: ["./a"], after: ["-extra", "--depth", "3"] });
});

test("-args and -- take all that follows", () => {
  expect(split("-args -tags no")).toEqual({ after: ["-args", "-tags", "no"] });
  expect(split("./a -short -args -count 3")).toEqual({
    flags: ["-short"],
    packages: ["./a"],
    after: ["-short", "-args", "-count", "3"],
  });
  expect(split("./a -- -race")).toEqual({ packages: ["./a"], after: ["--", "-race"] });
  expect(split("./a -short x -race")).toEqual({
    flags: ["-short"],
    packages: ["./a"],
    after: ["-short", "x", "-race"],
  });
});

test("a missing value is left to go; what is no word of gotrace is kept as written", () => {
  expect(split(". -tags")).toMatchObject({ flags: ["-tags="], packages: ["."], after: ["-tags"] });
  expect(splitTestWords(["--depth", "3", "-race", ".", "-run", "X", "-args", "y"], own).plain).toEqual([
    "-race",
    ".",
    "-run",
    "X",
    "-args",
    "y",
  ]);
});
