/** Applies the rules to execution traces: to a file, or to what `--exec-trace` recorded, for the section after the tree. */

import { relative } from "node:path";
import { UserError } from "../../base/errors.js";
import { findingsTable } from "../../render/findings/table.js";
import { measureFor } from "../../render/style.js";
import {
  type AnalyzeOptions,
  analyzeTrace,
  applyBaseline,
  rankTraces,
  settingsOf,
  type TraceReport,
} from "../../rules/index.js";
import { findConfig, readBaseline } from "../config/config.js";
import type { Output } from "../output.js";
import { withProgress } from "../progress.js";
import type { ExecTrace } from "../run/exec-recording.js";
import { sayError } from "../say.js";
import type { Session } from "../session.js";
import { openChunks } from "./read-chunks.js";

/** A further section of a report: gets the output, for its width and colours, and returns the text. */
export type Section = (output: Output) => Promise<Iterable<string>>;

function shortPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith("..") ? path : short;
}

/**
 * Reads a trace and applies the rules, with progress on a terminal.
 * @param called name of the file in the progress line
 * @throws UserError when the file cannot be read
 */
export function analyzeFile(file: string, called: string, options: Omit<AnalyzeOptions, "progress">): TraceReport {
  const { size, chunks } = openChunks(file);
  return withProgress(`reading ${called}`, (report) =>
    analyzeTrace(chunks, { ...options, progress: (bytes) => report(bytes, size) }),
  );
}

/**
 * The settings for the findings of a run, from the configuration. Call it before the program runs, so that a mistake in
 * the file does not cost a run.
 * @throws UserError when the configuration or its baseline is invalid or cannot be read
 */
export function execSettings(session: Session) {
  const { config, path, baseline } = findConfig(session.cwd, undefined);
  return {
    ...settingsOf(config, path ?? "", [], []),
    module: config.module,
    known: baseline === undefined ? new Set<string>() : readBaseline(baseline),
  };
}

/** Analyzes the execution traces of a run. An unreadable one is only a warning, because the program did run. */
export function execFindings(
  session: Session,
  { settings, budgets, module, known }: ReturnType<typeof execSettings>,
  traces: readonly ExecTrace[],
): Section {
  const reports = traces.flatMap((trace): TraceReport[] => {
    const name = trace.save === undefined ? `execution trace (pid ${trace.pid})` : shortPath(session.cwd, trace.save);
    try {
      const report = analyzeFile(trace.path, "the execution trace", { path: name, settings, budgets, module });
      return [applyBaseline(report, known)];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      sayError({ message: `${name}: ${error.message}`, advice: error.advice });
      return [];
    }
  });
  const ranked = rankTraces(reports);
  return async (output) => {
    if (ranked.length === 0) return [];
    const widthOf = await measureFor(ranked.flatMap(({ findings }) => findings.map(({ message }) => message)));
    return ["\n", ...findingsTable(ranked, { ...output, widthOf })];
  };
}
