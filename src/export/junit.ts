/**
 * Findings as JUnit XML, which every CI system shows: a suite for each trace, a case for each finding and budget. Findings
 * of severity info pass. A trace without findings is one case that passes, so that a report is never empty.
 */

import { type FramePlace, type Locate, type Place, placeOf } from "../base/locate.js";
import { printableAll } from "../base/printable.js";
import { formatQuantity, measuredText } from "../base/quantity.js";
import { formatCount } from "../base/units.js";
import { escapeXml } from "../base/xml.js";
import type { BudgetResult, Finding, TraceReport } from "../rules/finding.js";

export interface JunitOptions {
  readonly locate: Locate;
}

interface Case {
  readonly name: string;
  readonly classname: string;
  /** Nanoseconds. */
  readonly time: number;
  readonly place?: Place | undefined;
  /** Present: the case failed. */
  readonly failure?: { readonly type: string; readonly message: string; readonly text: string };
  readonly output?: string;
}

/** One JUnit document, in pieces. Times are in seconds: of a suite the trace's length, of a case its worst occurrence. */
export function* renderJunit(given: readonly TraceReport[], options: JunitOptions): Generator<string> {
  const reports = printableAll(given);
  const suites = reports.map((report) => ({ report, cases: casesOf(report, options.locate) }));
  const all = suites.flatMap((suite) => suite.cases);
  const time = reports.reduce((sum, report) => sum + report.duration, 0);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n`;
  yield `<testsuites${attributes({ name: "gotrace", ...counts(all), time: seconds(time) })}>\n`;
  for (const { report, cases } of suites) {
    const timestamp = report.start === undefined ? {} : { timestamp: isoSeconds(report.start) };
    const head = { name: report.path, ...counts(cases), time: seconds(report.duration), ...timestamp };
    yield `  <testsuite${attributes(head)}>\n`;
    for (const entry of cases) yield caseText(entry);
    if (report.warning !== undefined) yield `    <system-err>${escapeXml(report.warning)}</system-err>\n`;
    yield "  </testsuite>\n";
  }
  yield "</testsuites>\n";
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

/** Dots would make packages of a file's name. */
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
    `${formatCount(finding.count)} times; ${finding.docs}`,
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

function caseText({ name, classname, time, place, failure, output }: Case): string {
  const at = place ? { file: place.path, line: place.line } : {};
  const head = `    <testcase${attributes({ name, classname, time: seconds(time), ...at })}`;
  if (failure) {
    const { message, type, text } = failure;
    return `${head}>\n      <failure${attributes({ message, type })}>${escapeXml(text)}</failure>\n    </testcase>\n`;
  }
  if (output !== undefined) return `${head}>\n      <system-out>${escapeXml(output)}</system-out>\n    </testcase>\n`;
  return `${head}/>\n`;
}

function counts(cases: readonly Case[]): Record<string, number> {
  return { tests: cases.length, failures: cases.filter((entry) => entry.failure).length, errors: 0, skipped: 0 };
}

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value), true)}"`)
    .join("");
}

/** Nanoseconds as seconds without an exponent. */
function seconds(ns: number): string {
  return (ns / 1e9).toFixed(9).replace(/0{1,6}$/, "");
}

/** ISO 8601 without fraction, as the JUnit schema wants it. */
function isoSeconds(wall: bigint): string {
  return new Date(Number(wall / 1_000_000n)).toISOString().slice(0, 19);
}
