/** Analyzes one snapshot: an execution trace by the rules, a copy of a call ring by why it was written. */
import { statSync } from "node:fs";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { place } from "../../base/place.js";
import { formatQuantity } from "../../base/quantity.js";
import { formatNumberOf } from "../../base/units.js";
import { quoteWord } from "../../base/words.js";
import { openTrace, type SnapshotCause, snapshotCause } from "../../calltrace/index.js";
import { findingJson } from "../../render/findings/json.js";
import { causeJson, causeWords } from "../../render/snapshot.js";
import {
  applyBaseline,
  countOf,
  failing,
  type Severity,
  selectFindings,
  severityNames,
  type TraceReport,
  worstFirst,
} from "../../rules/index.js";
import type { AnalysisOptions } from "../analyze/analysis.js";
import { analyzeFile } from "../analyze/findings.js";
import { callOfCause } from "../report/next-line.js";
import { openFile } from "../trace-files.js";
import { traceKindOf } from "../trace-kind.js";
import { readName } from "./names.js";

/** What is said about a snapshot, in each form. */
export interface Verdict {
  /** The file, as a command can name it. */
  readonly snapshot: string;
  /** When it was written, RFC 3339; for files with other names, when they were last changed. */
  readonly time: string;
  readonly process?: number | undefined;
  /** Why it was written, in a word, and what the agent logged about it: the number above its limit, or the slow request. */
  readonly reason?: string | undefined;
  readonly why?: string | undefined;
  readonly trace_id?: string | undefined;
  /** The worst there is; undefined if there is nothing. */
  readonly severity?: Severity | undefined;
  /** The worst finding, and how many more there are, one line. */
  readonly summary: string;
  /** The command that shows more. */
  readonly next: string;
  /** As in the JSON of `gotrace analyze`. */
  readonly findings: readonly object[];
  /** The broken budgets. */
  readonly budgets?: readonly string[];
  /** Why a copy of a call ring was written. */
  readonly cause?: object;
  /** What is missing in it. */
  readonly warning?: string | undefined;
  /** It could not be read, and why. */
  readonly error?: string;
  /** Whether it fails the command, by `--fail-on`. */
  readonly fails: boolean;
}

/** Analyzes a snapshot. One that cannot be read has a verdict that says so. @param path of a file that exists */
export function verdictOn(path: string, name: string, options: AnalysisOptions): Verdict {
  const { pid, time, reason } = readName(name);
  const known = {
    snapshot: path,
    process: pid,
    reason,
    time: time ?? (statSync(path, { throwIfNoEntry: false })?.mtime ?? new Date()).toISOString(),
  };
  try {
    return traceKindOf(path) === "calls" ? onCalls(path, known, time, options) : onExecution(path, known, options);
  } catch (error) {
    const what = error instanceof UserError ? error.message : `internal error: ${messageOf(error)}`;
    const advice =
      error instanceof UserError && error.code === ExitCode.data ? "" : `gotrace analyze ${quoteWord(path)}`;
    const summary = `cannot be read: ${what}`;
    return { ...known, severity: "warn", summary, next: advice, findings: [], error: what, fails: false };
  }
}

type Known = Pick<Verdict, "snapshot" | "time" | "process" | "reason">;

function onExecution(path: string, known: Known, options: AnalysisOptions): Verdict {
  const { settings, budgets, module, part, baseline, top, least, failOn } = options;
  const whole = applyBaseline(analyzeFile(path, path, { path, settings, budgets, module, part }), baseline);
  const report = selectFindings(whole, top, least);
  const broken = report.budgets.filter(({ ok }) => !ok);
  const texts = broken.map(({ expression, actual, unit }) => `${expression} (${formatQuantity(actual, unit)})`);
  const [worst] = report.findings;
  const word = quoteWord(path);
  const { message, task, traceId } = whole.triggers?.at(-1) ?? {};
  const commands = [
    ...(task === undefined ? [] : [`gotrace summary --task ${task} ${word}`]),
    ...(worst ? [`gotrace analyze ${word}`, worst.docs] : []),
  ];
  return {
    ...known,
    why: message,
    trace_id: traceId,
    severity: broken.length > 0 ? "error" : worst?.severity,
    summary: summaryOf(report, texts),
    next: (commands.length > 0 ? commands : [`gotrace summary ${word}`]).join(" · "),
    findings: report.findings.map(findingJson),
    ...(texts.length > 0 ? { budgets: texts } : {}),
    warning: report.warning,
    fails: failing(whole, failOn),
  };
}

/** `MutexContention: 6 goroutines waited … at main.(*store).put (main.go:37); 1 more error, 2 warnings`. */
function summaryOf(report: TraceReport, broken: readonly string[]): string {
  const [worst, ...others] = report.findings;
  const counts = worstFirst.flatMap((severity) => {
    const count = countOf({ findings: others }, severity);
    if (count === 0) return [];
    return severity === worst.severity
      ? `${formatNumberOf(count, `more ${severityNames[severity]}`)}`
      : formatNumberOf(count, severityNames[severity]);
  });
  const found = worst
    ? `${worst.rule}: ${worst.message}${worst.site ? ` at ${place(worst.site)}` : ""}`
    : broken.length === 0
      ? "no findings"
      : "no other findings";
  return [
    ...broken.map((text) => `budget broken: ${text}`),
    found,
    ...(counts.length > 0 ? [counts.join(", ")] : []),
  ].join("; ");
}

/** @param named the time in the file's name */
function onCalls(path: string, known: Known, named: string | undefined, { failOn }: AnalysisOptions): Verdict {
  const file = openFile(path);
  try {
    const { processes, problem } = openTrace(file.source);
    const [process] = processes;
    const cause = snapshotCause(process);
    const damage = problem ?? process.problem;
    const call = cause && callOfCause(cause);
    const severity = cause && severityOf(cause);
    const word = quoteWord(path);
    return {
      ...known,
      process: process.info.pid,
      ...(cause !== undefined && named === undefined ? { time: new Date(cause.time / 1e6).toISOString() } : {}),
      reason: cause?.trigger ?? known.reason,
      severity,
      summary: cause === undefined ? "calls; the file does not say why it was written" : causeWords(cause),
      next: call === undefined ? `gotrace requests ${word} · gotrace report ${word}` : `gotrace ${call} ${word}`,
      findings: [],
      ...(cause === undefined ? {} : { cause: causeJson(cause) }),
      warning: damage
        ? `damaged at offset ${damage.offset}: ${damage.message}`
        : process.cut
          ? "the end is missing"
          : undefined,
      fails: failOn !== "never" && (severity === "error" || (severity === "warn" && failOn === "warn")),
    };
  } finally {
    file.close();
  }
}

/** A condition of the user's that was met is worth a warning, a panic an error. */
function severityOf({ trigger, took }: SnapshotCause): Severity {
  if (/(^|\.)panics?(\s*>.*)?$/s.test(trigger)) return "error";
  return took === undefined ? "info" : "warn";
}
