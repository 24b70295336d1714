/**
 * Findings as JUnit XML, which every CI system can show: a suite per trace, a case per finding and budget. Findings of
 * severity info pass. A trace without findings gets one passing case, so that a report is never empty.
 */

import { type FramePlace, type Locate, placeOf } from "../../base/locate.js";
import { printableAll } from "../../base/printable.js";
import { formatQuantity, measuredText } from "../../base/quantity.js";
import { formatCount, formatNumberOf } from "../../base/units.js";
import type { BudgetResult, Finding, TraceReport } from "../../rules/finding.js";
import { type Case, junitDocument } from "./junit-text.js";

export interface JunitOptions {
  readonly locate: Locate;
}

/**
 * One JUnit document, in pieces. Times are in seconds: for a suite the trace's duration, for a case its worst
 * occurrence.
 */
export function* renderJunit(given: readonly TraceReport[], options: JunitOptions): Generator<string> {
  const reports = printableAll(given);
  yield* junitDocument(
    reports.map((report) => ({
      name: report.path,
      time: report.duration,
      start: report.start,
      cases: casesOf(report, options.locate),
      warning: report.warning,
    })),
  );
}

function casesOf(report: TraceReport, locate: Locate): Case[] {
  const cases = [
    ...report.budgets.map((budget) => budgetCase(report, budget)),
    ...report.findings.map((finding) => findingCase(report, finding, locate)),
  ];
  if (cases.length > 0) return cases;
  const suppressed = report.suppressed > 0 ? ` (${formatCount(report.suppressed)} known ones in the baseline)` : "";
  return [{ name: `no findings${suppressed}`, classname: classOf(report, "gotrace"), time: report.duration }];
}

/** Dots in the file's name are replaced, because readers would split it into packages. */
function classOf(report: TraceReport, rule: string): string {
  const base = report.path.split(/[\\/]/).at(-1)!;
  return `${base.replace(/\./g, "_")}.${rule}`;
}

function budgetCase(report: TraceReport, budget: BudgetResult): Case {
  const { expression, actual, limit, unit } = budget;
  const base = {
    name: expression,
    classname: classOf(report, "Budget"),
    time: unit === "ns" && actual > 0 ? actual : 0,
  };
  if (budget.ok) return base;
  const message = `${measuredText(actual, unit)}, the limit is ${formatQuantity(limit, unit)}`;
  return { ...base, failure: { type: "Budget", message, text: `${expression}: ${message}` } };
}

function findingCase(report: TraceReport, finding: Finding, locate: Locate): Case {
  const { rule, severity, site, message } = finding;
  const base = {
    name: site ? `${finding.title} in ${site.function}` : finding.title,
    classname: classOf(report, rule),
    time: finding.duration,
    place: placeOf(site, finding.stack, locate),
  };
  const text = [
    message,
    finding.suggestion,
    `${formatNumberOf(finding.count, "time")}; ${finding.docs}`,
    ...stackLines("where the goroutine was:", finding.stack),
    ...(finding.waker
      ? stackLines(`who made it go on (goroutine ${finding.waker.goroutine}):`, finding.waker.stack)
      : []),
  ].join("\n");
  return severity === "info" ? { ...base, output: text } : { ...base, failure: { type: severity, message, text } };
}

function stackLines(title: string, frames: readonly FramePlace[]): string[] {
  if (frames.length === 0) return [];
  return ["", title, ...frames.map((frame) => `  ${frame.function}\n      ${frame.file}:${frame.line}`)];
}
