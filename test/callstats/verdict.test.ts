import { expect, test } from "vitest";
import { AssertionMeter, parseAssertion, type Verdict } from "../../src/callstats/index.js";
import { verdictLines } from "../../src/render/numbers/verdicts.js";
import { scripted } from "../calltree/script.js";
import { ScriptedClock } from "../calltree/scripted-clock.js";
import { read, visit } from "./brute.js";

const TESTS = `
  0    g1 { app/auth.TestLogin
  10   g1 { app/db.(*DB).Query
  20   g1 { app/db.exec
  25   g1 }
  30   g1 }
  40   g1 go g2
  50   g2 { app/auth.refresh
  60   g2 { app/db.(*DB).Query
  90   g2 }
  95   g2 }
  100  g1 }
  200  g3 { app/auth.TestLogout
  210  g3 }
  300  g4 { app/auth.TestTwice
  310  g4 { app/db.(*DB).Query
  320  g4 }
  330  g4 { app/db.(*DB).Query
  340  g4 }
  350  g4 }
  400  g5 { app/auth.TestTwice
  410  g5 { app/db.(*DB).Query
  420  g5 }
  430  g5 { app/db.(*DB).Query
  440  g5 } panic
  450  g5 } panic
`;

function judge(...texts: readonly string[]): Verdict[] {
  return judgeTraced([], ...texts);
}

/** @param traced functions that are known to be traced */
function judgeTraced(traced: readonly string[], ...texts: readonly string[]): Verdict[] {
  const recording = read(scripted(TESTS));
  const meter = new AssertionMeter(recording.forest, texts.map(parseAssertion), traced);
  visit(recording, meter.visitor);
  return meter.verdicts();
}

test.each([
  ["db.(*DB).Query.calls <= 6", 6, true],
  ["db.(*DB).Query.calls < 6", 6, false],
  ["app/db.(*DB).Query.panics == 0", 1, false],
  ["db.(*DB).Query.total == 90us", 90_000, true],
  ["db.(*DB).Query.self == 85us", 85_000, true],
  // db.exec within db.(*DB).Query counts once.
  ["/^app\\/db\\./.total == 90us", 90_000, true],
  ["/^app\\/db\\./.calls == 7", 7, true],
  ["db.(*DB).Query.max < 30us", 30_000, false],
  ["db.(*DB).Query.min >= 10us", 10_000, true],
  ["db.(*DB).Query.mean == 15us", 15_000, true],
  ["db.(*DB).Query.p50 <= 10us", 10_000, true],
  ["db.(*DB).Query.p99 != 30us", 30_000, false],
])("%s", (text, actual, ok) => {
  expect(judge(text)).toMatchObject([{ actual, ok }]);
});

test("a test's calls, those of its goroutines too, a verdict for each test", () => {
  expect(judge("Test*: db.(*DB).Query.calls <= 1")).toMatchObject([
    { test: "app/auth.TestLogin", actual: 2, ok: false, runs: 1 },
    { test: "app/auth.TestLogout", actual: 0, ok: true, runs: 1 },
    { test: "app/auth.TestTwice", actual: 2, ok: false, runs: 2 },
  ]);
  expect(judge("TestTwice: db.(*DB).Query.panics <= 0.5")).toMatchObject([{ actual: 0.5, ok: true }]);
});

test("the paths that make up most of it", () => {
  const [calls] = judge("db.(*DB).Query.calls <= 1");
  expect(calls.paths).toEqual([
    { path: ["app/auth.TestTwice", "app/db.(*DB).Query"], calls: 4, total: 40_000 },
    { path: ["app/auth.TestLogin", "app/db.(*DB).Query"], calls: 1, total: 20_000 },
    { path: ["app/auth.TestLogin", "go app/auth.refresh", "app/db.(*DB).Query"], calls: 1, total: 30_000 },
  ]);
  expect(judge("db.(*DB).Query.max < 1us")[0].paths.map(({ total }) => total)).toEqual([40_000, 30_000, 20_000]);
  expect(judge("db.(*DB).Query.panics == 0")[0].paths.map(({ calls }) => calls)).toEqual([4]);
  expect(judge("TestLogin: db.(*DB).Query.calls <= 1")[0].paths).toHaveLength(2);
});

test("what was traced and not called has no calls and no times", () => {
  expect(
    judgeTraced(["app/db.Exec"], "db.Exec.calls == 0", "db.Exec.max < 1s", "TestLogin: db.Exec.calls < 1"),
  ).toMatchObject([
    { actual: 0, ok: true, calls: 0, unknown: undefined, near: undefined },
    { actual: undefined, ok: false, calls: 0, unknown: undefined },
    { actual: 0, ok: true, unknown: undefined },
  ]);
});

test("a name that nothing bears is no gate, with a test and without", () => {
  const texts = [
    "db.(*DB).Qery.calls <= 2",
    "TestLogin: db.(*DB).Qery.calls <= 2",
    "TestNone: db.(*DB).Qery.calls <= 2",
  ];
  const unknown = { unknown: "function", near: "db.(*DB).Query" };
  expect(judge(...texts)).toMatchObject([unknown, unknown, { ...unknown, ok: false }]);
  expect(judgeTraced(["app/db.Quitter"], "db.Quiter.calls < 3")).toMatchObject([{ near: "db.Quitter" }]);
});

test("a test that did not run, and one that does not exist", () => {
  const none = { test: undefined, actual: undefined, ok: false, runs: 0 };
  expect(judge("TestLogn: db.(*DB).Query.calls <= 100")).toMatchObject([
    { ...none, unknown: "test", near: "auth.TestLogin" },
  ]);
  expect(judgeTraced(["app/auth.TestLogn"], "TestLogn: db.(*DB).Query.calls <= 100")).toMatchObject([
    { ...none, unknown: undefined, near: undefined },
  ]);
});

const WAITS = `
  g1 12-15 lock
  g1 22-24 lock
  g1 30-35 runnable
  g2 60-80 lock
  g2 90-95 unknown
  g4 312-318 lock
  g4 330-340 unknown
`;

function judgeStates(...texts: readonly string[]): Verdict[] {
  const recording = read(scripted(TESTS)).withStates(() => new ScriptedClock(WAITS));
  const meter = new AssertionMeter(recording.forest, texts.map(parseAssertion));
  recording.visit(meter.visitor);
  return meter.verdicts();
}

test.each([
  ["TestLogin: db.(*DB).Query.lock <= 25us", 25_000, undefined, true],
  ["TestLogin: db.(*DB).Query.lock.self == 23us", 23_000, undefined, true],
  ["TestLogin: db.(*DB).Query.lock.max == 20us", 20_000, undefined, true],
  ["TestLogin: db.(*DB).Query.lock.min == 5us", 5_000, undefined, true],
  ["TestLogin: db.(*DB).Query.off-cpu.p99 < 20us", 20_000, undefined, false],
  // All goroutines of the test, each call once.
  ["TestLogin: lock < 25us", 25_000, 30_000, false],
  ["TestLogin: runnable <= 10us", 5_000, 10_000, true],
  ["TestLogin: runnable < 10us", 5_000, 10_000, false],
  ["TestLogout: lock == 0ns", 0, undefined, true],
  // The mean of two runs; what is unknown may have been spent waiting for locks.
  ["TestTwice: db.(*DB).Query.lock < 8us", 3_000, 8_000, false],
  ["TestTwice: db.(*DB).Query.lock <= 8us", 3_000, 8_000, true],
  ["TestTwice: db.(*DB).Query.lock >= 3us", 3_000, 8_000, true],
  ["TestTwice: db.(*DB).Query.lock != 5us", 3_000, 8_000, false],
  ["TestTwice: db.(*DB).Query.lock.max < 10us", 6_000, 10_000, false],
  ["TestTwice: db.(*DB).Query.unknown == 5us", 5_000, undefined, true],
  ["lock < 1ms", 31_000, 46_000, true],
])("%s, of the time in states", (text, actual, most, ok) => {
  expect(judgeStates(text)).toMatchObject([{ actual, most, ok, unknown: undefined }]);
});

test("the paths and the place of an assertion on states", () => {
  const [calls] = judgeStates("db.(*DB).Query.lock == 0ns");
  expect(calls.paths.map(({ path, total }) => [path[0], total])).toEqual([
    ["app/auth.TestLogin", 20_000],
    ["app/auth.TestTwice", 6_000],
    ["app/auth.TestLogin", 5_000],
  ]);
  const [whole] = judgeStates("TestLogin: lock == 0ns");
  expect(whole.function?.name).toBe("app/auth.TestLogin");
  expect(whole.paths.map(({ path, total }) => [path.at(-1), total])).toEqual([
    ["app/db.(*DB).Query", 20_000],
    ["app/db.(*DB).Query", 3_000],
    ["app/db.exec", 2_000],
  ]);
  expect([...verdictLines([whole])].join("")).toBe(
    `assertion failed: TestLogin: lock == 0ns in app/auth.TestLogin: lock is 25.0µs, or up to 30.0µs: the execution trace does not cover all of the time
  1×, 20.0µs: app/auth.TestLogin > go app/auth.refresh > app/db.(*DB).Query
  1×, 3.00µs: app/auth.TestLogin > app/db.(*DB).Query
  1×, 2.00µs: app/auth.TestLogin > app/db.(*DB).Query > app/db.exec
`,
  );
});

test("without an execution trace an assertion on states is broken", () => {
  const [one, name] = judge("db.(*DB).Query.lock < 1s", "db.(*DB).Qery.lock < 1s");
  expect(one).toMatchObject({ unknown: "states", actual: undefined, ok: false });
  expect([...verdictLines([one])].join("")).toContain("record it with --states");
  expect(name).toMatchObject({ unknown: "function", near: "db.(*DB).Query" });
});
