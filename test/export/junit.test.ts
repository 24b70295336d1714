import { parse } from "junit2json";
import { expect, test } from "vitest";
import { renderJunit } from "../../src/export/ci/findings-junit.js";
import type { TraceReport } from "../../src/rules/finding.js";
import { finding, locate, nasty, report } from "../render/reports.js";

async function junit(reports: readonly TraceReport[]) {
  const text = [...renderJunit(reports, { locate })].join("");
  const read = await parse(text);
  if (!read || !("testsuite" in read)) throw new Error("no testsuites");
  return { text, suites: read };
}

test("a suite for each trace, a case for each finding; times are seconds", async () => {
  const info = finding({ rule: "GCAssist", title: "Mark assists", severity: "info", message: "fine" });
  const { suites } = await junit([report({ findings: [finding(), info] }), report({ path: "b.trace", findings: [] })]);
  expect(suites).toMatchObject({ tests: 3, failures: 1, errors: 0, time: 4 });
  const [first, second] = suites.testsuite!;
  expect(first).toMatchObject({ name: "traces/bench.trace", tests: 2, failures: 1, time: 2 });
  expect(first.testcase![0]).toMatchObject({
    name: `Lock contention in ${nasty}`,
    classname: "bench_trace.MutexContention",
    time: 0.061,
  });
  const [failure] = first.testcase![0].failure!;
  expect(failure).toMatchObject({ type: "error", message: finding().message });
  expect(failure.inner).toContain(nasty);
  expect(failure.inner).toContain("main.refill");
  expect(first.testcase![1].failure).toBeUndefined();
  expect(second.testcase).toMatchObject([{ name: "no findings", classname: "b_trace.gotrace" }]);
});

test("budgets are cases that pass or fail", async () => {
  const base = { expression: "gc.pause.max < 5ms", actual: 3e6, limit: 5e6, unit: "ns" } as const;
  const { suites } = await junit([
    report({
      findings: [],
      budgets: [
        { ...base, ok: true },
        { ...base, actual: 7e6, ok: false },
      ],
    }),
  ]);
  expect(suites).toMatchObject({ tests: 2, failures: 1 });
  expect(suites.testsuite![0].testcase![1]).toMatchObject({ name: base.expression, time: 0.007 });
});

test("no control characters, no lone surrogates, no line breaks in messages, no exponent", async () => {
  const message = "tab\there, bell\u0007, escape\u001b[31m, null\0, \ud800 lone, \uffff, é 😀\nsecond &#13; line";
  const { text, suites } = await junit([report({ findings: [finding({ message, duration: 3 })] })]);
  expect(text).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\uffff]/);
  expect(text).toContain('time="0.000000003"');
  expect(suites.testsuite![0].testcase![0].failure![0].message).toBe(
    "tab here, bell\ufffd, escape\ufffd[31m, null\ufffd, \ufffd lone, \ufffd, é 😀 second &#13; line",
  );
});
