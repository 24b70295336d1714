/** Recordings of programs whose correct analysis is known; testdata/rules/cases/README.md describes them. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Activity, Intervals } from "../../src/analyses/index.js";
import { TraceReader } from "../../src/exectrace/index.js";
import { analyzeTrace, type Finding, failing } from "../../src/rules/index.js";
import { folder } from "./fixtures.js";

function findings(name: string): Finding[] {
  const bytes = gunzipSync(readFileSync(resolve(folder, "cases", `${name}.trace.gz`)));
  return [...analyzeTrace([bytes], { path: name }).findings];
}

test.each(["mix-grpc", "sse", "tcpserver"])("%s: who reads what others send makes no requests", (name) => {
  const found = findings(name);
  expect(found.map(({ rule }) => rule)).not.toContain("SequentialNetworkWaits");
  expect(found.filter(({ severity }) => severity !== "info")).toEqual([]);
});

test("requests one after another are still found", () => {
  const [finding] = findings("trim").filter(({ rule }) => rule === "SequentialNetworkWaits");
  expect(finding.message).toMatch(/^goroutine 1 \(main\.main\) made 10 requests one after another/);
  expect(finding.site!.function).toBe("main.get");
});

test("a goroutine of the runtime that is not known as such yet starves nobody", () => {
  expect(findings("o-p64").filter(({ severity }) => severity !== "info")).toEqual([]);
});

test("a goroutine whose first events do not say what it did was ready only from where they say so", () => {
  const reader = new TraceReader([gunzipSync(readFileSync(resolve(folder, "cases/o-p64.trace.gz")))]);
  const intervals = new Intervals(reader);
  const ready: [number, number][] = [];
  let begin = Number.POSITIVE_INFINITY;
  intervals.onInterval((i) => {
    begin = Math.min(begin, i.begin);
    if (i.goroutine === 19 && i.activity === Activity.Runnable) ready.push([i.begin, i.end]);
  });
  for (let event = reader.next(); event; event = reader.next()) intervals.feed(event);
  intervals.finish();
  expect((ready[0][0] - begin) / 1e6).toBeCloseTo(39.9, 1);
  expect(ready.reduce((sum, [from, to]) => sum + to - from, 0) / 1e6).toBeCloseTo(1.11, 2);
});

test("producers that wait for a slow consumer are not too many; the consumer is the bottleneck", () => {
  expect(findings("slowcons").map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(["warn SerialBottleneck"]);
});

test("a place is the user's own code, and no stub of cgo's", () => {
  const [finding] = findings("cgo");
  expect(finding).toMatchObject({ rule: "BlockedOnSyscall", site: { function: "main.callSlow", line: 22 } });
  expect(finding.message).toContain("in C code");
});

test("who held a lock is not hidden by those who hand it on", () => {
  const found = findings("handover");
  expect(found.map(({ rule }) => rule).sort()).toEqual(["LockConvoy", "MutexContention"]);
  for (const { message } of found) {
    expect(message).toMatch(
      /held for at least 1\d\dms by goroutine \d+ \(main\.load\.func1\), released at main\.reload/,
    );
  }
});

const healthy = readdirSync(resolve(folder, "cases/healthy")).filter((name) => name.endsWith(".gz"));

test.each(healthy)("a healthy program has nothing that fails, on a busy machine as on a calm one: %s", (name) => {
  const report = analyzeTrace([gunzipSync(readFileSync(resolve(folder, "cases/healthy", name)))], { path: name });
  const worse = report.findings.filter(({ severity }) => severity !== "info").map(({ message }) => message);
  expect(worse).toEqual([]);
  expect(failing(report, "warn")).toBe(false);
  expect(report.events).toBeGreaterThan(50);
});
