/** Findings as JSON. The fields are those of TraceReport and Finding; wall times are ISO 8601 text. */
import { jsonText } from "../../base/printable.js";
import type { Finding, TraceReport } from "../../rules/index.js";

const VERSION = 1;

/** One document: `{ version, traces: [...] }`, worst trace first. */
export function* findingsJson(reports: readonly TraceReport[]): Generator<string> {
  yield `${jsonText({ version: VERSION, traces: reports.map(plain) }, undefined, 2)}\n`;
}

/** One line per finding, with the path of its trace. */
export function* findingsNdjson(reports: readonly TraceReport[]): Generator<string> {
  for (const report of reports) {
    for (const finding of report.findings) yield `${jsonText({ trace: report.path, ...findingJson(finding) })}\n`;
  }
}

function plain(report: TraceReport) {
  const { start, findings, ...rest } = report;
  return { ...rest, ...(start !== undefined && { start: isoTime(start) }), findings: findings.map(findingJson) };
}

/** A finding as an object of JSON. */
export function findingJson({ wall, ...finding }: Finding) {
  return { ...finding, ...(wall !== undefined && { wall: isoTime(wall) }) };
}

/** Nanoseconds since 1970 as `2026-01-02T03:04:05.123456789Z`. */
function isoTime(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, "0")}Z`;
}
