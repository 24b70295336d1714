/**
 * Findings as Markdown, for a pull request comment or the summary of a CI step. GitHub limits a comment to 65,536
 * characters, so rows and details that do not fit are left out, starting with the mildest findings, and the missing
 * rows are counted.
 */

import { type FramePlace, type Locate, placeOf } from "../../base/locate.js";
import { printableAll } from "../../base/printable.js";
import { formatQuantity } from "../../base/quantity.js";
import { formatBytes, formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import { partText } from "../../render/part.js";
import { type BudgetResult, countOf, type Finding, type Severity, type TraceReport } from "../../rules/finding.js";
import { cell, code, fenced, html, MAX_CHARACTERS, prose } from "./markdown-text.js";

const framesShown = 12;

const names: Record<Severity, string> = { error: "🔴 error", warn: "🟡 warning", info: "🔵 info" };

export interface MarkdownOptions {
  readonly locate: Locate;
  readonly most?: number;
}

/** One document for all traces. Its first line is an HTML comment by which a bot finds its comment to replace. */
export function renderMarkdown(given: readonly TraceReport[], options: MarkdownOptions): string {
  const reports = printableAll(given);
  const most = options.most ?? MAX_CHARACTERS;
  let text = "<!-- gotrace -->\n";
  let left = 0;
  for (const report of reports) {
    text += headOf(report);
    const rows = report.findings.map((finding) => detailsOf(finding, options.locate));
    const table = report.findings.map((finding) => rowOf(finding, options.locate));
    if (table.length > 0) text += "| | finding | where | times | worst |\n|---|---|---|---:|---:|\n";
    for (const [index, row] of table.entries()) {
      if (text.length + row.length > most) {
        left += table.length - index;
        break;
      }
      text += row;
    }
    if (table.length > 0) text += "\n";
    for (const details of rows) {
      if (text.length + details.length > most) break;
      text += details;
    }
  }
  if (left > 0) text += `\n_${formatNumberOf(left, "further finding")} left out: the comment would be too long._\n`;
  return text;
}

function headOf(report: TraceReport): string {
  const { suppressed, hidden } = report;
  const count = (severity: Severity) => countOf(report, severity);
  const parts = [
    ...(count("error") ? [formatNumberOf(count("error"), "error")] : []),
    ...(count("warn") ? [formatNumberOf(count("warn"), "warning")] : []),
    ...(count("info") ? [`${formatCount(count("info"))} info`] : []),
  ];
  const counted = parts.length > 0 ? parts.join(", ") : "no findings ✅";
  const more = [
    ...(suppressed ? [`${formatCount(suppressed)} known in the baseline`] : []),
    ...(hidden ? [`${formatCount(hidden)} not shown`] : []),
  ];
  const facts = [
    `Go ${report.goVersion}`,
    formatDuration(report.duration),
    ...(report.part ? [partText(report.part)] : []),
    formatNumberOf(report.events, "event"),
    formatNumberOf(report.goroutines, "goroutine"),
    ...(report.gomaxprocs ? [`GOMAXPROCS ${report.gomaxprocs}`] : []),
    formatBytes(report.bytes),
  ];
  return `
### gotrace: ${code(report.path)}: ${counted}${more.length > 0 ? ` (${more.join(", ")})` : ""}

${facts.map(prose).join(" · ")}

${report.warning === undefined ? "" : `> ⚠️ ${prose(report.warning)}\n\n`}${budgetTable(report.budgets)}`;
}

function budgetTable(budgets: readonly BudgetResult[]): string {
  if (budgets.length === 0) return "";
  const rows = budgets.map(
    ({ ok, expression, actual, unit }) =>
      `| ${ok ? "✅" : "❌"} | ${cell(code(expression))} | ${formatQuantity(actual, unit)} |\n`,
  );
  return `| | budget | measured |\n|---|---|---:|\n${rows.join("")}\n`;
}

function rowOf(finding: Finding, locate: Locate): string {
  const place = placeOf(finding.site, finding.stack, locate);
  const at = place ? `<br>${code(`${place.path}:${place.line}`)}` : "";
  const where = finding.site ? `${code(finding.site.function)}${at}` : at.replace("<br>", "");
  const worst = `${finding.atLeast ? "≥ " : ""}${formatQuantity(finding.worst, finding.unit)}`;
  const cells = [names[finding.severity], `**${prose(finding.title)}**`, where, formatCount(finding.count), worst];
  return `| ${cells.map(cell).join(" | ")} |\n`;
}

function detailsOf(finding: Finding, locate: Locate): string {
  const summary = `${html(finding.title)}${finding.site ? ` in <code>${html(finding.site.function)}</code>` : ""}`;
  const waker = finding.waker;
  const who = finding.goroutine === undefined ? "" : ` (goroutine ${finding.goroutine}${started(finding)})`;
  const stacks = [
    ...stackOf(`Where the goroutine was${who}:`, finding.stack, locate),
    ...(waker ? stackOf(`Who made it go on (goroutine ${waker.goroutine}):`, waker.stack, locate) : []),
  ];
  return `<details><summary>${summary}</summary>

${prose(finding.message)}

${prose(finding.suggestion)}

${stacks.length > 0 ? `${fenced(stacks.join("\n"))}\n\n` : ""}</details>

`;
}

function started(finding: Finding): string {
  return finding.goroutineFunction ? `, started in ${finding.goroutineFunction}` : "";
}

function stackOf(title: string, frames: readonly FramePlace[], locate: Locate): string[] {
  if (frames.length === 0) return [];
  const lines = frames.slice(0, framesShown).map((frame) => {
    const place = locate(frame);
    return `  ${frame.function}  ${place ? `${place.path}:${place.line}` : `${frame.file}:${frame.line}`}`;
  });
  const more = frames.length - framesShown;
  return [title, ...lines, ...(more > 0 ? [`  … ${formatNumberOf(more, "more frame")}`] : [])];
}
