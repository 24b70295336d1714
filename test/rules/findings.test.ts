/** Details of findings in recordings of real programs. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { findingsTable } from "../../src/render/findings/table.js";
import { plainWidth } from "../../src/render/style.js";
import { analyzeTrace, applySetting, defaultSettings, type Finding, rules } from "../../src/rules/index.js";
import { repository } from "../e2e/support.js";
import { analyze, recording } from "./fixtures.js";

function find(rule: string, from = rule): Finding[] {
  return analyze(from, "fires").findings.filter((finding) => finding.rule === rule);
}

test("a lock: who waited, where, and who held it for how long", () => {
  const finding = find("MutexContention").find((one) => one.site?.function === "main.(*store).putSlowly")!;
  // The numbers that go tool trace -pprof=sync gives for this place.
  expect(finding).toMatchObject({ count: 23, total: 444256512 });
  expect(finding.total).toBeGreaterThan(finding.worst);
  expect(finding.stack.map((frame) => frame.function)).toContain("sync.(*Mutex).Lock");
  expect(finding.waker!.stack.map((frame) => frame.function)).toContain("sync.(*Mutex).Unlock");
  expect(finding.goroutineFunction).toBe("main.workers.func1");
  expect(finding.message).toContain("6 goroutines waited 23 times");
  expect(finding.message).toMatch(
    /; held for (up to|at least) \d.*ms by goroutine \d+ \(main.workers.func1\), released at main\.\(\*store\)\.putSlowly/,
  );
  expect(finding.message).not.toContain("sync");
  expect(finding.atLeast).toBe(false);
});

test("what gotrace's agent took a snapshot for is in the report, also of a part", () => {
  const bytes = gunzipSync(readFileSync(resolve(repository, "testdata/agent/slow.trace.gz")));
  const whole = analyzeTrace([bytes], { path: "" });
  expect(whole.triggers?.map(({ by }) => by)).toEqual(["sentinel", "slow"]);
  const part = analyzeTrace([bytes], { path: "", part: () => ({ from: 2.5e9, to: 4e9 }) });
  expect(part.triggers).toEqual(whole.triggers!.slice(1));
  const style = { colour: false, width: undefined, widthOf: plainWidth };
  expect([...findingsTable([part], style)].join("")).toContain(
    "\nslow at 3.02s: GET /items/{id} took 20.478ms, limit 10ms\n",
  );
});

test("a wait longer than the trace lasts at least as long", () => {
  const { duration, findings } = analyze("MutexContention", "fires");
  const finding = findings.find((one) => one.site?.function === "main.forgotten")!;
  expect(finding).toMatchObject({ rule: "MutexContention", atLeast: true, count: 1, time: 0 });
  expect(finding.worst).toBe(duration);
  expect(finding.message).toMatch(/at least \d+ms/);
});

test("pauses of the GC are told apart from those that the program asked for", () => {
  const asker = find("GCPauseSpike").find((finding) => finding.message.includes("read mem stats"))!;
  expect(asker).toMatchObject({ site: { function: "main.reportMemory" }, count: 10 });
  // Set low enough for the GC's stops to count.
  const settings = new Map([["GCPauseSpike", { warn: 1, error: 1e12, times: 1 }]]);
  const gc = analyze("GCPauseSpike", "fires", { settings }).findings.filter((one) => one.message.includes("GC pause"));
  expect(gc.length).toBeGreaterThan(0);
  for (const finding of gc) expect(finding.site).toBeUndefined();
  const asked = find("StopTheWorldShare")[0];
  expect(asked.message).toContain("mostly for read mem stats, by main.publish");
});

test("the place that creates goroutines, and the place where they are stuck", () => {
  expect(find("GoroutineLeakGrowth")[0]).toMatchObject({
    site: { function: "main.handle" },
    goroutineFunction: "main.query",
    worst: 150,
    unit: "goroutines",
  });
  const stuck = find("StuckGoroutines")[0];
  expect(stuck).toMatchObject({ site: { function: "main.listen" }, worst: 80, atLeast: true });
  expect(stuck.message).toContain("started by main.subscribe");
});

test("calls one after another are named by the function that makes them all", () => {
  expect(find("SequentialNetworkWaits")[0].site!.function).toMatch(/^main\.load/);
});

test("the goroutine that runs alone", () => {
  expect(find("SerialBottleneck")[0]).toMatchObject({ goroutineFunction: "main.fires.func1", unit: "ratio" });
});

test("times: since the start, and of the wall since Go 1.25", () => {
  const report = analyze("BlockedOnSyscall", "fires");
  const [finding] = report.findings;
  expect(finding.wall! - report.start!).toBe(BigInt(Math.round(finding.time)));
  expect(new Date(Number(report.start! / 1_000_000n)).getUTCFullYear()).toBeGreaterThan(2024);
  expect(finding.time + finding.duration).toBeLessThanOrEqual(report.duration);
});

test("fingerprints are the same for another recording of the same program", () => {
  const one = find("MutexContention").map((finding) => finding.fingerprint);
  expect(one).toEqual(find("MutexContention").map((finding) => finding.fingerprint));
  // The same function with other numbers: only the function counts.
  const [waits, queues] = [find("MutexContention", "LockConvoy"), find("LockConvoy")];
  expect(waits[0].site!.function).toBe(queues[0].site!.function);
  expect(waits[0].fingerprint).not.toBe(queues[0].fingerprint);
});

test("--module narrows what is the user's own", () => {
  const bytes = recording("SequentialNetworkWaits", "fires");
  const sites = (module: string | undefined) =>
    analyzeTrace([bytes], { path: "", module }).findings.map((finding) => finding.site?.function);
  expect(sites("example.com/other")).toEqual(sites(undefined)); // package main is always
});

test("a trace that is cut off keeps the findings of whole generations, and says what is missing", () => {
  const bytes = gunzipSync(readFileSync(resolve(repository, "testdata/exectrace/go1.26-workload.trace.gz")));
  const settings = defaultSettings();
  for (const rule of rules) applySetting(settings, `${rule.name}=off`);
  for (const change of ["=on", ".warn=1ns", ".times=1", ".share=0%"].map((part) => `BlockedOnSyscall${part}`))
    applySetting(settings, change);
  const [all, cut] = [bytes, bytes.subarray(0, bytes.length - 20)].map((part) =>
    analyzeTrace([part], { path: "", settings }),
  );
  expect(cut.warning).toMatch(/cut off/);
  const counts = [cut, all].map(({ findings }) => findings.reduce((sum, { count }) => sum + count, 0));
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts[0]).toBeLessThanOrEqual(counts[1]);
});
