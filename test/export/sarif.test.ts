import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { renderSarif, type SarifOptions } from "../../src/export/ci/findings-sarif.js";
import type { TraceReport } from "../../src/rules/finding.js";
import { finding, frame, locate, nasty, report } from "../render/reports.js";

const schema = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../../testdata/sarif/sarif-2.1.0-rtm.5.json"), "utf8"),
);
const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const valid = ajv.compile(schema);

// biome-ignore lint/suspicious/noExplicitAny: read as any consumer would
type Log = any;

function sarif(reports: readonly TraceReport[], options: Partial<SarifOptions> = {}): Log {
  const log = JSON.parse(
    [...renderSarif(reports, { version: "1.2.3", locate, fallback: "go.mod", ...options })].join(""),
  );
  valid(log);
  expect(valid.errors ?? []).toEqual([]);
  return log;
}

const budget = { expression: "sched.p99 < 2ms", actual: 3e6, limit: 2e6, unit: "ns", ok: false } as const;

test("the schema refuses what is no SARIF", () => {
  expect(valid({ version: "2.1.0", runs: [{ tool: {} }] })).toBe(false);
});

test("a finding is a result with a place in the repository, both stacks and a stable fingerprint", () => {
  const [run] = sarif([report()]).runs;
  const [result] = run.results;
  expect(result).toMatchObject({
    ruleId: "MutexContention",
    ruleIndex: 0,
    level: "error",
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: "store/a%20file%2C%231%3A%C3%A9.go", uriBaseId: "%SRCROOT%" },
          region: { startLine: 42 },
        },
        logicalLocations: [{ fullyQualifiedName: nasty }],
      },
    ],
    relatedLocations: [{ physicalLocation: { artifactLocation: { uri: "store/refill.go" } } }],
    partialFingerprints: { "gotrace/v1": "9f86d081884c7d65" },
    occurrenceCount: 15,
  });
  expect(result.stacks.map((stack: Log) => stack.frames.length)).toEqual([2, 1]);
  // A path of this machine means nothing elsewhere.
  expect(JSON.stringify(run.results)).not.toContain("/usr/local");
  expect(run.tool.driver.rules.map((rule: Log) => rule.id)).toEqual(["MutexContention"]);
});

test("severities are levels", () => {
  const findings = (["error", "warn", "info"] as const).map((severity) => finding({ severity }));
  expect(sarif([report({ findings })]).runs[0].results.map((result: Log) => result.level)).toEqual([
    "error",
    "warning",
    "note",
  ]);
});

test("without a site the first frame in the repository is the place, and without any the fallback", () => {
  const { site: _, waker: __, ...bare } = finding();
  const gc = { ...bare, stack: [frame("runtime.gcStart", "/usr/local/go/src/runtime/mgc.go", 700)] };
  const deep = { ...bare, stack: [...gc.stack, frame("main.main", "/src/shop/main.go", 3)] };
  const uris = sarif([report({ findings: [deep, gc] })]).runs[0].results.map(
    (result: Log) => result.locations[0].physicalLocation.artifactLocation.uri,
  );
  expect(uris).toEqual(["main.go", "go.mod"]);
  expect(sarif([report({ findings: [gc] })], { fallback: undefined }).runs[0].results[0].locations).toBeUndefined();
});

test("several traces are one run; cut traces are notifications; failed budgets are results, also without numbers", () => {
  const log = sarif([
    report({ path: "a.trace", warning: "cut off after 3 MiB" }),
    report({ path: "b.trace", budgets: [budget, { ...budget, actual: Number.NaN }, { ...budget, ok: true }] }),
  ]);
  expect(log.runs).toHaveLength(1);
  expect(log.runs[0].results.map((result: Log) => `${result.properties.trace} ${result.ruleId}`)).toEqual([
    "b.trace Budget",
    "b.trace Budget",
    "a.trace MutexContention",
    "b.trace MutexContention",
  ]);
  expect(log.runs[0].invocations[0].toolExecutionNotifications).toEqual([
    { level: "warning", message: { text: "a.trace: cut off after 3 MiB" } },
  ]);
});

test("no findings are an empty run", () => {
  expect(sarif([report({ findings: [] })]).runs[0].results).toEqual([]);
  expect(sarif([]).runs[0].results).toEqual([]);
});

test("of more than 25,000 results the worst stay, and the run says how many are missing", () => {
  const some = (count: number, severity: "warn" | "error") =>
    report({ findings: Array.from({ length: count }, () => finding({ severity })) });
  const text = [
    ...renderSarif([some(20_000, "warn"), some(6_000, "error")], { version: "1", locate, fallback: undefined }),
  ].join("");
  const [run] = JSON.parse(text).runs;
  expect(run.results).toHaveLength(25_000);
  expect(run.results.filter((result: Log) => result.level === "error")).toHaveLength(6_000);
  expect(run.invocations[0].toolExecutionNotifications[0].message.text).toContain("1,000 further results");
});
