/** Verdicts on snapshots as lines: for people, as NDJSON, as `log/slog` writes them, and for a webhook. */
import { formatDate } from "../../base/moment.js";
import { jsonText, printable } from "../../base/printable.js";
import { painter } from "../../render/style.js";
import type { Finding } from "../../rules/index.js";
import type { Verdict } from "./verdict.js";

/** The forms of lines on standard output, the default first. */
export const lineFormats = ["text", "ndjson", "slog"] as const;
export type LineFormat = (typeof lineFormats)[number];

/** Findings that a webhook and a log line have, without their stacks. */
const BRIEF = 20;
const COLOURS = { error: "red", warn: "yellow", info: "cyan" } as const;
const LEVELS = { error: "ERROR", warn: "WARN", info: "INFO" } as const;

/** The line, or lines, of a verdict, with a newline at the end. @param now milliseconds since 1970 */
export function linesOf(verdict: Verdict, format: LineFormat, colour: boolean, now: number): string {
  if (format === "ndjson") return `${jsonText(recordOf(verdict))}\n`;
  if (format === "slog") return slogLine(verdict, now);
  const paint = painter(colour);
  const { severity, summary, next, warning, error } = verdict;
  const mark = severity && !error ? `${paint(COLOURS[severity], severity.toUpperCase())} ` : "";
  const cut = warning === undefined ? "" : ` (${printable(warning)})`;
  const more = next === "" ? "" : `  ${paint("dim", printable(`next: ${next}`))}\n`;
  return `${printable(headOf(verdict))}: ${mark}${printable(summary)}${cut}\n${more}`;
}

/** `2026-11-29 14:32:05.123 process 4711, slow-get-orders (GET /orders took 612ms, limit 500ms)`; other files are named. */
function headOf({ time, process, reason, why, snapshot, error }: Verdict): string {
  const at = formatDate(BigInt(Date.parse(time)) * 1_000_000n);
  if (process === undefined || error !== undefined) return `${at} ${snapshot}`;
  const told = why === undefined ? "" : ` (${why})`;
  return `${at} process ${process}${reason === undefined ? "" : `, ${reason}`}${told}`;
}

/** A verdict as an object of JSON: its time first, nothing that is unknown. */
function recordOf({ time, fails: _, next, ...verdict }: Partial<Verdict>): object {
  return { ...(time ? { time } : {}), ...verdict, ...(next ? { next } : {}) };
}

/** A record as slog.NewJSONHandler writes it: time, level, message, attributes. */
function slogLine(verdict: Verdict, now: number): string {
  const { summary, time, severity, findings, ...rest } = verdict;
  const head = { time: new Date(now).toISOString(), level: LEVELS[severity ?? "info"], msg: summary };
  return `${jsonText({ ...head, ...recordOf({ ...rest, findings: findings.slice(0, BRIEF).map(brief) }), written: time })}\n`;
}

/** The body for a webhook. Chat systems show `text`, and ignore what they do not know. */
export function webhookBody(verdict: Verdict): string {
  const { summary, severity, findings, next } = verdict;
  const level = severity === undefined ? "" : `${severity.toUpperCase()} `;
  const text = `${headOf(verdict)}: ${level}${summary}${next === "" ? "" : `\nnext: ${next}`}`;
  return jsonText({ text, ...recordOf({ ...verdict, findings: findings.slice(0, BRIEF).map(brief) }) });
}

function brief(finding: object): object {
  const { rule, severity, message, site, fingerprint } = finding as Partial<Finding>;
  const at = site && { function: site.function, file: site.file, line: site.line };
  return { rule, severity, message, site: at, fingerprint };
}
