/** Thresholds, configuration, budgets, baselines: which inputs are accepted, and the messages for the others. */
import { expect, test } from "vitest";
import { renderGithub } from "../../src/export/ci/findings-github.js";
import { renderJunit } from "../../src/export/ci/findings-junit.js";
import { renderMarkdown } from "../../src/export/ci/findings-markdown.js";
import { renderSarif } from "../../src/export/ci/findings-sarif.js";
import { findingsTable } from "../../src/render/findings/table.js";
import { plainWidth } from "../../src/render/style.js";
import {
  analyzeTrace,
  applyBaseline,
  baselineText,
  failing,
  parseBaseline,
  parseBudget,
  parseConfig,
  rankTraces,
  selectFindings,
  settingsOf,
} from "../../src/rules/index.js";
import { analyze, recording } from "./fixtures.js";

const limits = (rule: string, changes: string[] = [], config = {}) =>
  settingsOf(config, ".gotrace.yaml", changes, []).settings.get(rule);

test("thresholds with units", () => {
  expect(limits("GCPauseSpike")).toEqual({ warn: 5e6, error: 50e6, times: 8 });
  expect(limits("GCPauseSpike", ["GCPauseSpike.warn=500us"])).toMatchObject({ warn: 5e5 });
  expect(limits("HeapGrowthSpike", ["HeapGrowthSpike.warn=64MiB", "HeapGrowthSpike.warnRate=10MiB/s"])).toMatchObject({
    warn: 64 * 2 ** 20,
    warnRate: 10 * 2 ** 20,
  });
  expect(limits("LockConvoy", ["LockConvoy.warn=5%", "LockConvoy.waiters=8"])).toMatchObject({
    warn: 0.05,
    waiters: 8,
  });
  expect(limits("Oversubscription", ["Oversubscription.warn=2x"])).toMatchObject({ warn: 2 });
});

test("rules go off and on; the command line comes last", () => {
  expect(limits("GCAssist", ["GCAssist=off"])).toBeUndefined();
  expect(limits("GCAssist", [], { rules: { GCAssist: "off" } })).toBeUndefined();
  expect(limits("GCAssist", [], { rules: { GCAssist: false } })).toBeUndefined();
  const config = { rules: { GCAssist: { warn: "2ms" } } };
  expect(limits("GCAssist", [], config)).toMatchObject({ warn: 2e6 });
  expect(limits("GCAssist", ["GCAssist.warn=3ms"], config)).toMatchObject({ warn: 3e6 });
  expect(limits("GCAssist", ["GCAssist=off", "GCAssist=on"], config)).toMatchObject({ warn: 1e6 });
});

const refused = (f: () => unknown) => {
  try {
    f();
  } catch (error) {
    return `${(error as Error).message} | ${(error as { advice: string }).advice}`;
  }
  return "accepted";
};

test("what does not exist is refused with a hint", () => {
  const set = (text: string) => refused(() => limits("", [text]));
  expect(set("GCPauseSpik.warn=1ms")).toBe("--set: there is no rule GCPauseSpik | did you mean GCPauseSpike?");
  expect(set("Nonsense=off")).toMatch(/no rule Nonsense \| the rules are GCPauseSpike, /);
  expect(set("GCPauseSpike.wran=1ms")).toBe("--set: GCPauseSpike has no threshold wran | did you mean warn?");
  expect(set("GCPauseSpike.toString=1ms")).toMatch(/no threshold toString \| it has warn, error/);
  expect(set("GCPauseSpike.warn=5")).toMatch(/"5" is not valid \| use a duration .* the default is 5ms/);
  expect(set("LockConvoy.waiters=2.5")).toMatch(/is not valid \| use a whole number/);
  expect(set("GCPauseSpike")).toMatch(/is not a valid setting/);
  expect(set("GCPauseSpike=maybe")).toMatch(/use GCPauseSpike=off/);
  expect(set("GCPauseSpike.warn=80ms")).toBe(
    "GCPauseSpike.warn (80ms) is above GCPauseSpike.error (50ms) | set GCPauseSpike.error too",
  );
  expect(set("GCPauseSpike.warn=50ms,GCPauseSpike.error=60ms")).not.toBe("accepted"); // one flag, one setting
});

test("configurations", () => {
  expect(parseConfig(undefined, "f")).toEqual({});
  const whole = {
    module: "example.com/app",
    "fail-on": "error",
    severity: "warn",
    top: 3,
    baseline: "known.json",
    rules: { GCAssist: { warn: "1ms", error: 5 } },
    budgets: ["sched.p99 < 2ms"],
  };
  expect(parseConfig(whole, "f")).toEqual(whole);
  const bad = (value: unknown) => refused(() => parseConfig(value, "f"));
  expect(bad({ budget: [] })).toBe("f: there is no setting budget | did you mean budgets?");
  expect(bad({ xyz: 1 })).toMatch(/no setting xyz \| it may hold module, fail-on/);
  expect(bad({ "fail-on": "info" })).toMatch(/fail-on is not valid: "info" \| it must be warn, error or never/);
  expect(bad({ top: 0 })).toMatch(/top is not valid/);
  expect(bad({ rules: { GCAssist: 3 } })).toMatch(/rules\.GCAssist is not valid.* thresholds such as/);
  expect(bad({ rules: { GCAssist: { warn: [] } } })).toMatch(/rules\.GCAssist/);
  // Names of members of Object are ordinary names.
  expect(bad(JSON.parse('{"rules":{"constructor":"off"}}'))).toMatch(/f: there is no rule constructor \|/);
  expect(bad(JSON.parse('{"rules":{"__proto__":"off"}}'))).toMatch(/no rule __proto__/);
  expect(bad(JSON.parse('{"rules":{"GCAssist":{"constructor":"5ms"}}}'))).toMatch(/GCAssist has no threshold constr/);
  expect(bad(JSON.parse('{"constructor":1}'))).toMatch(/no setting constructor/);
  expect(bad([1])).toMatch(/the file is not valid|no setting/);
  expect(bad("text")).toMatch(/the file is not valid/);
});

test("budgets", () => {
  expect(parseBudget("sched.p99 < 2ms")).toMatchObject({ measure: "sched.p99", unit: "ns", limit: 2e6 });
  expect(parseBudget("heap.max<=512MiB")).toMatchObject({ limit: 512 * 2 ** 20, expression: "heap.max<=512MiB" });
  expect(parseBudget("gc.pause.p99.9 < 5ms")).toMatchObject({ measure: "gc.pause.p99.9" });
  expect(parseBudget("goroutines.max < 1000").holds(1000)).toBe(false);
  expect(parseBudget("gc.cycles >= 2").holds(2)).toBe(true);
  const bad = (text: string) => refused(() => parseBudget(text));
  expect(bad("sched.p9 < 2ms")).toMatch(/no measure sched\.p9 \| did you mean sched\.p90\?|sched\.p99\?/);
  expect(bad("sched.p99 2ms")).toMatch(/is not a valid budget \| write it as/);
  expect(bad("sched.p99 < 2")).toMatch(/2 is not a valid value of sched\.p99 \| use a duration/);
  expect(bad("what.ever < 2")).toMatch(/for instance sched\.p99/);
});

test("budgets are measured", () => {
  const budgets = [
    "mutex.max < 10ms",
    "mutex.count >= 24",
    "gc.pause.max < 1ns",
    "goroutines.max < 100",
    "gc.cycles < 1",
  ];
  const report = analyze("MutexContention", "fires", { budgets: budgets.map(parseBudget) });
  expect(report.budgets.map(({ ok }) => ok)).toEqual([false, true, false, true, true]);
  expect(failing({ ...report, findings: [], budgets: [report.budgets[2]] }, "error")).toBe(true);
  expect(report.budgets[0].actual).toBe(report.findings.find((one) => one.site?.function === "main.forgotten")!.worst);
  expect(report.budgets[2].actual).toBeNaN();
});

test("a number that was not measured breaks its budget in every format, unless the budget says `if any`", async () => {
  const budgets = ["gc.pause.max < 1s", "gc.pause.max < 1s if any", "gc.pause.total < 1s"].map(parseBudget);
  const report = analyze("HighSchedulingLatency", "quiet", { budgets });
  expect(report.budgets.map(({ ok }) => ok)).toEqual([false, true, true]);
  const locate = () => undefined;
  const junit = [...renderJunit([report], { locate })].join("");
  expect(junit).toContain('tests="3" failures="1"');
  expect(junit).toContain('message="not measured, the limit is 1s"');
  expect([...renderGithub([report], { locate })].join("")).toMatch(/^::error title=Budget broken::.* not measured$/m);
  const sarif = JSON.parse([...renderSarif([report], { version: "1", locate })].join(""));
  expect(sarif.runs[0].results.map((one: { ruleId: string }) => one.ruleId)).toEqual(["Budget"]);
  expect(renderMarkdown([report], { locate })).toMatch(/❌ \| `gc.pause.max < 1s` \| not measured/);
  const style = { colour: false, width: undefined, widthOf: plainWidth };
  expect([...findingsTable([report], style)].join("")).toMatch(/budget broken +gc.pause.max < 1s +\(not measured\)/);
});

test("a trace of which no generation can be read is refused", () => {
  const whole = recording("MutexContention", "fires");
  for (const length of [16, 68, 1500]) {
    expect(refused(() => analyzeTrace([whole.subarray(0, length)], { path: "" }))).toMatch(
      /^nothing of the trace can be read: .* \| Copy it again/,
    );
  }
});

test("a baseline knows what was found, and nothing else", () => {
  const report = analyze("MutexContention", "fires");
  const text = baselineText(report.findings);
  const known = parseBaseline(text, "f");
  const rest = applyBaseline(report, known);
  expect(rest).toMatchObject({ findings: [], suppressed: report.findings.length });
  expect(failing(rest, "warn")).toBe(false);
  expect(applyBaseline(analyze("BlockedOnSyscall", "fires"), known)).toMatchObject({ suppressed: 0 });
  expect(baselineText([...report.findings].reverse())).toBe(text);
  expect(text).not.toMatch(/\d+ms/);
  expect(refused(() => parseBaseline("{", "f"))).toMatch(/f is not a valid baseline/);
  expect(refused(() => parseBaseline('{"version":9,"findings":[]}', "f"))).toMatch(/version 9/);
  expect(refused(() => parseBaseline('{"version":1,"findings":[{}]}', "f"))).toMatch(/entry 1/);
});

test("the worst of each rule, from a severity on; what fails", () => {
  const report = analyze("MutexContention", "fires");
  const one = selectFindings(report, 1, "info");
  expect(new Set(one.findings.map((finding) => finding.rule)).size).toBe(one.findings.length);
  expect(one.findings.length + one.hidden).toBe(report.findings.length);
  expect(selectFindings(report, 9, "error").findings.every((finding) => finding.severity === "error")).toBe(true);
  expect(failing(report, "error")).toBe(true);
  expect(failing(report, "never")).toBe(false);
  const quiet = analyze("BlockedOnSyscall", "quiet");
  expect(failing(quiet, "warn")).toBe(false);
  expect(rankTraces([quiet, report])).toEqual([report, quiet]);
});
