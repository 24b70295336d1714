/** Filters a report for output (baseline, `--top`, `--severity`), and decides whether it fails the command. */
import { countOf, type FailOn, type Severity, severities, type TraceReport, worstFirst } from "./finding.js";

/** Rank of a finding's severity: 0 for an info, larger for worse. */
export function rank(finding: { readonly severity: Severity }): number {
  return severities.indexOf(finding.severity);
}

/** Removes the findings that are in a baseline and counts them as suppressed. @param known fingerprints */
export function applyBaseline(report: TraceReport, known: ReadonlySet<string>): TraceReport {
  const findings = report.findings.filter((finding) => !known.has(finding.fingerprint));
  return { ...report, findings, suppressed: report.suppressed + report.findings.length - findings.length };
}

/**
 * Keeps only the worst findings and counts the others as hidden.
 *
 * @param top most findings for each rule
 * @param least lowest severity to keep
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

/** Whether a report fails the command: by a finding of at least the severity `failOn`, or by a broken budget. */
export function failing(report: TraceReport, failOn: FailOn): boolean {
  if (failOn === "never") return false;
  const least = severities.indexOf(failOn);
  return report.findings.some((finding) => rank(finding) >= least) || report.budgets.some(({ ok }) => !ok);
}

/** Sorts reports, worst first: by number of errors, then warnings, then infos. */
export function rankTraces(reports: readonly TraceReport[]): TraceReport[] {
  return [...reports].sort((a, b) => {
    for (const severity of worstFirst) {
      const more = countOf(b, severity) - countOf(a, severity);
      if (more !== 0) return more;
    }
    return 0;
  });
}
