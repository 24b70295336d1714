/** Findings as a table for people, worst first, followed by advice, once per rule. */

import { place } from "../../base/place.js";
import { printableAll } from "../../base/printable.js";
import { formatQuantity } from "../../base/quantity.js";
import { formatBytes, formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import {
  type BudgetResult,
  countOf,
  type Finding,
  severityNames,
  type TraceReport,
  worstFirst,
} from "../../rules/finding.js";
import { partText } from "../part.js";
import { type Measure, type Paint, painter } from "../style.js";
import { triggerLines } from "../triggers.js";
import { wrap } from "../wrap.js";

export interface TableStyle {
  readonly colour: boolean;
  /** Columns of the terminal; undefined to wrap nothing. */
  readonly width: number | undefined;
  readonly widthOf: Measure;
}

const HEADINGS = ["SEVERITY", "RULE", "TIMESTAMP", "MESSAGE"] as const;
const COLOURS = { error: "red", warn: "yellow", info: "cyan" } as const;
/** Messages are not wrapped to fewer columns than this; the terminal wraps them instead. */
const MIN = 24;

/** The reports one after another. */
export function* findingsTable(given: readonly TraceReport[], style: TableStyle): Generator<string> {
  const reports = printableAll(given);
  const paint = painter(style.colour);
  for (const [index, report] of reports.entries()) {
    if (index > 0) yield "\n";
    yield `${paint("bold", report.path)}: ${summary(report)}\n`;
    if (report.warning) yield `${paint("yellow", "note")}: ${report.warning}\n`;
    yield* triggerLines(report.triggers ?? [], paint);
    if (report.findings.length > 0) {
      yield "\n";
      yield* table(report.findings, style, paint);
    }
    yield* budgets(report.budgets, paint);
    yield `\n${closing(report)}\n`;
  }
  yield* advice(reports, style, paint);
}

/** `1.2s, Go 1.26, GOMAXPROCS 8, 12,345 events, 42 goroutines, 1.3 MiB`. */
function summary(report: TraceReport): string {
  const procs = report.gomaxprocs === undefined ? [] : [`GOMAXPROCS ${report.gomaxprocs}`];
  const parts = [
    formatDuration(report.duration),
    ...(report.part ? [partText(report.part)] : []),
    `Go ${report.goVersion}`,
    ...procs,
    formatNumberOf(report.events, "event"),
    formatNumberOf(report.goroutines, "goroutine"),
    formatBytes(report.bytes),
  ];
  return parts.join(", ");
}

function* table(findings: readonly Finding[], { width, widthOf }: TableStyle, paint: Paint): Generator<string> {
  const rows = findings.map((finding) => [finding.severity.toUpperCase(), finding.rule, formatDuration(finding.time)]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(HEADINGS[column].length, ...rows.map((row) => widthOf(row[column]))),
  );
  const indent = widths.reduce((sum, one) => sum + one + 2, 0);
  const room = roomFor(width, indent);
  const pad = (text: string, column: number) => text + " ".repeat(widths[column] - widthOf(text) + 2);
  yield `${paint("dim", HEADINGS.slice(0, 3).map(pad).join("") + HEADINGS[3])}\n`;
  for (const [index, finding] of findings.entries()) {
    const [severity, rule, time] = rows[index].map(pad);
    const [first, ...more] = wrap(finding.message, room, widthOf);
    yield `${paint(COLOURS[finding.severity], severity)}${rule}${time}${first}\n`;
    for (const line of more) yield `${" ".repeat(indent)}${line}\n`;
    const where = finding.site
      ? `at ${place(finding.site)}`
      : finding.goroutineFunction && `in ${finding.goroutineFunction}`;
    if (where) yield `${" ".repeat(indent)}${paint("dim", where)}\n`;
  }
}

function roomFor(width: number | undefined, indent: number): number {
  return width === undefined || width - indent < MIN ? Number.POSITIVE_INFINITY : width - indent;
}

function* budgets(results: readonly BudgetResult[], paint: Paint): Generator<string> {
  if (results.length > 0) yield "\n";
  for (const { ok, expression, actual, unit } of results) {
    const mark = ok ? "budget kept  " : paint("red", "budget broken");
    yield `${mark}  ${expression}  (${formatQuantity(actual, unit)})\n`;
  }
}

/** The number of findings, shown and not shown. */
function closing(report: TraceReport): string {
  const counts = worstFirst.map((severity) => ({ severity, count: countOf(report, severity) }));
  const parts = counts
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => formatNumberOf(count, severityNames[severity]));
  const shown = parts.length > 0 ? parts.join(", ") : "no findings";
  const hidden = report.hidden > 0 ? `, ${formatCount(report.hidden)} more not shown` : "";
  const known = report.suppressed > 0 ? `, ${formatCount(report.suppressed)} known from the baseline` : "";
  return `${shown}${hidden}${known}`;
}

function* advice(reports: readonly TraceReport[], { width, widthOf }: TableStyle, paint: Paint): Generator<string> {
  const byRule = new Map<string, Finding>();
  for (const { findings } of reports) for (const finding of findings) byRule.set(finding.rule, finding);
  if (byRule.size === 0) return;
  const indent = Math.max(...[...byRule.keys()].map((name) => name.length)) + 2;
  const room = roomFor(width, indent);
  yield `\n${paint("dim", "WHAT TO DO")}\n`;
  for (const [rule, { suggestion, docs }] of byRule) {
    const [first, ...more] = wrap(suggestion, room, widthOf);
    yield `${rule.padEnd(indent)}${first}\n`;
    for (const line of more) yield `${" ".repeat(indent)}${line}\n`;
    yield `${" ".repeat(indent)}${paint("dim", docs)}\n`;
  }
}
