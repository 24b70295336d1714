/**
 * Findings as GitHub Actions annotations: lines `::error file=F,line=N,title=T::MESSAGE` on standard output. GitHub
 * shows ten errors, ten warnings and ten notices per step and silently drops further ones, so the last notice counts
 * the rest.
 */

import { type Locate, type Place, placeOf } from "../../base/locate.js";
import { printableAll } from "../../base/printable.js";
import { measuredText } from "../../base/quantity.js";
import { formatCount, formatNumberOf } from "../../base/units.js";
import { type Severity, type TraceReport, worstFirst } from "../../rules/finding.js";

/** The most annotations of one kind that GitHub shows for a step. */
const MAX_OF_A_KIND = 10;

const kinds = { error: "error", warn: "warning", info: "notice" } as const;

export interface GithubOptions {
  readonly locate: Locate;
}

/** The annotations of all traces, worst first, at most {@link MAX_OF_A_KIND} of each kind. */
export function* renderGithub(given: readonly TraceReport[], options: GithubOptions): Generator<string> {
  const reports = printableAll(given);
  const several = reports.length > 1;
  const notes = reports.flatMap((report) => annotationsOf(report, several, options.locate));
  yield* annotate(notes);
  if (notes.length > 0) return;
  const suppressed = reports.reduce((sum, report) => sum + report.suppressed, 0);
  const known = suppressed > 0 ? `, ${formatCount(suppressed)} known in the baseline` : "";
  yield command("notice", undefined, "gotrace", `no findings in ${formatNumberOf(reports.length, "trace")}${known}`);
}

/** Annotations as workflow commands, worst first, at most {@link MAX_OF_A_KIND} of each kind. */
export function* annotate(notes: readonly Annotation[]): Generator<string> {
  const left = { error: 0, warn: 0, info: 0 };
  // One notice is reserved for the count of the rest.
  for (const severity of worstFirst) {
    const ofKind = notes.filter((note) => note.severity === severity);
    const most = severity === "info" ? MAX_OF_A_KIND - 1 : MAX_OF_A_KIND;
    left[severity] = Math.max(0, ofKind.length - most);
    for (const { place, title, message } of ofKind.slice(0, most)) {
      yield command(kinds[severity], place, title, message);
    }
  }
  const rest = worstFirst.filter((severity) => left[severity] > 0);
  if (rest.length > 0) {
    const parts = rest.map((severity) => formatNumberOf(left[severity], kinds[severity]));
    yield command("notice", undefined, "gotrace", `${parts.join(", ")} more; GitHub shows 10 of a kind for a step`);
  }
}

/** A message about a line of a file, or about the run if `place` is undefined. Texts must be printable. */
export interface Annotation {
  readonly severity: Severity;
  readonly place: Place | undefined;
  readonly title: string;
  readonly message: string;
}

function annotationsOf(report: TraceReport, several: boolean, locate: Locate): Annotation[] {
  const where = several ? ` (${report.path})` : "";
  const budgets = report.budgets
    .filter((budget) => !budget.ok)
    .map((budget) => ({
      severity: "error" as const,
      place: undefined,
      title: "Budget broken",
      message: `${budget.expression}: ${measuredText(budget.actual, budget.unit)}${where}`,
    }));
  const findings = report.findings.map((finding) => ({
    severity: finding.severity,
    place: placeOf(finding.site, finding.stack, locate),
    title: finding.title,
    message: `${finding.message}${where}\n${finding.suggestion}`,
  }));
  const warnings = report.warning === undefined ? [] : [report.warning];
  return [
    ...budgets,
    ...warnings.map((message) => ({
      severity: "warn" as const,
      place: undefined,
      title: "Incomplete trace",
      message: `${report.path}: ${message}`,
    })),
    ...findings,
  ];
}

function command(kind: string, place: Place | undefined, title: string, message: string): string {
  const properties = [
    ...(place ? [`file=${escapeProperty(place.path)}`, `line=${place.line}`] : []),
    `title=${escapeProperty(title)}`,
  ];
  return `::${kind} ${properties.join(",")}::${escapeData(message)}\n`;
}

/** Escapes the text after the second `::`; the inverse of the runner's decoding. */
function escapeData(text: string): string {
  return text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}

/** Escapes the value of a property, in which commas and colons also have a meaning. */
function escapeProperty(text: string): string {
  return escapeData(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
}
