/** Analyzes execution traces, judges them, and writes the report: `gotrace analyze`, and commands that fetch traces. */

import { ExitCode, UserError } from "../../base/errors.js";
import {
  type AnalyzeOptions,
  applyBaseline,
  baselineText,
  type FailOn,
  failing,
  rankTraces,
  type Severity,
  selectFindings,
  type TraceReport,
} from "../../rules/index.js";
import type { PartOf } from "../options.js";
import { openOutput, refuseInput } from "../output.js";
import { sayError } from "../say.js";
import { analyzeFile } from "./findings.js";
import { type FindingSink, writeFindings } from "./findings-output.js";

/** How to analyze and judge, from flags and the configuration. */
export interface AnalysisOptions extends Required<Pick<AnalyzeOptions, "settings" | "budgets">> {
  readonly module: string | undefined;
  /** Fingerprints of the known findings. */
  readonly baseline: ReadonlySet<string>;
  readonly part: PartOf | undefined;
  /** The lowest severity to show, and how many findings of each rule. */
  readonly least: Severity;
  readonly top: number;
  readonly failOn: FailOn;
}

/** Where a report goes. */
export interface ReportOf {
  /** The file of the first sink; undefined for standard output. */
  readonly file: string | undefined;
  readonly sinks: readonly FindingSink[];
  /** The file that gets all findings as a baseline. */
  readonly baseline: string | undefined;
}

/**
 * Analyzes traces and writes the report.
 * @returns the exit code
 * @throws UserError when the report cannot be written
 */
export async function analyze(
  paths: readonly string[],
  options: AnalysisOptions,
  { file, sinks, baseline }: ReportOf,
): Promise<number> {
  const cwd = process.cwd();
  refuseInput(file, cwd, paths);
  const { reports, unreadable } = analyzeAll(paths, options);
  const written = await writeBaseline(baseline, reports, cwd);
  const unknown = rankTraces(reports.map((report) => applyBaseline(report, written ?? options.baseline)));
  const shown = unknown.map((report) => selectFindings(report, options.top, options.least));
  if (shown.length > 0) await writeFindings(shown, sinks, cwd);
  if (unreadable) return ExitCode.trouble;
  return unknown.some((report) => failing(report, options.failOn)) ? 1 : 0;
}

/** Analyzes every trace that can be read, and prints an error for each of the others. */
function analyzeAll(paths: readonly string[], { settings, budgets, module, part }: AnalysisOptions) {
  const reports: TraceReport[] = [];
  let unreadable = false;
  for (const path of paths) {
    try {
      reports.push(analyzeFile(path, path, { path, settings, budgets, module, part }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable = true;
      const message = error.message.includes(path) ? error.message : `${path}: ${error.message}`;
      sayError({ message, advice: error.advice });
    }
  }
  return { reports, unreadable };
}

/** Writes a baseline. @returns the fingerprints in it; undefined without a file */
async function writeBaseline(
  file: string | undefined,
  reports: readonly TraceReport[],
  cwd: string,
): Promise<Set<string> | undefined> {
  if (file === undefined) return undefined;
  const findings = reports.flatMap((report) => report.findings);
  await openOutput(file, cwd, false, "--write-baseline").write([baselineText(findings)]);
  return new Set(findings.map((finding) => finding.fingerprint));
}
