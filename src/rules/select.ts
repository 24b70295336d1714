/** What of a report is shown, and what fails. */
import { countOf, type FailOn, type Severity, severities, type TraceReport, worstFirst } from "./finding.js";

/** 0 for an info, more for what is worse. */
export function rank(finding: { readonly severity: Severity }): number {
  return severities.indexOf(finding.severity);
}

/** The report without the findings that a baseline knows; they are counted. */
export function applyBaseline(report: TraceReport, known: ReadonlySet<string>): TraceReport {
  const findings = report.findings.filter((finding) => !known.has(finding.fingerprint));
  return { ...report, findings, suppressed: report.suppressed + report.findings.length - findings.length };
}

/**
 * The report with the worst findings only; the others are counted.
 * @param top findings for each rule
 * @param least nothing below it
 */
export function selectFindings(report: TraceReport, top: number, least: Severity): TraceReport {
  const seen = new Map<string, number>();
  const findings = report.findings.filter((finding) => {
    if (rank(finding) < severities.indexOf(least)) return false;
    const before = seen.get(finding.rule) ?? 0;
    seen.set(finding.rule, before + 1);
    return before < top;
  });
  return { ...report, findings, hidden: report.hidden + report.findings.length - findings.length };
}

/** Whether a report fails: by a finding of at least that severity, or by a budget. */
export function failing(report: TraceReport, failOn: FailOn): boolean {
  if (failOn === "never") return false;
  const least = severities.indexOf(failOn);
  return report.findings.some((finding) => rank(finding) >= least) || report.budgets.some(({ ok }) => !ok);
}

/** Reports by their worst findings: more errors first, then more warnings. */
export function rankTraces(reports: readonly TraceReport[]): TraceReport[] {
  return [...reports].sort((a, b) => {
    for (const severity of worstFirst) {
      const more = countOf(b, severity) - countOf(a, severity);
      if (more !== 0) return more;
    }
    return 0;
  });
}
