import { expect, test } from "vitest";
import { renderGithub } from "../../src/export/ci/findings-github.js";
import { finding, locate, report } from "./reports.js";

const lines = (...reports: Parameters<typeof renderGithub>[0][number][]) =>
  [...renderGithub(reports, { locate })].join("").trimEnd().split("\n");

/** Reads a command as GitHub's runner does: split first, then decode. */
function read(line: string) {
  const match = /^::(\w+) (.*?)::(.*)$/.exec(line)!;
  const data = (text: string) => text.replace(/%0D/g, "\r").replace(/%0A/g, "\n").replace(/%25/g, "%");
  const property = (text: string) => data(text.replace(/%3A/g, ":").replace(/%2C/g, ","));
  const properties = Object.fromEntries(
    match[2].split(",").map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at), property(pair.slice(at + 1))];
    }),
  );
  return { kind: match[1], ...properties, message: data(match[3]) };
}

test("a finding is one line that the runner reads back", () => {
  const [line, ...rest] = lines(report());
  expect(rest).toEqual([]);
  expect(read(line)).toEqual({
    kind: "error",
    file: "store/a file,#1:é.go",
    line: "42",
    title: "Lock contention",
    message: `${finding().message}\n${finding().suggestion}`,
  });
});

test("severities are errors, warnings and notices; without a place there is no file", () => {
  const { site: _, ...nowhere } = finding({ severity: "info", stack: [] });
  const found = lines(report({ findings: [finding({ severity: "warn" }), nowhere] })).map(read);
  expect(found.map(({ kind }) => kind)).toEqual(["warning", "notice"]);
  expect(found[1]).not.toHaveProperty("file");
});

test("ten of a kind are shown, the worst first, and the rest is counted", () => {
  const many = (severity: "error" | "warn" | "info", count: number) =>
    Array.from({ length: count }, () => finding({ severity }));
  const found = lines(
    report({ findings: [...many("error", 11), ...many("warn", 13), ...many("info", 12)] }),
    report({ path: "b.trace", findings: many("error", 2), warning: "cut off" }),
  ).map(read);
  const count = (kind: string) => found.filter((line) => line.kind === kind).length;
  expect([count("error"), count("warning"), count("notice")]).toEqual([10, 10, 10]);
  expect(found.at(-1)!.message).toContain("3 errors, 4 warnings, 3 notices more");
});

test("exactly ten need no notice about the rest", () => {
  const findings = Array.from({ length: 10 }, () => finding());
  expect(lines(report({ findings })).map((line) => read(line).kind)).toEqual(Array(10).fill("error"));
});

test("no findings are said, so that a green step is no riddle", () => {
  expect(lines(report({ findings: [], suppressed: 3 }))).toEqual([
    "::notice title=gotrace::no findings in 1 trace, 3 known in the baseline",
  ]);
});

test("a failed budget is an error", () => {
  const budgets = [{ expression: "sched.p99 < 2ms", actual: 3e6, limit: 2e6, unit: "ns", ok: false } as const];
  expect(read(lines(report({ findings: [], budgets }))[0])).toMatchObject({
    kind: "error",
    message: "sched.p99 < 2ms: measured 3ms",
  });
});
