/**
 * Assertions and thresholds in the formats of CI systems, checked with the schemas and parsers of those that read them.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { parse } from "junit2json";
import { expect, test } from "vitest";
import type { Check } from "../../src/base/check.js";
import { AssertionMeter, diffCalls, parseAssertion } from "../../src/callstats/index.js";
import { checksGithub, checksMarkdown } from "../../src/export/ci/check-comments.js";
import { checksJunit, checksSarif } from "../../src/export/ci/check-reports.js";
import { changeChecks } from "../../src/render/numbers/change-checks.js";
import { verdictChecks } from "../../src/render/numbers/verdicts.js";
import { read, visit } from "../callstats/brute.js";
import { scripted } from "../calltree/script.js";
import { locate, nasty } from "../render/reports.js";

const SCRIPT = `
  0  g10<g1=TestGet { app/db.TestGet
  10 g10 { app/db.Query
  20 g10 }
  30 g10 { app/db.Query
  40 g10 }
  50 g10 }
  60 g11 { app/db.Query
  70 g11 }`;

function verdicts(...texts: string[]): Check[] {
  const recording = read(scripted(SCRIPT));
  const meter = new AssertionMeter(recording.forest, texts.map(parseAssertion));
  visit(recording, meter.visitor);
  return verdictChecks(meter.verdicts());
}

const asserted = verdicts("TestGet: db.Query.calls <= 1", "db.Query.calls == 3", "TestGet: db.Qery.calls < 3");
const hostile: Check = {
  ...{ kind: "Assertion", name: nasty, outcome: "failed", message: `${nasty}\n::stop-commands::x\u001b[31m` },
  ...{ details: [nasty], place: { function: nasty, file: "store/a.go", line: 3 } },
};
const skipped: Check = { ...hostile, outcome: "skipped", details: [], message: "too few runs" };

test("what became of assertions", () => {
  expect(asserted).toMatchObject([
    {
      name: "TestGet: db.Query.calls <= 1 in app/db.TestGet",
      outcome: "failed",
      message: "calls is 2; 1 call of db.Query belongs to no test",
      details: [expect.stringMatching(/^2×, 20.0µs: .*app\/db\.Query$/), expect.stringMatching(/^1×/)],
      place: { function: "app/db.Query", file: "main.go" },
    },
    { name: "db.Query.calls == 3", outcome: "passed", message: "", details: [] },
    { outcome: "failed", message: "no traced function is called db.Qery; did you mean db.Query?" },
  ]);
});

test("what became of thresholds", () => {
  const run = (calls: number, total: number) => [new Map([[0, { calls, total, self: total, panics: 0 }]])];
  const diff = diffCalls(run(3, 100), run(4, 900), () => ({ name: "app/db.Query", path: undefined }), {
    ...{ measure: "total", min: 0 },
  });
  const report = { diff, top: 20, costs: [], notices: [], notJudged: "too few runs" };
  const [change] = diff.changes;
  const exceeded = [{ change: change, measure: "calls" } as const];
  const place = { name: "app/db.Query", file: "db.go", line: 7 };
  expect(changeChecks({ ...report, exceeded }, ["calls", "10%"], () => place)).toMatchObject([
    { kind: "CallChange", name: "calls of app/db.Query", outcome: "failed", message: "3 → 4 (+33.3%)", place },
    { name: "--fail-on 10%", outcome: "skipped", message: "too few runs" },
  ]);
  expect(changeChecks({ ...report, exceeded: [] }, ["calls"], () => place)).toMatchObject([
    { name: "--fail-on calls", outcome: "passed", message: "1 function compared" },
  ]);
});

test("JUnit: a case for each check", async () => {
  const text = [...checksJunit([...asserted, hostile, skipped], { name: "t.gotrace", time: 2e9, locate })].join("");
  expect(text).not.toMatch(/[\0-\x08\x0b-\x1f]/);
  const suites = await parse(text);
  expect(suites).toMatchObject({ tests: 5, failures: 3, skipped: 1 });
  const cases = (suites as { testsuite: { testcase: { name: string; failure?: unknown[] }[] }[] }).testsuite[0]
    .testcase;
  expect(cases.map(({ failure }) => failure !== undefined)).toEqual([true, false, true, true, false]);
  expect(cases[1]).toMatchObject({ name: "db.Query.calls == 3", classname: "gotrace.Assertion" });
});

test("SARIF: a result for each check that failed, with a location", () => {
  const schema = readFileSync(resolve(import.meta.dirname, "../../testdata/sarif/sarif-2.1.0-rtm.5.json"), "utf8");
  const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const valid = ajv.compile(JSON.parse(schema));
  const options = { version: "1.2.3", locate, fallback: "go.mod" };
  const log = JSON.parse([...checksSarif([...asserted, hostile, skipped], options)].join(""));
  valid(log);
  expect(valid.errors ?? []).toEqual([]);
  const [{ results, invocations, tool }] = log.runs;
  expect(results).toHaveLength(3);
  for (const result of results) {
    expect(result.locations).toHaveLength(1);
    expect(tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
  }
  expect(invocations[0].toolExecutionNotifications).toHaveLength(1);
});

test("annotations of GitHub: errors, and nothing in a text is a command", () => {
  const lines = [...checksGithub([...asserted, hostile, skipped], locate)].join("").trimEnd().split("\n");
  expect(lines.map((line) => /^::(\w+) /.exec(line)![1])).toEqual(["error", "error", "error", "warning"]);
  expect(lines.join("")).not.toContain("\x1b");
  const fine = verdicts("db.Query.calls == 3", "db.Query.calls > 0");
  expect([...checksGithub(fine, locate)]).toEqual(["::notice title=gotrace::2 checks passed\n"]);
});

test("Markdown: failed checks first, a row each, within a comment", () => {
  const text = checksMarkdown([...asserted, hostile, skipped], locate);
  expect(text).toMatch(
    /^<!-- gotrace calls -->\n\n### gotrace: 3 of 5 checks failed, 1 not judged\n\n\| \| check \| \|\n/,
  );
  const rows = text.split("\n").filter((line) => /^\| (✅|❌|⚠️)/u.test(line));
  expect(rows.map((row) => [...row][2])).toEqual(["❌", "❌", "❌", "✅", "⚠"]);
  expect(checksMarkdown(Array(5000).fill(hostile), locate).length).toBeLessThan(65_536);
});
